import { z } from "zod";
import type { FilterOp, WireOffer } from "../api/offers.js";
import type { Comparable } from "./filters.js";

/** Conditions on one field as Vast takes them. */
export type WireFilter = Partial<Record<FilterOp, unknown>>;
/** Key of an offer as the search answers it. */
export type Column = keyof (typeof WireOffer)["shape"];

/** What the provider knows of one key of a query. */
export interface Field {
  readonly kind: "number" | "version" | "text" | "flag";
  /** Name of the filter on the wire. */
  readonly wire: string;
  /** Key of the answer that tells the value, and by which the server sorts. */
  readonly column: Column;
  /** The value of an offer in the units of the query; undefined when the offer doesn't tell. */
  read(offer: Partial<WireOffer>): Comparable | undefined;
  /** A value of the query as it is compared. */
  normalise(value: Comparable): Comparable;
  /** The condition in Vast's units. It may let through more than was asked, never less. */
  toWire(op: FilterOp, wanted: Comparable | readonly Comparable[]): WireFilter;
  /** What is wrong with one value of the right type, as the rest of the sentence "<name> is <value>, …". */
  problem(value: Comparable): string | undefined;
  /** What people mean by a plain value where equality is of no use. Undefined where a plain value is equality. */
  readonly plainMeans?: "gte" | "lte" | undefined;
  /** Whether `"any"` is taken, to drop a default filter. */
  readonly takesAny?: boolean;
}

/** The field behind each schema of a query key. */
export const fieldOf = z.registry<Field>();

/** A key of a query, with what the provider knows of it. */
export function keyFor<Filter>(field: Field) {
  return z.custom<Filter>().optional().register(fieldOf, field);
}

/** What the makers of keys take of a field; the rest is worked out. */
export interface Facts {
  readonly column: Column;
  readonly wire?: string;
  readonly read?: Field["read"];
  readonly toWire?: Field["toWire"];
}
