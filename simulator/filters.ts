// Filters of the search and of the lists: `{ gpu_ram: { gte: 24000, lt: 50000 } }`.

type Test = (value: unknown, operand: unknown) => boolean;

const tests: Readonly<Record<string, Test>> = {
  eq: (value, operand) => isEqual(value, operand),
  neq: (value, operand) => !isEqual(value, operand),
  gt: (value, operand) => compare(value, operand) > 0,
  gte: (value, operand) => compare(value, operand) >= 0,
  lt: (value, operand) => compare(value, operand) < 0,
  lte: (value, operand) => compare(value, operand) <= 0,
  in: (value, operand) => listOf(operand).some((item) => isEqual(value, item)),
  notin: (value, operand) => !listOf(operand).some((item) => isEqual(value, item)),
};

/** Whether every operator of a filter is one that Vast knows. */
export function isFilter(filter: unknown): filter is Record<string, unknown> {
  return isRecord(filter) && Object.keys(filter).every((operator) => operator in tests);
}

/** Whether the value passes all operators of one filter. */
export function passes(value: unknown, filter: Record<string, unknown>): boolean {
  return Object.entries(filter).every(([operator, operand]) => tests[operator]?.(value, operand) ?? false);
}

/** Orders two column values: numbers by size, text by alphabet, null last. */
export function compareValues(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === null || a === undefined) return 1;
  if (b === null || b === undefined) return -1;
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : 1;
  return Number(a) - Number(b);
}

/** Whether the value is an object with named fields. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The official client sends numbers and truth values as text. */
function isEqual(value: unknown, operand: unknown): boolean {
  if (typeof value === "number" || typeof value === "boolean") return Number(value) === numberOf(operand);
  return (value ?? null) === (operand ?? null);
}

/** NaN, which no comparison holds for, where either side is missing. */
function compare(value: unknown, operand: unknown): number {
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === "string" && Number.isNaN(numberOf(value)))
    return value < String(operand) ? -1 : Number(value > String(operand));
  return numberOf(value) - numberOf(operand);
}

function numberOf(value: unknown): number {
  if (typeof value === "string")
    return value.trim() === "" ? Number.NaN : (truthWords[value.toLowerCase()] ?? Number(value));
  return value === null || value === undefined ? Number.NaN : Number(value);
}

const truthWords: Readonly<Record<string, number>> = { true: 1, false: 0 };

function listOf(operand: unknown): unknown[] {
  return Array.isArray(operand) ? operand : [operand];
}
