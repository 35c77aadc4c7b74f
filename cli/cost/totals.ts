import { dollarsPerMonth } from "../../provider/offer/price.js";
import type { Price } from "./price.js";
import type { CostRow } from "./rows.js";

/** A sum of prices that are known to different degrees. */
export interface Total {
  /** Known prices and estimates, $/h. */
  readonly dollarsPerHour: number;
  /** How much of it is estimated. */
  readonly estimatedDollarsPerHour: number;
  /** What comes on top at most, for what has only a cap. */
  readonly cappedDollarsPerHour: number;
  /** For an average month of 730 hours, without caps. */
  readonly dollarsPerMonth: number;
  /** How many have only a cap, and how many not even that. */
  readonly capped: number;
  readonly unknown: number;
}

/** What all resources cost together, before and after. */
export interface Totals {
  readonly before: Total;
  readonly after: Total;
}

/** Sums up both sides of all rows. */
export function totalsOf(rows: readonly CostRow[]): Totals {
  return { before: totalOf(rows.map(({ before }) => before)), after: totalOf(rows.map(({ after }) => after)) };
}

/** The most that is known to be spent in $/h: caps count in full, what is unknown does not count. */
export function mostOf({ dollarsPerHour, cappedDollarsPerHour }: Total): number {
  return dollarsPerHour + cappedDollarsPerHour;
}

function totalOf(prices: readonly (Price | undefined)[]): Total {
  const of = (...kinds: Price["is"][]) => prices.filter((price) => price !== undefined && kinds.includes(price.is));
  const sum = (some: readonly (Price | undefined)[]) =>
    some.reduce((all, price) => all + (price?.dollarsPerHour ?? 0), 0);
  // An unknown part does not hide the known one.
  const dollarsPerHour = sum(of("billed", "estimate", "unknown"));
  return {
    dollarsPerHour,
    estimatedDollarsPerHour: sum(of("estimate")),
    cappedDollarsPerHour: sum(of("cap")),
    dollarsPerMonth: dollarsPerMonth(dollarsPerHour),
    capped: of("cap").length,
    unknown: of("unknown").length,
  };
}
