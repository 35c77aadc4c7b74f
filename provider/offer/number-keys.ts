import { type Facts, type Field, keyFor } from "./field.js";
import type { Comparable, CountFilter, MeasureFilter } from "./filters.js";

interface NumberFacts extends Facts {
  /** Wire value of 1 in the query's unit. Default 1. */
  readonly scale?: number;
  /** Greatest sensible value. Default none. */
  readonly max?: number;
  /** What to divide a value above `max` by, for a guess at what was meant. */
  readonly mistakenUnit?: number;
}

function numberField(facts: NumberFacts, whole: boolean, plainMeans?: "gte" | "lte"): Field {
  const { column, scale = 1, max = Number.POSITIVE_INFINITY, mistakenUnit } = facts;
  // Rounded, because 8.9 * 100 is not 890 in floating point.
  const toWireUnit = (value: Comparable) => Math.round(Number(value) * scale * 1e6) / 1e6;
  return {
    kind: "number",
    wire: facts.wire ?? column,
    column,
    plainMeans,
    read: facts.read ?? ((offer) => toNumber(offer[column], scale)),
    normalise: (value) => value,
    toWire:
      facts.toWire ??
      ((op, wanted) => ({ [op]: Array.isArray(wanted) ? wanted.map(toWireUnit) : toWireUnit(wanted as Comparable) })),
    problem: (value) => {
      const number = Number(value);
      const kind = whole ? "a whole number" : "a number";
      const range = max < Number.POSITIVE_INFINITY ? `between 0 and ${max}` : "of at least 0";
      const sensible = Number.isFinite(number) && number >= 0 && number <= max;
      if (sensible && (!whole || Number.isInteger(number))) return undefined;
      const meant = mistakenUnit === undefined ? Number.NaN : Number((number / mistakenUnit).toPrecision(3));
      return `but must be ${kind} ${range}.${number > max && meant <= max ? ` Did you mean ${meant}?` : ""}`;
    },
  };
}

function toNumber(value: unknown, scale: number): number | undefined {
  return typeof value === "number" ? value / scale : undefined;
}

/** A whole number that is counted or numbers something. */
export const counted = (facts: NumberFacts) => keyFor<CountFilter>(numberField(facts, true));
/** A number with few known values, such as a size or a version, where equality makes sense. */
export const graded = (facts: NumberFacts) => keyFor<CountFilter>(numberField(facts, false));
/** A measured number that people want to be high enough. */
export const atLeast = (facts: NumberFacts) => keyFor<MeasureFilter>(numberField(facts, false, "gte"));
/** A measured number or price that people want to be low enough. */
export const atMost = (facts: NumberFacts) => keyFor<MeasureFilter>(numberField(facts, false, "lte"));
