import { isDeepStrictEqual } from "node:util";
import { type Bag, holdsUnknown, PROVIDER_KEY } from "./values.js";

/** What a change of one input does. `ignore`: it is stored and matters the next time something is created. */
export type ChangeEffect = "update" | "replace" | "ignore";

/** For each input what its change does, and why. */
export type ChangeTable<Inputs> = Readonly<Record<keyof Inputs, readonly [effect: ChangeEffect, why: string]>>;

/** Whether two values of one input mean the same, where plain equality would invent changes. */
export type Sameness<Inputs> = { readonly [K in keyof Inputs]?: (before: Inputs[K], wanted: Inputs[K]) => boolean };

/** What the engine wants to know of a change. */
export interface DiffResult {
  changes: boolean;
  replaces: string[];
}

/**
 * Compares what is (last outputs, brought up to date by refresh) with what is wanted (checked inputs), input by input. An
 * unknown value may change: for a `replace` input that means a replacement is announced.
 */
export function diffByTable<Inputs>(
  table: ChangeTable<Inputs>,
  same: Sameness<Inputs>,
  before: Bag,
  wanted: Bag,
): DiffResult {
  const changed = (Object.keys(table) as (keyof Inputs & string)[]).filter((key) => {
    if (table[key][0] === "ignore") return false;
    if (holdsUnknown(wanted[key])) return true;
    return !isSameInput(same, key, before, wanted);
  });
  const replaces = changed.filter((key) => table[key][0] === "replace");
  // An update brings the resource to the provider text of today.
  const otherText = before[PROVIDER_KEY] !== wanted[PROVIDER_KEY];
  return { changes: changed.length > 0 || otherText, replaces };
}

/** Whether an input is as wanted already; null and absent are the same. */
export function isSameInput<Inputs, Key extends keyof Inputs & string>(
  same: Sameness<Inputs>,
  key: Key,
  before: Bag,
  wanted: Bag | Inputs,
): boolean {
  const old = before[key] ?? undefined;
  const next = (wanted as Bag)[key] ?? undefined;
  return isDeepStrictEqual(old, next) || (same[key]?.(old as Inputs[Key], next as Inputs[Key]) ?? false);
}
