import { overBudget, resolveBudget } from "../../../account/budget.js";
import { withOneMore } from "../../../account/ledger.js";
import type { CheckedResource, CheckFailure } from "../../../engine/lifecycle.js";
import type { Bag } from "../../../engine/values.js";
import { messageOf, NothingRentedError } from "../../../errors.js";
import type { RentContext } from "../rent/rent.js";
import { costText } from "../rent/rent-failures.js";
import { tokenOf } from "./left-behind.js";
import type { StackView } from "./stack-view.js";

/**
 * Checks a resource against the stack's budget, as far as numbers and prices are known: what the engine has shown, and bids. What is on the market
 * is compared when renting. Contracts of the same resource do not count, for they end: whether before the new one is rented, only the rent sees. An
 * instance in the state is refused only where something new before it in the program, of which nothing is rented yet, leaves no room for it.
 */
export function checkBudget({ ledger }: StackView, inputs: Bag, about: CheckedResource): CheckFailure[] {
  const resource = tokenOf(inputs);
  if (resource === "") return [];
  try {
    const budget = resolveBudget(about.readConfig);
    const others = ledger.planned(resource);
    if (about.exists) {
      ledger.plan(resource, { exists: true });
      const ofNumbers = { ...budget, maxDollarsPerHour: undefined };
      return ledger.hasUnbegun() ? refusal(overBudget(ofNumbers, withOneMore(others, 0))) : [];
    }
    const { bidDollarsPerHour: bid, targetState } = inputs;
    const price = typeof bid === "number" && targetState !== "stopped" ? bid : undefined;
    const why = overBudget(budget, withOneMore(others, price));
    // What is refused takes nothing away from those that are made meanwhile.
    if (why === undefined) {
      ledger.plan(resource, { exists: ledger.of(resource).count > 0, dollarsPerHour: price });
    }
    return refusal(why);
  } catch (error) {
    return [{ property: "", reason: messageOf(error) }];
  }
}

function refusal(why: string | undefined): CheckFailure[] {
  if (why === undefined) return [];
  const reason = `over the stack's budget: ${why}. Nothing was rented. Raise the limit or leave instances out.`;
  return [{ property: "", reason }];
}

/** Refuses to rent when the account has less credit than the budget asks for. */
export async function checkCredit(context: RentContext): Promise<void> {
  const { account, budget, operation } = context;
  const least = budget.minCreditDollars;
  if (least === undefined) return;
  const { credit } = await account.client.users.current(operation.signal);
  if (typeof credit === "number" && credit >= least) return;
  throw refuseByBudget(
    context,
    `the account has ${credit ?? "an unknown number of"} $ of credit and vastai:minCredit asks for ${least}`,
  );
}

/** Why nothing is rented for a resource. */
export function refuseByBudget({ attempts }: Pick<RentContext, "attempts">, why: string): NothingRentedError {
  return new NothingRentedError(
    "over_budget",
    `Over the stack's budget: ${why}. ${costText(attempts, "Nothing was rented for this resource")}` +
      "Raise the limit in the stack configuration, or leave instances out. A replacement counts twice while both run: " +
      "the option `deleteBeforeReplace` ends the old one first.",
  );
}
