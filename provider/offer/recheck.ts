import type { WireInstance } from "../api/instance-row.js";
import type { WireOffer } from "../api/offers.js";
import { describeCondition } from "./describe.js";
import { type Comparable, conditionsOf, holds } from "./filters.js";
import { type FieldName, fieldNames, type OfferQuery, offerFields } from "./query.js";
import { type DefaultFilters, standingDefaults } from "./wire-filters.js";

/** Whether an offer meets a query, and if not, the first condition that it fails. */
export type Fit = { fits: true } | { fits: false; because: string };

/** What the check may know beside the offer. */
export interface FitOptions extends DefaultFilters {
  /** Price in $/h with the wanted disk, instead of the price that the server worked out. */
  readonly dollarsPerHour?: number | undefined;
}

/**
 * Checks every condition of a query on an offer that came back, because the server does not honour all of them all the
 * time. A value that the offer doesn't tell fails what was asked about it. Every key can be read from a present-day
 * answer (`verified` from `verification`, `datacenter` from `hosting_type`), so nothing is taken on trust, except
 * default filters on rows that don't tell: nobody asked for those, and the server applied them.
 */
export function fits(offer: WireOffer, query: OfferQuery, options: FitOptions): Fit {
  const defaults = standingDefaults(query, options);
  const asked = fieldNames.map((name) => failure(offer, name, query[name], options, "unknown fails"));
  const byDefault = fieldNames.map((name) => failure(offer, name, defaults[name], options, "unknown passes"));
  const because = [...asked, ...byDefault].find((each) => each !== undefined);
  return because === undefined ? { fits: true } : { fits: false, because };
}

/** What a machine is, which neither the market nor the load moves. */
const NATURE = [
  "gpuName",
  "gpuCount",
  "gpuRamGb",
  "gpuArch",
  "cpuArch",
  "country",
  "machineId",
  "hostId",
] as const satisfies readonly FieldName[];

/** The first condition of a query on what a machine is that a contract on it fails; undefined when it fails none. What its row does not tell passes. */
export function misfit(row: WireInstance, query: OfferQuery): string | undefined {
  const offer = row as Partial<WireOffer> as WireOffer;
  for (const name of NATURE) {
    const because = failure(offer, name, query[name], { defaultFilters: false }, "unknown passes");
    if (because !== undefined) return because;
  }
  return undefined;
}

/** The value of an offer for one key of a query, in the query's units; undefined when the offer doesn't tell. */
export function offerValue(offer: WireOffer, name: FieldName, dollarsPerHour?: number): Comparable | undefined {
  return name === "dollarsPerHour" ? (dollarsPerHour ?? offer.dph_total) : offerFields[name].read(offer);
}

function failure(
  offer: WireOffer,
  name: FieldName,
  filter: unknown,
  options: FitOptions,
  unknown: "unknown fails" | "unknown passes",
): string | undefined {
  const field = offerFields[name];
  const actual = offerValue(offer, name, options.dollarsPerHour);
  const failed = conditionsOf(filter, (value) => field.normalise(value)).find((condition) =>
    actual === undefined ? unknown === "unknown fails" : !holds(actual, condition),
  );
  if (failed === undefined) return undefined;
  // A version is compared as a number and shown as the host wrote it.
  const shown = field.kind === "version" ? offer[field.column] : actual;
  return `${name} is ${actual === undefined ? "not told" : String(shown)}, wanted ${describeCondition(filter)}`;
}
