import type { WireInstance } from "../../../api/instance-row.js";
import { MINUTE_MS } from "../../../clock.js";
import type { Bag } from "../../../engine/values.js";
import { FRESH_MS } from "../boot/readiness.js";
import { knownOf } from "../boot/secret-values.js";
import { type Expiry, finishedLabel } from "../label.js";
import { freshOutputs, readBackInputs, readBackVolumes } from "../read-back.js";
import { UNLABELLED } from "../stack/left-behind.js";
import { replacedBy } from "../stack/stack-view.js";
import { type Sweep, sweepPending } from "../stack/sweep.js";
import { expiryOnVast, expiryText, hasHours, hoursFromRent, knownExpiry } from "../time-to-live/time-to-live.js";
import { createdVolumeOutputs, endVolumeOf } from "../volumes/created-volumes.js";
import type { Contract, RentContext } from "./rent.js";

/** How long the label of a failed create may take: the next `up` sets it all the same. */
const LAST_LABEL_MS = 10_000;

/** A contract that a create which fails leaves in the state. */
export interface Left {
  readonly id: number;
  /** When it ends itself, as outputs tell it. */
  readonly expiresAt: unknown;
}

/**
 * Gives a contract its label when a create fails and leaves it in the state: with the pending one, a new stack of this stack's former name would take it
 * up. Not when the run is cancelled, which has no time and may not come to record it, nor that of a replacement.
 */
export async function labelLeft(
  { account, view, inputs, token, operation }: RentContext,
  { id, expiresAt }: Left,
): Promise<void> {
  if (operation.signal.aborted || inputs.adoptInstanceId !== undefined || replacedBy(view, token) !== undefined) return;
  const limit = account.clock.timeLimit(LAST_LABEL_MS);
  const signal = AbortSignal.any([operation.signal, limit.signal]);
  // With the mark also where the program leaves it off: nothing else tells yet whose it is.
  const label = finishedLabel(inputs.label, token, true, knownExpiry({ expiresAt }));
  await account.client.instances.setLabel(id, label, signal).catch(() => {});
  limit.cancel();
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
  const { expiry, observed: observedHours } = expiryOf(context, contract, row);
  const label = finishedLabel(inputs.label, token, inputs.labelMark, expiry);
  // Before the sweep: it may leave a volume that something ran with.
  await endLostVolumes(context, contract);
  // The label last: until then a run that is cut off is taken up again.
  if (inputs.adoptInstanceId === undefined && !isSwept) {
    await sweepPending(account, view, sweepOf(context, contract, startedAt + FRESH_MS), operation);
  }
  const { newVolumeName: createdVolumeName, rentedAt } = contract;
  const volume = await createdVolumeOutputs(account, { createdVolumeName, rentedAt }, operation);
  const replaced = inputs.adoptInstanceId === undefined ? replacedBy(view, token) : undefined;
  if (replaced !== undefined) {
    view.unlabelled.set(replaced, { id: contract.id, label });
    // It is about to be in the state: who looks for what was left behind must not take it for that.
    view.idsInState.add(contract.id);
  } else if ((row.label ?? "") !== label) {
    await account.client.instances.setLabel(contract.id, label, operation.signal);
  }
  // What was not rented just now may differ from the program: that shows in the next preview instead of being overwritten unasked.
  const isFound = contract.offerId === undefined;
  const observed = isFound
    ? { ...readBackInputs(row, inputs, token), ...readBackVolumes(row, inputs), ...observedHours }
    : {};
  const outputs = {
    ...observed,
    ...freshOutputs(row, knownOf(account, inputs, contract.instanceApiKey)),
    ...volume,
    label: inputs.label,
    labelMark: inputs.labelMark,
    ...(replaced === undefined ? {} : { [UNLABELLED]: true }),
    ...(expiry === undefined ? {} : { expiresAt: expiryText(expiry) }),
    ...(typeof row.dph_total === "number" ? { rentedDollarsPerHour: row.dph_total } : {}),
    ...(contract.rentedAt === undefined ? {} : { rentedAt: contract.rentedAt }),
    ...(contract.instanceApiKey === undefined ? {} : { instanceApiKey: contract.instanceApiKey }),
  };
  return { id: String(contract.id), outputs };
}

/**
 * When the instance ends itself. One that was found has the watchdog of the run that rented it, or none: where the program has no time to live it
 * stands down, and where it has another one that shows as a change, which the next `up` makes.
 */
function expiryOf(
  { inputs, operation }: RentContext,
  contract: Contract,
  row: WireInstance,
): { expiry: Expiry | undefined; observed: Bag } {
  if (contract.offerId !== undefined) return { expiry: contract.expiry, observed: {} };
  const found = expiryOnVast(row);
  const hours = inputs.timeToLiveHours;
  const subject = `Instance ${contract.id}`;
  if (hours === undefined) {
    if (typeof found !== "number") return { expiry: found, observed: {} };
    operation.warn(
      `${subject} was to end itself at ${expiryText(found)}. The program has no \`timeToLiveHours\`, so its watchdog stands down, and it is billed until you end it.`,
    );
    return { expiry: "never", observed: {} };
  }
  if (typeof found !== "number") {
    operation.warn(
      `${subject} has no watchdog yet: the run that rented it was cut off, and had no \`timeToLiveHours\`. Nothing ends it but you. The next \`pulumi up\` makes its container anew with one.`,
    );
    return { expiry: found, observed: { timeToLiveHours: null } };
  }
  if (hasHours(row, found, hours)) return { expiry: found, observed: {} };
  operation.warn(
    `${subject} ends itself at ${expiryText(found)}, as the run said that rented it and was cut off. The next \`pulumi up\` moves that to ${hours} h from then.`,
  );
  return { expiry: found, observed: { timeToLiveHours: hoursFromRent(row, found) } };
}
