import { rules } from "../../policy/rules.js";
import type { Case } from "./case.js";
import { imageCases } from "./cases-image.js";
import { moneyCases } from "./cases-money.js";
import { placeCases } from "./cases-place.js";

/** Every rule passing, broken and asked too early. */
export const cases: readonly Case[] = [...moneyCases, ...placeCases, ...imageCases];

/** The rule of a case. */
export function ruleOf({ rule }: Pick<Case, "rule">) {
  const found = rules.find(({ name }) => name === rule);
  if (found === undefined) throw new Error(`The pack has no rule ${rule}.`);
  return found;
}
