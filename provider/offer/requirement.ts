import { describeFilter } from "./describe.js";
import { fieldNames, type OfferQuery } from "./query.js";
import type { WantedOffer } from "./search.js";
import { standingDefaults } from "./wire-filters.js";

/** One of the things that an offer must meet to be rented as wanted, in words. */
export interface RequirementText {
  /** Key of the query, or input of the instance. */
  readonly key: string;
  /** In words: `reliability ≥ 0.99`, or `cap of 0.2 $/h`. */
  readonly text: string;
  /** Where it comes from: the query, Vast's default filters, or the other inputs of the instance. */
  readonly from: "query" | "default" | "input";
}

/** One of those things, which can be left out. */
export interface Requirement extends RequirementText {
  /** What is wanted, with this left out. */
  readonly without: (wanted: WantedOffer) => WantedOffer;
}

/** The least disk that Vast rents, in GB: what is left of a wish for disk that is left out. */
const LEAST_DISK_GB = 8;

/** Everything that an offer must meet, in the order of the query's keys; the default filters and inputs follow. */
export function requirementsOf(wanted: WantedOffer): Requirement[] {
  const { query, diskGb, maxDollarsPerHour: cap, bidDollarsPerHour: bid, newVolumeGb, rentalType } = wanted;
  const defaults = standingDefaults(query, wanted);
  const of = (filters: OfferQuery, from: "query" | "default") =>
    fieldNames.flatMap((name): Requirement[] => {
      const filter = filters[name];
      if (filter === undefined || filter === "any") return [];
      return [{ key: name, text: describeFilter(name, filter), from, without: (wish) => withoutKey(wish, name) }];
    });
  const input = (key: string, text: string, changes: Partial<WantedOffer>): Requirement => ({
    key,
    text,
    from: "input",
    without: (wish) => ({ ...wish, ...changes }),
  });
  return [
    ...of(query, "query"),
    ...of(defaults, "default"),
    ...(cap === undefined ? [] : [input("maxDollarsPerHour", `cap of ${cap} $/h`, { maxDollarsPerHour: undefined })]),
    ...(diskGb <= LEAST_DISK_GB ? [] : [input("diskGb", `disk of ${diskGb} GB`, { diskGb: LEAST_DISK_GB })]),
    ...(bid === undefined || rentalType !== "interruptible"
      ? []
      : [input("bidDollarsPerHour", `bid of ${bid} $/h`, { bidDollarsPerHour: undefined })]),
    ...(newVolumeGb === undefined
      ? []
      : [input("volumes", `new volume of ${newVolumeGb} GB`, { newVolumeGb: undefined })]),
  ];
}

/** The wish without one key. A default filter that the key held back, or that it is, does not come into its place. */
function withoutKey(wanted: WantedOffer, name: keyof OfferQuery): WantedOffer {
  const before = standingDefaults(wanted.query, wanted);
  const { [name]: _, ...query } = wanted.query;
  const added = Object.keys(standingDefaults(query, wanted)).filter((key) => key === name || !(key in before));
  return { ...wanted, query: { ...query, ...Object.fromEntries(added.map((key) => [key, "any"])) } };
}
