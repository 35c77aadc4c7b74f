import { dollarsPerMonth } from "../../provider/offer/price.js";
import { count } from "../text.js";
import type { Price } from "./price.js";
import type { CostRow } from "./rows.js";
import type { Total } from "./totals.js";

/** How many names a sentence lists. */
const MOST_NAMES = 5;
/** Below this two prices are the same. */
const NOISE = 5e-7;

/** A price in $/h as far as it is known: `0.304`, `from 0.312`, `≤ 0.500`, `unknown`; a dash for what does not exist. */
export function priceText(price: Price | undefined, { change }: Pick<CostRow, "change">, format = hourly): string {
  if (price === undefined) return "–";
  const dollars = format(price.dollarsPerHour);
  switch (price.is) {
    case "billed":
      return dollars;
    case "estimate":
      return `${change === "new" || change === "replaced" ? "from" : "about"} ${dollars}`;
    case "cap":
      return `≤ ${dollars}`;
    case "unknown":
      return price.dollarsPerHour > 0 ? `${dollars} + unknown` : "unknown";
  }
}

/** The price of the row's month, after the change. */
export function monthText(row: CostRow): string {
  return priceText(row.after, row, monthly);
}

/** What happens to a resource and its price: `new +0.312`; empty when nothing does. */
export function changeText({ change, before, after }: CostRow): string {
  const word = change === "same" ? "" : change;
  if (before?.is === "unknown" || after?.is === "unknown") return word;
  const difference = (after?.dollarsPerHour ?? 0) - (before?.dollarsPerHour ?? 0);
  if (Math.abs(difference) < NOISE) return word;
  const most = after?.is === "cap" ? "≤ " : "";
  return `${word} ${most}${signed(difference)}`.trim();
}

/** What a total leaves out or is not sure of: `0.312 estimated, ≤ 0.500 more by caps, + 2 unknown`. */
export function doubtsText({ estimatedDollarsPerHour, cappedDollarsPerHour, capped, unknown }: Total): string {
  return [
    ...(estimatedDollarsPerHour > 0 ? [`${hourly(estimatedDollarsPerHour)} of it estimated`] : []),
    ...(capped > 0 ? [`+ ${count(capped, "resource")} for ≤ ${hourly(cappedDollarsPerHour)}`] : []),
    ...(unknown > 0 ? [`+ ${unknown} unknown`] : []),
  ].join(", ");
}

/** $/h with three decimals. */
export function hourly(dollars: number): string {
  return dollars.toFixed(3);
}

/** $ per average month, of a price in $/h. */
export function monthly(dollarsPerHour: number): string {
  return dollarsPerMonth(dollarsPerHour).toFixed(2);
}

/** A difference with its sign. */
export function signed(dollars: number, format = hourly): string {
  const size = format(Math.abs(dollars));
  return Number(size) === 0 ? size : `${dollars < 0 ? "−" : "+"}${size}`;
}

/** Some names, and how many more there are. */
export function listed(names: readonly string[]): string {
  const some = names.slice(0, MOST_NAMES).join(", ");
  return names.length > MOST_NAMES ? `${some} and ${names.length - MOST_NAMES} more` : some;
}
