import { z } from "zod";
import { nearest } from "../../nearest.js";
import { OfferQuery } from "../../offer/query.js";
import { OrderBy } from "../../offer/rank.js";

const atLeastZero = (what: string) =>
  z
    .number({ error: `${what} must be a number of at least 0.` })
    .min(0, `${what} must be at least 0.`)
    .optional();

const keys = {
  /** Which offers will do, as `offer` of an `Instance`. Default any. */
  offer: OfferQuery.optional(),
  /** Disk in GB that must fit and that prices are for, at least 8. Default 10, as of an `Instance`. */
  diskGb: z
    .number({ error: "diskGb must be a number of GB." })
    .min(8, "diskGb is in GB and at least 8 (Vast's minimum).")
    .default(10),
  /**
   * `on-demand`, `interruptible` (a bid that others can outbid) or `reserved`, which decides the prices. Default `on-demand`, or
   * `interruptible` when `bidDollarsPerHour` is given.
   */
  rentalType: z
    .enum(["on-demand", "interruptible", "reserved"], {
      error: 'rentalType must be "on-demand", "interruptible" or "reserved".',
    })
    .optional(),
  /** Your bid in $/h for the whole offer, without the disk: only offers whose least bid is not above it fit. Default the least bid of each. */
  bidDollarsPerHour: atLeastZero("bidDollarsPerHour"),
  /** The most that running may cost in $/h, disk included, traffic apart. Default no limit. */
  maxDollarsPerHour: atLeastZero("maxDollarsPerHour"),
  /** Which offer is best. Default the cheapest with the wanted disk. */
  orderBy: OrderBy.optional(),
  /** Only verified, rentable, not yet rented offers of Vast's own market, where the query doesn't say otherwise. Default true. */
  defaultFilters: z.boolean({ error: "defaultFilters must be true or false." }).default(true),
  /** The most offers to answer, 1 to 384. Default 20. More than 64 take several calls, three seconds apart. */
  limit: z
    .int({ error: "limit must be a whole number from 1 to 384." })
    .min(1, "limit must be at least 1.")
    .max(384, "limit must be at most 384.")
    .default(20),
  /** Traffic that you expect, to be priced for each offer (`trafficDollars`). Default none. */
  traffic: z
    .strictObject({
      /** GB into the instance. Default 0. */
      downloadGb: atLeastZero("traffic.downloadGb"),
      /** GB out of the instance. Default 0. */
      uploadGb: atLeastZero("traffic.uploadGb"),
    })
    .optional(),
};

/** What is looked for on the market, checked and completed. */
export const OffersInputs = z
  .strictObject(keys, {
    error: ({ code, keys: unknown }) =>
      code === "unrecognized_keys" ? (unknown as string[]).map(unknownKey).join(" ") : undefined,
  })
  .superRefine(({ rentalType, bidDollarsPerHour }, context) => {
    if (bidDollarsPerHour === undefined || rentalType === undefined || rentalType === "interruptible") return;
    context.addIssue({
      code: "custom",
      message: `bidDollarsPerHour makes a rental interruptible, but rentalType is "${rentalType}". Leave one of them out.`,
    });
  });
export type OffersInputs = z.infer<typeof OffersInputs>;
/** What is looked for on the market. */
export type GetOffersArgs = z.input<typeof OffersInputs>;

function unknownKey(key: string): string {
  const known = Object.keys(keys);
  const meant = nearest(key, known);
  return `There is no argument ${key}. ${meant === undefined ? `Known are ${known.join(", ")}.` : `Did you mean ${meant}?`}`;
}
