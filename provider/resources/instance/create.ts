import type { Account } from "../../account/account.js";
import { resolveBudget } from "../../account/budget.js";
import type { WireInstance } from "../../api/instance-row.js";
import type { Operation } from "../../engine/lifecycle.js";
import type { Bag } from "../../engine/values.js";
import { NothingRentedError, NotReadyError, VastError } from "../../errors.js";
import { durationText } from "../../wait.js";
import { afterBootFailure } from "./boot-failure.js";
import { DISK_TOLERANCE_GB } from "./changes.js";
import { createdVolumeOutputs, endVolumeOf } from "./created-volumes.js";
import { giveBack } from "./give-back.js";
import type { InstanceInputs } from "./inputs.js";
import { ATTACHED, keyTexts, putKeys } from "./keys.js";
import { finishedLabel } from "./label.js";
import { UNRESOLVED } from "./left-behind.js";
import { becauseCancelled, money, notReady } from "./messages.js";
import { planMount } from "./mount.js";
import { findOwnContracts, refuseBeside, sweepPending } from "./own-contracts.js";
import { wantedAnswer } from "./probe.js";
import { freshOutputs, readBackInputs, readBackVolumes } from "./read-back.js";
import { FRESH_MS, type Goal } from "./readiness.js";
import { type Contract, findPending, type RentContext, rentNext } from "./rent.js";
import { hasMounts, mountsOf } from "./shown-mounts.js";
import { REPLACED, type StackView } from "./stack-view.js";
import { expiryOnVast, expiryText } from "./time-to-live.js";
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
  const deadline = startedAt + inputs.timeouts.createMinutes * MINUTE_MS;
  const replaced = [...(view.idsOf.get(token) ?? [])];
  const lasting = replaced.length > 0 ? { [REPLACED]: replaced } : {};
  const unfinished = {
    ...lasting,
    ...(inputs.adoptInstanceId === undefined ? { [UNRESOLVED]: new Date(startedAt + FRESH_MS).toISOString() } : {}),
  };
  const context: RentContext = {
    account,
    view,
    budget,
    inputs,
    token,
    attempts: { failed: [], answerLost: false, lostVolumeNames: [], volumesLeft: [] },
    mount: undefined,
    // Whatever ends this create, from the first moment of a contract on: what it still owes is in the state.
    operation: { ...operation, exists: (id, outputs) => operation.exists(id, { ...unfinished, ...outputs }) },
  };
  try {
    // A key that is not there is better known before anything is billed.
    const keys = await keyTexts(account, inputs, operation);
    let contract = inputs.adoptInstanceId === undefined ? await findLeftOver(context) : await adopt(context);
    for (;;) {
      contract ??= await rentPlanned(context);
      const attached = await putInto(context, contract, keys);
      const row = await followNew(context, contract, { startedAt, deadline });
      if (row) {
        const { id, outputs } = await finish(context, contract, row, startedAt);
        return { id, outputs: { ...outputs, ...attached, ...lasting } };
      }
      contract = undefined;
    }
  } catch (error) {
    throw withVolumesLeft(error, context.attempts.volumesLeft);
  }
}

/** Rents, with the volume that the program wants. */
async function rentPlanned(context: RentContext): Promise<Contract> {
  const { account, view, inputs, operation } = context;
  context.mount ??= await planMount(account, inputs, view, operation);
  return rentNext(context);
}

/** Puts the program's SSH keys into a contract, before it is asked whether SSH answers. */
async function putInto({ account, operation }: RentContext, { id }: Contract, keys: readonly string[]): Promise<Bag> {
  if (keys.length === 0) return {};
  const record = (attached: readonly string[]) => operation.exists(String(id), { [ATTACHED]: attached });
  return { [ATTACHED]: await becauseCancelled(id, () => putKeys(account, id, keys, [], operation, record)) };
}

/** The error of a create, with the volumes that it made and could not or may not delete. Always a new one: causes are shared. */
function withVolumesLeft(error: unknown, left: readonly string[]): unknown {
  if (left.length === 0 || !(error instanceof VastError)) return error;
  const text = `${error.message} ${left.join(" ")}`;
  if (error instanceof NotReadyError) return new NotReadyError(error.code, text);
  return new NothingRentedError(error.code, text);
}

/** What an earlier create of this resource left behind: one that was cut off is taken up again, a finished one is refused. */
async function findLeftOver(context: RentContext): Promise<Contract | undefined> {
  const { account, view, token, operation } = context;
  const { pending, finished } = await findOwnContracts(account, view.idsInState, token, operation.signal);
  if (finished.length > 0) throw refuseBeside(finished);
  if (pending.length === 0) return undefined;
  context.attempts.answerLost = pending.length > 1;
  operation.warn(
    `Taking up contract ${pending.map(({ id }) => id).join(", ")}, which an earlier run rented for this resource.`,
  );
  return findPending(context);
}

async function adopt({ account, view, inputs, operation }: RentContext): Promise<Contract> {
  const id = inputs.adoptInstanceId ?? 0;
  if (view.idsInState.has(id)) {
    throw new VastError(
      "adopt_in_state",
      `adoptInstanceId is ${id}, which is in this stack already: a replacement that adopted it would end it with the old one. Nothing was ` +
        "changed. Take `adoptInstanceId` out of the program.",
    );
  }
  const row = await account.look(id, operation.signal);
  if (!row) {
    throw new VastError(
      "no_such_instance",
      `adoptInstanceId is ${id}, and there is no such instance in this account. Nothing was rented. Correct the id, or leave it out to rent.`,
    );
  }
  if (typeof row.disk_space === "number" && Math.abs(row.disk_space - inputs.diskGb) > DISK_TOLERANCE_GB) {
    throw new VastError(
      "adopt_mismatch",
      `Instance ${id} has a disk of ${row.disk_space} GB and the program says ${inputs.diskGb}: the next change would replace it. ` +
        `Nothing was changed. Set \`diskGb: ${row.disk_space}\`.`,
    );
  }
  if (!hasMounts(row, inputs.volumes)) {
    const names = mountsOf(row).map(({ name, mountPath }) => `${name} at ${mountPath}`);
    throw new VastError(
      "adopt_mismatch",
      `Instance ${id} has ${names.length === 0 ? "no volume" : `volume ${names.join(", ")}`} mounted, and \`volumes\` says otherwise: the next change would ` +
        "replace it. Nothing was changed. Write what it has into `volumes`, each by its `volumeId`.",
    );
  }
  operation.exists(String(id), freshOutputs(row));
  return { id };
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

/** A rent whose answer was lost may have made its volume and no contract; no instance ever had such a one. */
async function endLostVolumes({ account, inputs, attempts, operation }: RentContext, { id }: Contract): Promise<void> {
  if (attempts.lostVolumeNames.length === 0) return;
  const timeoutMs = inputs.timeouts.deleteMinutes * MINUTE_MS;
  for (const row of await account.volumes(operation.signal)) {
    if (!attempts.lostVolumeNames.includes(row.label ?? "") || (row.instances ?? []).length > 0) continue;
    await endVolumeOf(account, id, row, { keep: false, timeoutMs }, operation);
  }
}

/** The last steps of a create: only now the label says that it is finished, so a create cut off before is taken up again. */
async function finish(
  context: RentContext,
  contract: Contract,
  row: WireInstance,
  startedAt: number,
): Promise<{ id: string; outputs: Bag }> {
  const { account, inputs, token, operation } = context;
  const expiry = contract.expiry ?? expiryOnVast(row, token);
  const label = finishedLabel(inputs.label, token, inputs.labelMark, expiry);
  // Before the sweep: it may leave a volume that something ran with.
  await endLostVolumes(context, contract);
  // The label last: until then a run that is cut off is taken up again.
  if (inputs.adoptInstanceId === undefined) {
    const timeoutMs = inputs.timeouts.deleteMinutes * MINUTE_MS;
    const sweep = { token, keepId: contract.id, notBefore: startedAt + FRESH_MS, timeoutMs, volumes: inputs };
    await sweepPending(account, context.view.idsInState, sweep, operation);
  }
  const { newVolumeName: createdVolumeName, rentedAt } = contract;
  const volume = await createdVolumeOutputs(account, { createdVolumeName, rentedAt }, operation);
  if ((row.label ?? "") !== label) await account.client.instances.setLabel(contract.id, label, operation.signal);
  // What was not rented just now may differ from the program: that shows in the next preview instead of being overwritten unasked.
  const isFound = contract.offerId === undefined;
  const observed = isFound ? { ...readBackInputs(row, inputs, token), ...readBackVolumes(row, inputs) } : {};
  const outputs = {
    ...observed,
    ...freshOutputs(row),
    ...volume,
    label: inputs.label,
    labelMark: inputs.labelMark,
    ...(expiry === undefined ? {} : { expiresAt: expiryText(expiry) }),
    ...(typeof row.dph_total === "number" ? { rentedDollarsPerHour: row.dph_total } : {}),
    ...(contract.rentedAt === undefined ? {} : { rentedAt: contract.rentedAt }),
    ...(contract.instanceApiKey === undefined ? {} : { instanceApiKey: contract.instanceApiKey }),
  };
  return { id: String(contract.id), outputs };
}
