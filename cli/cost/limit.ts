import { dollarsPerMonth } from "../../provider/offer/price.js";
import { perHour } from "../text.js";
import type { CostRow } from "./rows.js";
import { mostOf, type Totals } from "./totals.js";
import { hourly, listed } from "./words.js";

/** What `--fail-over` comes to. */
export interface LimitOutcome {
  readonly dollarsPerHour: number;
  readonly isExceeded: boolean;
  /** One or two sentences for people. */
  readonly text: string;
}

/** Hours of the units that a limit can be given in. */
const HOURS: Readonly<Record<string, number>> = { h: 1, day: 24, month: dollarsPerMonth(1) };
/** Slack for sums of prices. */
const NOISE = 1e-9;

/** `3`, `3.00/h`, `50/day` or `500/month` in $/h; undefined when it is none of these. */
export function readLimit(text: string): number | undefined {
  const [, number, unit = "h"] = /^\s*\$?\s*(\d+(?:\.\d+)?)\s*\$?\s*(?:\/\s*(h|day|month))?\s*$/.exec(text) ?? [];
  const hours = HOURS[unit];
  return number === undefined || hours === undefined ? undefined : Number(number) / hours;
}

/** Compares what all costs afterwards with a limit in $/h. Caps count in full; what has no price does not count, and is named. */
export function judge(limit: number, rows: readonly CostRow[], { after }: Totals): LimitOutcome {
  const most = mostOf(after);
  const isExceeded = most > limit + NOISE;
  const caps = after.capped > 0 ? `, of which ${hourly(after.cappedDollarsPerHour)} are caps of what has no price` : "";
  const verdict = isExceeded ? `is exceeded by ${perHour(most - limit)}` : "is kept";
  const uncounted = rows.filter((row) => row.after?.is === "unknown").map(({ name }) => name);
  const rest = uncounted.length > 0 ? ` Not counted, for want of a price and a cap: ${listed(uncounted)}.` : "";
  const text = `The limit of ${perHour(limit)} ${verdict}: all costs ${perHour(most)} afterwards${caps}.${rest}`;
  return { dollarsPerHour: limit, isExceeded, text };
}
