import { overBudget, resolveBudget } from "../../../account/budget.js";
import { withOneMore } from "../../../account/ledger.js";
import type { WireInstance } from "../../../api/instance-row.js";
import { isSameInput } from "../../../engine/diff.js";
import type { Operation, ReadConfig } from "../../../engine/lifecycle.js";
import type { Bag } from "../../../engine/values.js";
import { VastError } from "../../../errors.js";
import { PRICE_TOLERANCE, same } from "../changes.js";
import { money } from "../messages.js";
import { priceInState, runningPrice, stoppedPrice, volumePriceIn } from "../price.js";
import { resourceOf, type StackView } from "./stack-view.js";

/** What an update does that has a price. */
interface PriceChange {
  /** The bid to send, if one is sent. */
  readonly bid: number | undefined;
  readonly targetState: "running" | "stopped";
}

/** Notes what an instance costs at the moment, as its row shows it. */
export function noteNow({ ledger }: StackView, row: WireInstance, before: Bag): void {
  const now = priceNow(row);
  ledger.note(row.id, resourceOf(row.id, before), now === undefined ? undefined : now + volumePriceIn(before));
}

/**
 * Refuses an update that would make the stack dearer than its budget, before anything is sent: one that raises a bid, or starts what is stopped.
 * One that lowers what an instance costs, or keeps it, is let through whatever the stack costs. A raise counts from now on, also when the update
 * fails: what was sent may have been carried out.
 */
export function takeRaise(
  { ledger }: StackView,
  { row, before, change }: { row: WireInstance; before: Bag; change: PriceChange },
  operation: Pick<Operation, "readConfig" | "warn">,
): void {
  const { id } = row;
  const now = priceNow(row);
  const then = change.targetState === "stopped" ? stoppedPrice(row) : runningPrice(row, change.bid);
  if (now === undefined || then === undefined) return;
  const price = then + volumePriceIn(before);
  const why = () => overBudget(ofMoney(operation.readConfig), withOneMore(ledger.now({ id }), price));
  if (then <= now + PRICE_TOLERANCE) {
    const over = before.rentedDollarsPerHour === undefined ? why() : undefined;
    if (over !== undefined) warnOfUncompared(id, price, over, operation);
    return;
  }
  const over = why();
  if (over === undefined) {
    ledger.note(id, resourceOf(id, before), price);
    return;
  }
  const cause = isStopped(row) ? "a start" : `a bid of ${change.bid} $/h`;
  throw new VastError(
    "over_budget",
    `Over the stack's budget: with ${cause} instance ${id} would cost ${money(then)} instead of ${money(now)}, and ${over}. ` +
      "Nothing was changed: it stays in the stack, and is billed as before. " +
      "Raise the limit in the stack configuration, or take the change out of the program.",
  );
}

/** Says that a create was cut off before it could compare its price with the budget. What it left is in the state, and goes on. */
function warnOfUncompared(id: number, price: number, over: string, { warn }: Pick<Operation, "warn">): void {
  warn(
    `Over the stack's budget: the create of instance ${id} was cut off, it costs ${money(price)}, and with it ${over}. It stays in the stack and is ` +
      "billed. Raise the limit in the stack configuration, or take an instance out of the program.",
  );
}

/** What a preview says of an instance in the state: that its change would be refused, or that something new was let in before it was known of. */
export function foretellChange(
  { ledger }: StackView,
  id: number,
  before: Bag,
  wanted: Bag,
  { readConfig, warn }: Pick<Operation, "readConfig" | "warn">,
): void {
  const resource = resourceOf(id, before);
  const now = priceInState(before);
  const then = plannedPrice(before, wanted);
  const isRaise = now !== undefined && then !== undefined && then > now + PRICE_TOLERANCE;
  const dear = isRaise ? overBudget(ofMoney(readConfig), withOneMore(ledger.planned(resource), then)) : undefined;
  // What would be refused leaves the room to others.
  ledger.plan(resource, { exists: true, dollarsPerHour: dear === undefined ? then : now });
  if (dear !== undefined) {
    warn(
      `Over the stack's budget: with this change ${dear}. \`pulumi up\` refuses it, and leaves the instance as it is. ` +
        "Raise the limit in the stack configuration, or take the change out of the program.",
    );
    return;
  }
  if (!ledger.hasNew()) return;
  const budget = resolveBudget(readConfig);
  const others = ledger.planned(resource, "known or estimated");
  if (overBudget(budget, others) !== undefined) return;
  const late = overBudget(budget, withOneMore(others, then), ledger.hasUnbegun() ? "would be" : "is");
  if (late === undefined) return;
  warn(
    `Over the stack's budget: ${late}. Something new of this program was let in before Pulumi showed instance ${id}. ` +
      "Raise the limit in the stack configuration, or leave instances out.",
  );
}

/** Says that an instance was billed beside others without being counted: Pulumi shows what the program leaves out only when it deletes it. */
export function warnOfUncounted(
  { ledger }: StackView,
  id: number,
  { readConfig, warn }: Pick<Operation, "readConfig" | "warn">,
): void {
  const why = ledger.hasNew() ? overBudget(resolveBudget(readConfig), ledger.now({}), "is") : undefined;
  if (why === undefined) return;
  warn(
    `Over the stack's budget until instance ${id} is gone: ${why}. Pulumi shows what it is to delete only at the end of a run, after all that is new was ` +
      "rented. Next time take instances out by a `pulumi up` of its own before others are added.",
  );
}

/** What an instance is to cost when the program's changes are made, as far as its state tells. */
function plannedPrice(before: Bag, wanted: Bag): number | undefined {
  const { bidDollarsPerHour: bid, targetState } = wanted;
  const goal = targetState === "running" || targetState === "stopped" ? targetState : before.targetState;
  const isSameBid = typeof bid !== "number" || isSameInput(same, "bidDollarsPerHour", before, wanted);
  const disk = before.dollarsPerHourStopped;
  const running = isSameBid || typeof disk !== "number" ? before.dollarsPerHour : disk + bid;
  return priceInState({ ...before, targetState: goal, dollarsPerHour: running });
}

function ofMoney(readConfig: ReadConfig) {
  return { ...resolveBudget(readConfig), maxInstances: undefined };
}

function priceNow(row: WireInstance): number | undefined {
  return isStopped(row) ? (stoppedPrice(row) ?? 0) : (row.dph_total ?? undefined);
}

function isStopped(row: WireInstance): boolean {
  return (row.intended_status ?? row.cur_state) === "stopped";
}
