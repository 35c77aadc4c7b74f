import type { Account } from "../../../account/account.js";
import { MINUTE_MS } from "../../../clock.js";
import type { Operation } from "../../../engine/lifecycle.js";
import type { Bag } from "../../../engine/values.js";
import { FRESH_MS } from "../boot/readiness.js";
import type { InstanceInputs } from "../inputs.js";
import { readLabel } from "../label.js";
import type { StackView } from "./stack-view.js";
import { learnOf } from "./state-known.js";
import { sweepPending } from "./sweep.js";

/**
 * Output that says: the create of this resource did not reach the sweep at its end, which is due. Its value is the moment (ISO 8601) from which
 * lists show every contract that the create, or a run that was killed before it, can have rented.
 */
export const UNRESOLVED = "unresolvedRent";

/**
 * Output of a replacement whose label was not due yet when it was made: it carries the pending label until the instance that it replaces is
 * ended. If a run is killed before the engine has recorded the replacement, and the program is taken back, no create looks for what is finished;
 * what is pending is seen by the next preview.
 */
export const UNLABELLED = "labelIsPending";

/** Whether a replacement carries its pending label still: the run that made it did not come to the end of the other one. */
export async function isLabelDue(account: Account, id: string, before: Bag): Promise<boolean> {
  if (before[UNLABELLED] !== true) return false;
  const { rows } = await account.marked();
  return rows.some((row) => row.id === Number(id) && readLabel(row.label, tokenOf(before)).mark === "pending");
}

/** Gives a replacement its label, once what it replaces is gone. A failure is left to the next `up`, which sees that it is due. */
export async function labelReplacement(
  account: Account,
  view: StackView,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const replacement = view.unlabelled.get(id);
  if (replacement === undefined) return;
  view.unlabelled.delete(id);
  await account.client.instances.setLabel(replacement.id, replacement.label, signal).catch(() => {});
}

/** Whether the create of this resource was cut off before it had looked for what else it may have rented. */
export function isSweepDue(before: Bag): boolean {
  return before[UNRESOLVED] !== undefined;
}

/**
 * Whether a run that was killed while it replaced this resource left a machine beside it. When the program was taken back no create looks
 * for it: so the next preview says it and shows an update, which ends it. Quick, and false when it cannot be known.
 */
export async function seesLeftBehind(
  account: Account,
  view: StackView,
  id: string,
  before: Bag,
  operation: Operation,
): Promise<boolean> {
  const token = tokenOf(before);
  if (token === "") return false;
  const { rows, trouble } = await account.marked();
  if (trouble !== undefined) {
    if (!view.isNotLookedAt) operation.warn(notLookedAt(trouble));
    view.isNotLookedAt = true;
    return false;
  }
  const pending = rows.filter(({ label }) => readLabel(label, token).mark === "pending");
  const isCertain = await learnOf(pending, view, operation);
  const left = pending.filter((row) => !view.idsInState.has(row.id));
  if (left.length === 0) return false;
  view.leftBehind.add(id);
  const known = isCertain ? "is not in the state" : "has not been shown to be in the state";
  operation.warn(
    `Contract ${left.map((row) => row.id).join(", ")} of this resource is billed beside instance ${id}, and ${known}: a run that was cut off left it, or one that ` +
      "is at work now has rented it. When no other run is at work, `pulumi up` ends it.",
  );
  return true;
}

/** What to say, once in a run, when it cannot be looked what runs that were cut off have left. */
function notLookedAt(trouble: string): string {
  return (
    `Whether runs that were cut off have left machines beside those of the stack could not be looked up: ${trouble}. Such a machine is billed. ` +
    "The next `pulumi up` looks again, and so does `npx pulumi-vastai orphans`."
  );
}

/** Ends what a create that was cut off may have left beside this contract, as soon as lists can be trusted to show it. */
export async function sweepLeftBehind(
  account: Account,
  view: StackView,
  id: string,
  before: Bag,
  operation: Operation,
): Promise<void> {
  const token = tokenOf(before);
  if (token === "") return;
  const due = before[UNRESOLVED];
  // Never more than a minute from now: it was rented before, whatever the clock of the process that rented it said.
  const notBefore = typeof due === "string" ? Math.min(Date.parse(due), account.clock.now() + FRESH_MS) : undefined;
  const volumes = before as Partial<InstanceInputs>;
  const sweep = { token, keepId: Number(id), notBefore, timeoutMs: deleteTimeoutMs(before), volumes };
  await sweepPending(account, view, sweep, operation);
}

/** The mark of the resource, empty where it has none. */
export function tokenOf(bag: { readonly ownerToken?: unknown }): string {
  return typeof bag.ownerToken === "string" ? bag.ownerToken : "";
}

/** How long a destroy may take, as the state says it. */
export function deleteTimeoutMs(before: Bag): number {
  const { deleteMinutes = 10 } = (before.timeouts ?? {}) as Partial<InstanceInputs["timeouts"]>;
  return deleteMinutes * MINUTE_MS;
}
