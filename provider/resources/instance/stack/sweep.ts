import type { Account } from "../../../account/account.js";
import type { WireInstance } from "../../../api/instance-row.js";
import type { Operation } from "../../../engine/lifecycle.js";
import { messageOf, VastError } from "../../../errors.js";
import { mayHaveRun } from "../boot/has-run.js";
import { FRESH_MS } from "../boot/readiness.js";
import { pendingLabel, readLabel } from "../label.js";
import { endVolumeOf, type VolumeOwner, volumeMadeWith } from "../volumes/created-volumes.js";
import { mountsOf } from "../volumes/shown-mounts.js";
import type { StackView } from "./stack-view.js";
import { learnOf } from "./state-known.js";

/** The code of an error that names contracts which a sweep has found and not ended for certain. */
export const NOT_ENDED = "second_not_ended";

/** What a sweep ends and what it spares. */
export interface Sweep {
  readonly token: string;
  /** The contract that is the resource. */
  readonly keepId: number;
  /** It carries the pending label still, so that a short list of that label, in which it must stand, tells of those beside it. Default false. */
  readonly keepIsPending?: boolean;
  /** The look is made no sooner, in milliseconds of the clock: a fresh contract can be missing from lists for a minute. Default: at once. */
  readonly notBefore?: number | undefined;
  /** How long the end of one contract is waited for. */
  readonly timeoutMs: number;
  /** How the volumes are told that were made with such contracts, and whether to keep what may hold data. */
  readonly volumes?: (VolumeOwner & { readonly keepVolumes?: boolean }) | undefined;
}

/**
 * Ends every contract with a token's pending label that is neither kept nor in the state: what a lost answer, or a run that was killed
 * just after its rent, left behind beside the contract that became the instance. Throws when one is not ended for certain.
 */
export async function sweepPending(
  account: Account,
  view: StackView,
  { token, keepId, keepIsPending = false, notBefore = 0, timeoutMs, volumes = {} }: Sweep,
  operation: Operation,
): Promise<void> {
  const tooSoonMs = notBefore - account.clock.now();
  if (tooSoonMs > 0) {
    operation.progress("making sure that no earlier run left a machine behind");
    await account.clock.sleep(tooSoonMs, operation.signal);
  }
  const own = { token, keepId, keepIsPending };
  const pending = await findPendingBeside(account, view, own, operation);
  const failures: string[] = [];
  // One that cannot be ended must not hide the others.
  for (const row of pending) {
    await endSecond(row).catch((error: unknown) =>
      failures.push(notEndedText(row, "a second one of this resource", error)),
    );
  }
  if (failures.length > 0) throw new VastError(NOT_ENDED, failures.join(" "));

  async function endSecond(row: WireInstance): Promise<void> {
    const { id } = row;
    operation.warn(
      `Ending contract ${id}: a second one of this resource, left by a run that was cut off or by a lost answer.`,
    );
    const owner = { ownerToken: token, ...volumes };
    const made = mountsOf(row).length > 0 ? await volumeMadeWith(account, row, owner, operation.signal) : undefined;
    await account.destroy(id, { timeoutMs, tooYoungUntil: account.clock.now() + FRESH_MS, signal: operation.signal });
    const keep = mayHaveRun(row) && volumes.keepVolumes !== false;
    if (made) await endVolumeOf(account, id, made, { keep, timeoutMs }, operation);
  }
}

/**
 * A contract whose end is not certain, as sentences; `what` says what it is to the resource. It is in no state: what a destroyer says of the stack is not
 * so for it.
 */
export function notEndedText(row: WireInstance, what: string, error: unknown): string {
  const isThere = error instanceof VastError && error.code === "not_destroyed";
  const why = isThere ? "It was told to end and still exists." : messageOf(error);
  return (
    `Contract ${row.id}, ${what}, may not have ended: ${why} As long as it exists it is billed (${row.dph_total ?? "?"} $/h while ` +
    `running), and it is not in the stack. Run the command again, or end it with \`vastai destroy instance ${row.id}\`.`
  );
}

/**
 * The contracts with a token's pending label beside one. A list of that label alone tells it, when the contract itself stands in it: else the
 * filter is not to be trusted, and all contracts are looked through.
 */
async function findPendingBeside(
  account: Account,
  view: StackView,
  { token, keepId, keepIsPending }: Pick<Sweep, "token" | "keepId" | "keepIsPending">,
  operation: Operation,
): Promise<WireInstance[]> {
  const labelled = keepIsPending ? await account.labelled(pendingLabel(token), operation.signal) : [];
  const isTold = labelled.some(({ id }) => id === keepId);
  const rows = isTold ? labelled : await account.contracts(operation.signal);
  const beside = rows.filter(({ id, label }) => id !== keepId && readLabel(label, token).mark === "pending");
  await learnOf(beside, view, operation);
  return beside.filter(({ id }) => !view.idsInState.has(id));
}
