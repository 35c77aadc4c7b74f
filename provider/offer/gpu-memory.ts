import type { FilterOp } from "../api/offers.js";
import type { WireFilter } from "./field.js";
import type { Comparable } from "./filters.js";

/**
 * Sizes in GB under which cards are sold. The driver reports a little less, in MiB: an A10 of 24 GB says 23028, a T4 of
 * 16 GB says 15360, an H200 of 141 GB says 143771. People ask for the size on the box.
 */
const SOLD_SIZES_GB = [
  1, 2, 3, 4, 5, 6, 8, 10, 11, 12, 16, 20, 22, 24, 32, 40, 48, 64, 72, 80, 94, 96, 128, 141, 180, 192, 256, 288,
];

/** The least share of its sold size that a card reports: error correction takes a sixteenth, firmware a little more. */
const LEAST_REPORTED = 0.92;

/** The size in GB under which a card is sold that reports `mib`; the reported size where no sold one is near. */
export function soldGb(mib: number): number {
  const gib = mib / 1024;
  // 1 MiB of slack: some cards report a hair more than they are sold with.
  const sold = SOLD_SIZES_GB.find((size) => size >= gib - 1 / 1024);
  return sold !== undefined && gib >= sold * LEAST_REPORTED ? sold : Math.round(gib * 10) / 10;
}

/**
 * The filter in reported MiB for a condition on sold GB. It lets through all that can hold and somewhat more: one bound
 * can't tell a 12 GB card without error correction from a larger one with it. The check afterwards is exact.
 */
export function soldGbToWire(op: FilterOp, wanted: Comparable | readonly Comparable[]): WireFilter {
  const sizes = (Array.isArray(wanted) ? wanted : [wanted]) as number[];
  const atLeast = Math.floor(Math.min(...sizes) * 1024 * LEAST_REPORTED);
  const atMost = Math.ceil(Math.max(...sizes) * 1024 * 1.01) + 64;
  switch (op) {
    case "gt":
    case "gte":
      return { gte: atLeast };
    case "lt":
    case "lte":
      return { lte: atMost };
    case "eq":
    case "in":
      return { gte: atLeast, lte: atMost };
    default:
      return {};
  }
}
