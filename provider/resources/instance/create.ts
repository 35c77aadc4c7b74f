import type { Account } from "../../account/account.js";
import { resolveBudget } from "../../account/budget.js";
import type { WireInstance } from "../../api/instance-row.js";
import { MINUTE_MS } from "../../clock.js";
import { markOf } from "../../engine/entries.js";
import type { Operation } from "../../engine/lifecycle.js";
import type { Bag } from "../../engine/values.js";
import { NothingRentedError, NotReadyError, VastError } from "../../errors.js";
import { followNew } from "./boot/follow-new.js";
import { FRESH_MS } from "./boot/readiness.js";
import type { InstanceInputs } from "./inputs.js";
import { ATTACHED, keyTexts, putKeys } from "./keys.js";
import { becauseCancelled } from "./messages.js";
import { adopt } from "./rent/adopt.js";
import { finish, type Left, labelLeft, sweepWhileBooting } from "./rent/finish.js";
import { findLeftOver, lookLater } from "./rent/left-over.js";
import { takenUp } from "./rent/lost-answer.js";
import { type Contract, type RentContext, rentNext } from "./rent/rent.js";
import { maybeRented, outOfTime } from "./rent/rent-failures.js";
import { replacedIds } from "./rent/replaced-ids.js";
import { UNRESOLVED } from "./stack/left-behind.js";
import { REPLACED, type StackView } from "./stack/stack-view.js";
import { learnOf } from "./stack/state-known.js";
import { planMount } from "./volumes/mount.js";

/**
 * Creates an instance: takes up what an earlier run left, else rents; follows the contract until it is ready; labels it; sweeps. Once
 * there is a contract, every way out carries its id.
 */
export async function createInstance(
  account: Account,
  view: StackView,
  inputs: InstanceInputs,
  operation: Operation,
): Promise<{ id: string; outputs: Bag }> {
  const token = inputs.ownerToken ?? "";
  const budget = resolveBudget(operation.readConfig);
  const startedAt = account.clock.now();
  const known = new Set(view.idsOf.get(token));
  const replaced = await replacedIds({ account, view, token, operation });
  /** What a later run has to know of what stood in the state before. */
  const lasting = () => {
    const learnt = [...(view.idsOf.get(token) ?? [])].filter((id) => !known.has(id));
    const ids = [...replaced, ...learnt];
    return ids.length > 0 ? { [REPLACED]: ids } : {};
  };
  const due =
    inputs.adoptInstanceId === undefined ? { [UNRESOLVED]: new Date(startedAt + FRESH_MS).toISOString() } : {};
  let left: Left | undefined;
  const hold = view.ledger.hold(token);
  const context: RentContext = {
    account,
    view,
    budget,
    hold,
    inputs,
    token,
    attempts: {
      startedAt,
      lookedAt: startedAt,
      slowAtLook: 0,
      lateShown: false,
      failed: [],
      givenBack: [],
      answerLost: false,
      lostVolumeNames: [],
      volumesLeft: [],
    },
    mount: undefined,
    // Whatever ends this create, from the first moment of a contract on: what it still owes is in the state.
    operation: {
      ...operation,
      exists: (id, outputs) => {
        left = { id: Number(id), expiresAt: outputs.expiresAt ?? left?.expiresAt };
        hold.became(Number(id));
        operation.exists(id, { ...lasting(), ...due, ...outputs });
      },
      ended: () => {
        left = undefined;
        hold.lost();
        operation.ended();
      },
    },
  };
  const late = lookLater(context, () => left !== undefined);
  try {
    // A key that is not there is better known before anything is billed.
    const keys = await keyTexts(account, inputs, operation);
    let contract = inputs.adoptInstanceId === undefined ? await findLeftOver(context) : await adoptOf(context);
    // Until here others can keep the account busy: only boots count.
    let deadline = account.clock.now() + inputs.timeouts.createMinutes * MINUTE_MS;
    for (;;) {
      const askedAt = account.clock.now();
      if (contract === undefined && askedAt >= deadline) throw outOfTime(context);
      contract ??= await rentPlanned(context);
      // Nothing is billed while it waits for its turn, which takes 4.5 seconds for each that stands before it: only boots count.
      deadline += account.clock.now() - askedAt;
      const attached = await putInto(context, contract, keys);
      const sweep = sweepWhileBooting(context, contract);
      let row: WireInstance | undefined;
      let isSwept = false;
      try {
        row = await followNew(context, contract, { startedAt, deadline });
      } finally {
        // Before another contract is rented, which it would take for one that was left behind.
        isSwept = await sweep.end();
      }
      if (row) {
        const { id, outputs } = await finish(context, contract, row, { startedAt, isSwept });
        view.siblings.note(id, { ...inputs, ...outputs });
        view.siblings.release(token);
        return { id, outputs: { ...outputs, ...attached, ...lasting(), ...markOf(contract) } };
      }
      contract = undefined;
    }
  } catch (error) {
    if (error instanceof NothingRentedError) view.siblings.release(token);
    if (left !== undefined) await labelLeft(context, left);
    throw withVolumesLeft(withLostAnswer(error, context, left !== undefined), context.attempts.volumesLeft);
  } finally {
    late.end();
    hold.release();
  }
}

/** Rents, with the volume that the program wants. */
async function rentPlanned(context: RentContext): Promise<Contract> {
  const { account, view, inputs, operation } = context;
  context.mount ??= await planMount(account, inputs, view, operation);
  const { spread, distinct } = inputs.placement ?? {};
  // Siblings that the engine has not shown yet would be overlooked.
  if (spread !== undefined || distinct) await view.questions.quiet(account.clock, operation.signal);
  return rentNext(context);
}

/** Puts the program's SSH keys into a contract, before it is asked whether SSH answers. */
async function putInto({ account, operation }: RentContext, { id }: Contract, keys: readonly string[]): Promise<Bag> {
  if (keys.length === 0) return {};
  const record = (attached: readonly string[]) => operation.exists(String(id), { [ATTACHED]: attached });
  return { [ATTACHED]: await becauseCancelled(id, () => putKeys(account, id, keys, [], operation, record)) };
}

/**
 * The error of a create that has no contract, with what is still unknown when the answer to a rent was lost: what was found under the label, and
 * given back, may have been left by an earlier run.
 */
function withLostAnswer(error: unknown, context: RentContext, hasContract: boolean): unknown {
  return context.attempts.answerLost && !hasContract ? maybeRented(context, error) : error;
}

/** The error of a create, with the volumes that it made and could not or may not delete. Always a new one: causes are shared. */
function withVolumesLeft(error: unknown, left: readonly string[]): unknown {
  if (left.length === 0 || !(error instanceof VastError)) return error;
  const text = `${error.message} ${left.join(" ")}`;
  if (error instanceof NotReadyError) return new NotReadyError(error.code, text);
  return new NothingRentedError(error.code, text);
}

/** The contract that the program takes over by its id; what is to be replaced, and so ended, it cannot be. */
async function adoptOf(context: RentContext): Promise<Contract> {
  const { view, inputs, operation } = context;
  await learnOf([{ id: inputs.adoptInstanceId ?? 0 }], view, operation);
  return takenUp(context, await adopt(context));
}
