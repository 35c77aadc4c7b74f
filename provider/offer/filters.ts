import type { FilterOp } from "../api/offers.js";

/** Conditions on a number; all that are given must hold. */
export interface NumberOps {
  /** Equal to. */
  eq?: number;
  /** Anything but. */
  neq?: number;
  /** Greater than. */
  gt?: number;
  /** At least. */
  gte?: number;
  /** Less than. */
  lt?: number;
  /** At most. */
  lte?: number;
  /** One of. */
  in?: number[];
  /** None of. */
  notin?: number[];
}

/** Conditions on a version such as `535.86.05`; all that are given must hold, parts compare as numbers. */
export interface VersionOps {
  /** Equal to. */
  eq?: string;
  /** Anything but. */
  neq?: string;
  /** Newer than. */
  gt?: string;
  /** This or newer. */
  gte?: string;
  /** Older than. */
  lt?: string;
  /** This or older. */
  lte?: string;
  /** One of. */
  in?: string[];
  /** None of. */
  notin?: string[];
}

/** Conditions on a text; all that are given must hold. */
export interface TextOps<Text extends string = string> {
  /** Exactly this. */
  eq?: Text;
  /** Anything but. */
  neq?: Text;
  /** One of. */
  in?: Text[];
  /** None of. */
  notin?: Text[];
}

/** Filter on something counted or numbered: a plain number means exactly that many. */
export type CountFilter = number | NumberOps;
/** Filter on something measured or priced. It has no plain form: hardly a machine measures exactly 500 Mb/s. */
export type MeasureFilter = NumberOps;
/** Filter on a text: one text, several of which any will do, or conditions. */
export type TextFilter<Text extends string = string> = Text | Text[] | TextOps<Text>;
/** Filter on a flag that Vast's default filters set: `"any"` drops the default without asking for anything else. */
export type DefaultedFlagFilter = boolean | "any";

/** What is compared in the end. Versions and sizes have become numbers by then. */
export type Comparable = number | string | boolean;

/** One condition out of a filter. */
export interface Condition {
  readonly op: FilterOp;
  /** A list for `in` and `notin`. */
  readonly wanted: Comparable | readonly Comparable[];
}

/** The operators of numbers and versions, in the order in which messages list them. */
export const numberOps: readonly FilterOp[] = ["eq", "neq", "gt", "gte", "lt", "lte", "in", "notin"];
/** The operators of texts. */
export const textOps: readonly FilterOp[] = ["eq", "neq", "in", "notin"];

/** A filter in any of its forms, as a list of conditions. Expects a checked filter. */
export function conditionsOf(filter: unknown, normalise: (value: Comparable) => Comparable): Condition[] {
  if (filter === undefined || filter === "any") return [];
  if (Array.isArray(filter)) return [{ op: "in", wanted: filter.map(normalise) }];
  if (typeof filter !== "object" || filter === null) return [{ op: "eq", wanted: normalise(filter as Comparable) }];
  return Object.entries(filter)
    .filter(([, wanted]) => wanted !== undefined)
    .map(([op, wanted]) => ({
      op: op as FilterOp,
      wanted: Array.isArray(wanted) ? wanted.map(normalise) : normalise(wanted),
    }));
}

/** Far below any difference that means something, far above the noise of unit conversions. */
const NOISE = 1e-12;

/** Whether two values are the same, numbers up to the noise of floating point. */
function same(a: Comparable, b: Comparable): boolean {
  if (typeof a !== "number" || typeof b !== "number" || a === b) return a === b;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false;
  return Math.abs(a - b) <= NOISE * Math.max(1, Math.abs(a), Math.abs(b));
}

/** Whether a known value meets one condition. */
export function holds(actual: Comparable, { op, wanted }: Condition): boolean {
  if (Array.isArray(wanted)) {
    const listed = wanted.some((each: Comparable) => same(actual, each));
    return op === "notin" ? !listed : listed;
  }
  const one = wanted as Comparable;
  const equal = same(actual, one);
  switch (op) {
    case "neq":
      return !equal;
    case "gt":
      return actual > one && !equal;
    case "gte":
      return actual > one || equal;
    case "lt":
      return actual < one && !equal;
    case "lte":
      return actual < one || equal;
    default:
      return equal;
  }
}

/** Whether any value at all can meet all of these conditions. */
export function canHold(conditions: readonly Condition[]): boolean {
  const listed = conditions.find(({ op }) => op === "eq" || op === "in");
  if (listed !== undefined) {
    return [listed.wanted]
      .flat()
      .some((value) => conditions.every((condition) => holds(value as Comparable, condition)));
  }
  const of = (...ops: string[]) => conditions.filter(({ op }) => ops.includes(op)).map(({ wanted }) => Number(wanted));
  const lower = Math.max(...of("gt", "gte"));
  const upper = Math.min(...of("lt", "lte"));
  if (!same(lower, upper)) return lower < upper;
  // The bounds meet in one value, which may be shut out.
  return conditions.every((condition) => holds(lower, condition));
}
