import { SettingsError } from "../errors.js";

/** Limits that a stack sets for all its instances together. What is not set is not limited. */
export interface Budget {
  /** The most that all instances may cost while running, in $/h, disks included. */
  readonly maxDollarsPerHour: number | undefined;
  readonly maxInstances: number | undefined;
  /** The least credit that must be left on the account before anything is rented, in $. */
  readonly minCreditDollars: number | undefined;
}

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

/** What this process knows of the stack's instances and their prices: those in the state, and those it is renting. */
export interface Ledger {
  /** Notes an instance under a name of its own. A price that is not known yet counts as 0 $/h. */
  note(name: string, dollarsPerHour: number | undefined): void;
  remove(name: string): void;
  /** Number and price of all but the named one. */
  others(name: string): { count: number; dollarsPerHour: number };
}

/** An empty ledger. */
export function createLedger(): Ledger {
  const prices = new Map<string, number>();
  return {
    note: (name, dollarsPerHour) => {
      prices.set(name, dollarsPerHour ?? 0);
    },
    remove: (name) => {
      prices.delete(name);
    },
    others: (name) => {
      const rest = [...prices].filter(([other]) => other !== name);
      return { count: rest.length, dollarsPerHour: rest.reduce((sum, [, price]) => sum + price, 0) };
    },
  };
}

/** Why one more instance does not fit into the budget, as a sentence; undefined when it does. */
export function overBudget(
  budget: Budget,
  others: { count: number; dollarsPerHour: number },
  dollarsPerHour: number | undefined,
): string | undefined {
  const { maxInstances, maxDollarsPerHour } = budget;
  if (maxInstances !== undefined && others.count + 1 > maxInstances) {
    return `the stack would have ${others.count + 1} instances and vastai:maxInstances allows ${maxInstances}`;
  }
  const total = others.dollarsPerHour + (dollarsPerHour ?? 0);
  if (maxDollarsPerHour !== undefined && total > maxDollarsPerHour + 1e-9) {
    return `the stack would cost ${total.toFixed(3)} $/h and vastai:maxDollarsPerHour allows ${maxDollarsPerHour}`;
  }
  return undefined;
}
