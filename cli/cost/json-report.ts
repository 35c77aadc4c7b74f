import { dollarsPerMonth } from "../../provider/offer/price.js";
import type { Price } from "./price.js";
import type { Report } from "./report.js";

/** Version of the shape below: it grows when something is taken away or comes to mean something else. */
const VERSION = 1;

/** A report for programs. Prices are in $, without traffic; a month has 730 hours. */
export function jsonReport({ project, stack, rows, totals, notes, limit }: Report): string {
  const report = {
    version: VERSION,
    project: project ?? null,
    stack: stack ?? null,
    resources: rows.map(({ urn, kind, name, change, what, before, after }) => ({
      urn,
      kind,
      name,
      change,
      what,
      before: priceJson(before),
      after: priceJson(after),
    })),
    totals: {
      ...totals,
      changeDollarsPerHour: totals.after.dollarsPerHour - totals.before.dollarsPerHour,
      changeDollarsPerMonth: totals.after.dollarsPerMonth - totals.before.dollarsPerMonth,
    },
    limit: limit ? { dollarsPerHour: limit.dollarsPerHour, isExceeded: limit.isExceeded, text: limit.text } : null,
    notes,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** Null for what does not exist; a price of `unknown` holds only what is known of it. */
function priceJson(price: Price | undefined) {
  if (price === undefined) return null;
  const { is, dollarsPerHour, because } = price;
  return { is, dollarsPerHour, dollarsPerMonth: dollarsPerMonth(dollarsPerHour), because: because ?? null };
}
