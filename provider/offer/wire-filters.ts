import type { FilterOp, SearchBody, WireFilters } from "../api/offers.js";
import type { WireFilter } from "./field.js";
import { conditionsOf } from "./filters.js";
import { type FieldName, fieldNames, type OfferQuery, offerFields } from "./query.js";

/** How an offer is rented: at its own price, by a bid that others can outbid, or prepaid. */
export type RentalType = "on-demand" | "interruptible" | "reserved";

/** Whether Vast's default filters apply. */
export interface DefaultFilters {
  /** Whether to take only verified, rentable offers of Vast's own market, on machines not rented yet. */
  readonly defaultFilters: boolean;
}

/** Vast's default filters, as its own clients send them. */
const DEFAULTS = { verified: true, external: false, rentable: true, rented: false } satisfies OfferQuery;

/** The default filters that a query leaves standing. */
export function standingDefaults(query: OfferQuery, { defaultFilters }: DefaultFilters): OfferQuery {
  if (!defaultFilters) return {};
  return Object.fromEntries(
    Object.entries(DEFAULTS).filter(([name]) => {
      // A verdict in Vast's own words says all that the flag could say.
      if (name === "verified" && query.verification !== undefined) return false;
      return query[name as keyof typeof DEFAULTS] === undefined;
    }),
  );
}

/** A checked query in Vast's names and units, with the default filters that it leaves standing. */
export function toWireFilters(query: OfferQuery, options: DefaultFilters): WireFilters {
  const wanted: OfferQuery = { ...query, ...standingDefaults(query, options) };
  const filters: WireFilters = {};
  for (const name of fieldNames) {
    const conditions = toWireFilter(name, wanted[name]);
    for (const [op, value] of Object.entries(conditions))
      addCondition(filters, offerFields[name].wire, op as FilterOp, value);
  }
  return filters;
}

function toWireFilter(name: FieldName, filter: unknown): WireFilter {
  const field = offerFields[name];
  const holder: WireFilters = {};
  for (const { op, wanted } of conditionsOf(filter, (value) => field.normalise(value))) {
    for (const [wireOp, value] of Object.entries(field.toWire(op, wanted))) {
      addCondition(holder, name, wireOp as FilterOp, value);
    }
  }
  return holder[name] ?? {};
}

/** Adds one condition to those on the same field; of two bounds on one side the tighter one stays. */
export function addCondition(filters: WireFilters, wire: string, op: FilterOp, value: unknown): void {
  const conditions = filters[wire] ?? {};
  const there = conditions[op];
  const both = typeof there === "number" && typeof value === "number";
  if (both && (op === "gt" || op === "gte")) conditions[op] = Math.max(there, value);
  else if (both && (op === "lt" || op === "lte")) conditions[op] = Math.min(there, value);
  else conditions[op] = value;
  filters[wire] = conditions;
}

/** Vast's word for a way of renting, which decides the prices of a search. */
export function searchType(rentalType: RentalType): SearchBody["type"] {
  return rentalType === "interruptible" ? "bid" : rentalType;
}
