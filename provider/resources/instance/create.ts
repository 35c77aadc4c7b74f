import type { Account } from "../../account/account.js";
import { resolveBudget } from "../../account/budget.js";
import type { WireInstance } from "../../api/instance-row.js";
import { markOf } from "../../engine/entries.js";
import type { Operation } from "../../engine/lifecycle.js";
import type { Bag } from "../../engine/values.js";
import { NothingRentedError, NotReadyError, VastError } from "../../errors.js";
import { durationText } from "../../wait.js";
import { adopt } from "./adopt.js";
import { afterBootFailure } from "./boot-failure.js";
import { finish, sweepWhileBooting } from "./finish.js";
import { giveBack } from "./give-back.js";
import type { InstanceInputs } from "./inputs.js";
import { ATTACHED, keyTexts, putKeys } from "./keys.js";
import { UNRESOLVED } from "./left-behind.js";
import { findLeftOver } from "./left-over.js";
import { becauseCancelled, money, notReady } from "./messages.js";
import { planMount } from "./mount.js";
import { wantedAnswer } from "./probe.js";
import { freshOutputs } from "./read-back.js";
import { FRESH_MS, type Goal } from "./readiness.js";
import { type Contract, type RentContext, rentNext, takenUp } from "./rent.js";
import { maybeRented } from "./rent-failures.js";
import { REPLACED, type StackView } from "./stack-view.js";
import { learnOf } from "./state-known.js";
import { waitReady } from "./wait-ready.js";

const MINUTE_MS = 60_000;

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
  let deadline = startedAt + inputs.timeouts.createMinutes * MINUTE_MS;
  /** What a later run has to know of what stood in the state before. */
  const lasting = () => {
    const replaced = [...(view.idsOf.get(token) ?? [])];
    return replaced.length > 0 ? { [REPLACED]: replaced } : {};
  };
  const due =
    inputs.adoptInstanceId === undefined ? { [UNRESOLVED]: new Date(startedAt + FRESH_MS).toISOString() } : {};
  let hasContract = false;
  const context: RentContext = {
    account,
    view,
    budget,
    inputs,
    token,
    attempts: { failed: [], givenBack: [], answerLost: false, lostVolumeNames: [], volumesLeft: [] },
    mount: undefined,
    // Whatever ends this create, from the first moment of a contract on: what it still owes is in the state.
    operation: {
      ...operation,
      exists: (id, outputs) => {
        hasContract = true;
        operation.exists(id, { ...lasting(), ...due, ...outputs });
      },
      ended: () => {
        hasContract = false;
        operation.ended();
      },
    },
  };
  try {
    // A key that is not there is better known before anything is billed.
    const keys = await keyTexts(account, inputs, operation);
    let contract = inputs.adoptInstanceId === undefined ? await findLeftOver(context) : await adoptOf(context);
    // Nothing boots as long as the account, and the state, are looked through for what was left.
    deadline += account.clock.now() - startedAt;
    for (;;) {
      const askedAt = account.clock.now();
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
    throw withVolumesLeft(withLostAnswer(error, context, hasContract), context.attempts.volumesLeft);
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

/** Follows a new contract until it is ready. Undefined when it was given back and another is to be tried. */
async function followNew(
  context: RentContext,
  contract: Contract,
  { startedAt, deadline }: { startedAt: number; deadline: number },
): Promise<WireInstance | undefined> {
  const { account, inputs, operation, attempts } = context;
  const { id } = contract;
  const { clock } = account;
  const goal: Goal = { targetState: inputs.targetState, since: clock.now(), after: "rent" };
  // A new volume is billed beside the contract, and counts.
  const priceOf = (row: WireInstance) => (row.dph_total ?? 0) + (contract.newVolumeDollarsPerHour ?? 0);
  const cap = inputs.maxDollarsPerHour ?? Number.POSITIVE_INFINITY;
  let hasRun = false;
  const ending = await becauseCancelled(id, () =>
    waitReady({
      account,
      id,
      goal,
      wanted: wantedAnswer(inputs.waitFor),
      deadline,
      signal: operation.signal,
      onRow: (row) => {
        operation.exists(String(id), freshOutputs(row));
        hasRun ||= row.actual_status === "running" || row.actual_status === "exited";
        return typeof row.dph_total === "number" && priceOf(row) > cap * (1 + 1e-6) ? "stop" : undefined;
      },
      onPending: (because, row) => {
        const price = row?.dph_total ?? contract.offeredDollarsPerHour;
        const elapsed = durationText(clock.now() - startedAt);
        operation.progress(`${because} · ${elapsed}${price === undefined ? "" : ` · ${money(price)}`}`);
      },
    }),
  );
  if (ending.is === "ready") return ending.row;
  if (ending.is === "stopped" && inputs.adoptInstanceId === undefined) {
    const price = money(priceOf(ending.row));
    operation.warn(
      `Instance ${id} costs ${price}, above the cap of ${money(cap)}: it is destroyed and another offer is tried.`,
    );
    await giveBack(context, contract, { mayHoldData: hasRun });
    const { offerId, offeredDollarsPerHour: dollarsPerHour } = contract;
    attempts.failed.push({ offerId, dollarsPerHour, why: `its contract cost ${price}, above the cap` });
    return undefined;
  }
  if (ending.is === "gone") {
    operation.ended();
    // Its volume outlives it.
    if (contract.newVolumeName !== undefined) await giveBack(context, contract, { mayHoldData: hasRun });
    throw new NothingRentedError(
      "gone_while_booting",
      `Instance ${id} disappeared while it was booting: somebody destroyed it, or Vast withdrew it. It is not billed any more. Run again.`,
    );
  }
  if (ending.is === "failed") {
    await afterBootFailure(context, contract, ending, hasRun);
    return undefined;
  }
  throw notReady(id, ending, inputs.timeouts.createMinutes, "createMinutes");
}
