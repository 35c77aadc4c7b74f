import type { Account } from "../../../account/account.js";
import { overBudget, resolveBudget } from "../../../account/budget.js";
import { type Sum, withOneMore } from "../../../account/ledger.js";
import type { ReadConfig } from "../../../engine/lifecycle.js";
import type { OfferCandidate } from "../../../offer/rank.js";
import type { InstanceInputs } from "../inputs.js";
import type { StackView } from "./stack-view.js";

/** Runs a look at the account within what a preview may wait. */
type Look = <T>(look: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/** What the stack's budget means for new instances, as whole sentences. Never fails. */
export interface BudgetForetelling {
  /** What speaks against a rent of the best offer, or of one whose price is not known. It counts from now on, as planned. */
  sums(inputs: InstanceInputs, best: OfferCandidate | undefined, readConfig: ReadConfig): string[];
  /** What the account's credit says against any rent: asked once, and said once. */
  credit(account: Account, readConfig: ReadConfig, look: Look): Promise<string[]>;
}

/** Makes what tells of the budget in one process. */
export function createBudgetForetelling({ ledger }: Pick<StackView, "ledger">): BudgetForetelling {
  let isCreditSaid = false;
  return {
    sums: ({ ownerToken: resource = "", targetState, bidDollarsPerHour }, best, readConfig) => {
      const budget = resolveBudget(readConfig);
      const price =
        targetState === "stopped" ? best?.dollarsPerHourStopped : (best?.dollarsPerHour ?? bidDollarsPerHour);
      const own = ledger.of(resource);
      ledger.estimate(resource, price);
      const others = ledger.planned(resource, "known or estimated");
      const why = overBudget(budget, withOneMore(others, price));
      if (why !== undefined) {
        return [
          `Over the stack's budget: ${why}, so the rent would be refused. Raise the limit in the stack configuration, or leave instances out.`,
        ];
      }
      const both = own.count === 0 ? undefined : overBudget(budget, withOneMore(plus(others, own), price));
      return both === undefined
        ? []
        : [
            `Unless the option \`deleteBeforeReplace\` ends the old one first, the rent would be refused: with both ${both}.`,
          ];
    },
    credit: async (account, readConfig, look) => {
      const { minCreditDollars: least } = resolveBudget(readConfig);
      if (least === undefined || isCreditSaid || account.settings.apiKey === undefined) return [];
      isCreditSaid = true;
      const user = await look((signal) => account.client.users.current(signal)).catch(() => undefined);
      const credit = user?.credit;
      if (typeof credit !== "number" || credit >= least) return [];
      return [
        `The account has ${credit} $ of credit and vastai:minCredit asks for ${least}, so a rent would be refused. ` +
          "Put credit on the account (https://cloud.vast.ai/billing/), or lower vastai:minCredit.",
      ];
    },
  };
}

function plus(some: Sum, more: Sum): Sum {
  return { count: some.count + more.count, dollarsPerHour: some.dollarsPerHour + more.dollarsPerHour };
}
