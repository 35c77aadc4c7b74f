import { SettingsError } from "../errors.js";
import type { Sum } from "./ledger.js";

/** Limits that a stack sets for all its instances together. What is not set is not limited. */
export interface Budget {
  /** The most that all instances may cost together in the states that are wanted of them, in $/h, with disks and the volumes that their rents made. */
  readonly maxDollarsPerHour: number | undefined;
  readonly maxInstances: number | undefined;
  /** The least credit that must be left on the account before anything is rented, in $. */
  readonly minCreditDollars: number | undefined;
}

/** A sum of prices differs from what it should be by less. */
const ROUNDING = 1e-9;

type BudgetKey = "vastai:maxDollarsPerHour" | "vastai:maxInstances" | "vastai:minCredit";

/** Reads the limits from the explicit provider or the stack configuration. Throws SettingsError on what is no number. */
export function resolveBudget(readConfig: (key: BudgetKey) => string | undefined): Budget {
  const read = (key: BudgetKey) => {
    const text = readConfig(key)?.trim();
    if (!text) return undefined;
    const value = Number(text);
    if (Number.isFinite(value) && value >= 0) return value;
    throw new SettingsError(
      `${key} is "${text}"; it must be a number of 0 or more. Nothing was rented. Correct it with \`pulumi config set ${key}\`.`,
    );
  };
  return {
    maxDollarsPerHour: read("vastai:maxDollarsPerHour"),
    maxInstances: read("vastai:maxInstances"),
    minCreditDollars: read("vastai:minCredit"),
  };
}

/** Why a stack's instances do not fit into the budget, as a clause; undefined when they do. "would be": it has not come to that. */
export function overBudget(
  { maxInstances, maxDollarsPerHour }: Pick<Budget, "maxInstances" | "maxDollarsPerHour">,
  { count, dollarsPerHour }: Sum,
  is: "would be" | "is" = "would be",
): string | undefined {
  const [has, costs] = is === "is" ? ["has", "costs"] : ["would have", "would cost"];
  if (maxInstances !== undefined && count > maxInstances) {
    return `the stack ${has} ${count} instance${count === 1 ? "" : "s"} and vastai:maxInstances allows ${maxInstances}`;
  }
  if (maxDollarsPerHour !== undefined && dollarsPerHour > maxDollarsPerHour + ROUNDING) {
    return `the stack ${costs} ${dollarsPerHour.toFixed(3)} $/h and vastai:maxDollarsPerHour allows ${maxDollarsPerHour}`;
  }
  return undefined;
}
