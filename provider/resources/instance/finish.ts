import type { WireInstance } from "../../api/instance-row.js";
import type { Bag } from "../../engine/values.js";
import { createdVolumeOutputs, endVolumeOf } from "./created-volumes.js";
import { finishedLabel } from "./label.js";
import { UNLABELLED } from "./left-behind.js";
import { freshOutputs, readBackInputs, readBackVolumes } from "./read-back.js";
import { FRESH_MS } from "./readiness.js";
import type { Contract, RentContext } from "./rent.js";
import { type Sweep, sweepPending } from "./sweep.js";
import { expiryOnVast, expiryText } from "./time-to-live.js";

const MINUTE_MS = 60_000;

/** A rent whose answer was lost may have made its volume and no contract; no instance ever had such a one. */
async function endLostVolumes({ account, inputs, attempts, operation }: RentContext, { id }: Contract): Promise<void> {
  if (attempts.lostVolumeNames.length === 0) return;
  const timeoutMs = inputs.timeouts.deleteMinutes * MINUTE_MS;
  for (const row of await account.volumes(operation.signal)) {
    if (!attempts.lostVolumeNames.includes(row.label ?? "") || (row.instances ?? []).length > 0) continue;
    await endVolumeOf(account, id, row, { keep: false, timeoutMs }, operation);
  }
}

/** The sweep of a create, for the contract that is kept. */
function sweepOf({ token, inputs }: RentContext, { id }: Contract, notBefore: number): Sweep {
  return {
    token,
    keepId: id,
    keepIsPending: true,
    notBefore,
    timeoutMs: inputs.timeouts.deleteMinutes * MINUTE_MS,
    volumes: inputs,
  };
}

/**
 * Begins the sweep of a create while its contract boots, so that nobody waits for it in the end. Not after a lost answer: what that rented may
 * show late. `end` answers whether it was made to the end; if not, it is still due, and why does not matter.
 */
export function sweepWhileBooting(context: RentContext, contract: Contract): { end(): Promise<boolean> } {
  const { account, view, inputs, attempts, operation } = context;
  if (inputs.adoptInstanceId !== undefined || attempts.answerLost) return { end: () => Promise.resolve(false) };
  const over = new AbortController();
  // Its wait is nobody's: the line of progress is the boot's.
  const beside = { ...operation, signal: AbortSignal.any([operation.signal, over.signal]), progress: () => {} };
  // Not as soon as those before it show, but when the contract itself does: else the short list is not to be trusted, and the account's whole one,
  // which a fleet of hundreds would ask for again and again, is read instead.
  const sweep = sweepOf(context, contract, account.clock.now() + FRESH_MS);
  const swept = sweepPending(account, view, sweep, beside).then(
    () => true,
    () => false,
  );
  return {
    end: () => {
      over.abort();
      return swept;
    },
  };
}

/**
 * The last steps of a create: only now the label says that it is finished, so a create cut off before is taken up again. That of a replacement says
 * it when the instance that it replaces is ended.
 */
export async function finish(
  context: RentContext,
  contract: Contract,
  row: WireInstance,
  { startedAt, isSwept }: { startedAt: number; isSwept: boolean },
): Promise<{ id: string; outputs: Bag }> {
  const { account, view, inputs, token, operation } = context;
  const expiry = contract.expiry ?? expiryOnVast(row, token);
  const label = finishedLabel(inputs.label, token, inputs.labelMark, expiry);
  // Before the sweep: it may leave a volume that something ran with.
  await endLostVolumes(context, contract);
  // The label last: until then a run that is cut off is taken up again.
  if (inputs.adoptInstanceId === undefined && !isSwept) {
    await sweepPending(account, view, sweepOf(context, contract, startedAt + FRESH_MS), operation);
  }
  const { newVolumeName: createdVolumeName, rentedAt } = contract;
  const volume = await createdVolumeOutputs(account, { createdVolumeName, rentedAt }, operation);
  const isReplacement = inputs.adoptInstanceId === undefined && view.current.has(token);
  if (isReplacement) {
    view.unlabelled.set(token, { id: contract.id, label });
    // It is about to be in the state: who looks for what was left behind must not take it for that.
    view.idsInState.add(contract.id);
  } else if ((row.label ?? "") !== label) {
    await account.client.instances.setLabel(contract.id, label, operation.signal);
  }
  // What was not rented just now may differ from the program: that shows in the next preview instead of being overwritten unasked.
  const isFound = contract.offerId === undefined;
  const observed = isFound ? { ...readBackInputs(row, inputs, token), ...readBackVolumes(row, inputs) } : {};
  const outputs = {
    ...observed,
    ...freshOutputs(row),
    ...volume,
    label: inputs.label,
    labelMark: inputs.labelMark,
    ...(isReplacement ? { [UNLABELLED]: true } : {}),
    ...(expiry === undefined ? {} : { expiresAt: expiryText(expiry) }),
    ...(typeof row.dph_total === "number" ? { rentedDollarsPerHour: row.dph_total } : {}),
    ...(contract.rentedAt === undefined ? {} : { rentedAt: contract.rentedAt }),
    ...(contract.instanceApiKey === undefined ? {} : { instanceApiKey: contract.instanceApiKey }),
  };
  return { id: String(contract.id), outputs };
}
