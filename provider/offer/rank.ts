import { z } from "zod";
import type { SearchBody, WireOffer } from "../api/offers.js";
import { nearest } from "../nearest.js";
import type { HourlyPrice } from "./price.js";
import { offerFields, type SortableField, sortableFields } from "./query.js";
import { offerValue } from "./recheck.js";

/** An offer that can be rented as wanted, at its price with the wanted disk. */
export interface OfferCandidate extends HourlyPrice {
  /** What to rent; good for one rental, and gone when the host changes the price. */
  readonly offerId: number;
  /** The machine, which stays the same; null when the offer doesn't tell. */
  readonly machineId: number | null;
  /** The owner of the machine; null when the offer doesn't tell. */
  readonly hostId: number | null;
  /** The offer as Vast answered it. */
  readonly offer: WireOffer;
}

/**
 * By what to choose among the offers that fit, most important first. Offers that don't tell a value come last. Ties go to
 * the cheaper, then the more reliable one. Default the cheapest with the wanted disk.
 */
export const OrderBy = z.array(
  z.strictObject({
    /** Key of a query whose values are numbers or flags, such as `"dollarsPerHour"` or `"reliability"`. */
    field: z.enum(sortableFields as readonly SortableField[], {
      error: ({ input }) => {
        const meant = typeof input === "string" ? nearest(input, sortableFields) : undefined;
        return `${JSON.stringify(input) ?? "nothing"} is not a key that offers can be sorted by. ${
          meant === undefined
            ? "Write a key of the query whose values are numbers or flags."
            : `Did you mean "${meant}"?`
        }`;
      },
    }),
    /** `"asc"` puts the lowest value first, `"desc"` the highest; of flags, true is the higher one. No default. */
    direction: z.enum(["asc", "desc"], {
      error: 'The direction must be "asc" (lowest first) or "desc" (highest first).',
    }),
  }),
);
/** By what to choose among the offers that fit. */
export type OrderBy = z.infer<typeof OrderBy>;

const CHEAPEST: OrderBy = [{ field: "dollarsPerHour", direction: "asc" }];

/** The order that applies: the given one, or the cheapest first. */
export function orderOrCheapest(orderBy: OrderBy | undefined): OrderBy {
  return orderBy === undefined || orderBy.length === 0 ? CHEAPEST : orderBy;
}

/**
 * The order in Vast's words. With a bid of our own the price differs between offers by the disk alone, so the server is
 * asked to sort by the price of the disk.
 */
export function toWireOrder(orderBy: OrderBy | undefined, price: "by the offer" | "by our bid"): SearchBody["order"] {
  return orderOrCheapest(orderBy).map(({ field, direction }) => {
    const byDisk = field === "dollarsPerHour" && price === "by our bid";
    return [byDisk ? offerFields.storageDollarsPerGbMonth.column : offerFields[field].column, direction];
  });
}

/** The candidates, best first. The same offers come out in the same order, however they went in. */
export function rank(candidates: readonly OfferCandidate[], orderBy?: OrderBy): OfferCandidate[] {
  const keys = orderOrCheapest(orderBy);
  const ties: OrderBy = [...CHEAPEST, { field: "reliability", direction: "desc" }];
  return [...candidates].sort((a, b) => compareBy(keys, a, b) || compareBy(ties, a, b) || a.offerId - b.offerId);
}

/** Below 0 when `a` comes first by the keys alone, 0 when they don't decide. */
export function compareBy(keys: OrderBy, a: OfferCandidate, b: OfferCandidate): number {
  for (const { field, direction } of keys) {
    const [left, right] = [sortValue(a, field), sortValue(b, field)];
    if (left === right) continue;
    if (left === undefined) return 1;
    if (right === undefined) return -1;
    return direction === "asc" ? left - right : right - left;
  }
  return 0;
}

function sortValue(candidate: OfferCandidate, field: SortableField): number | undefined {
  const value = offerValue(candidate.offer, field, candidate.dollarsPerHour);
  return value === undefined ? undefined : Number(value);
}
