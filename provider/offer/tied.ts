import type { OfferQuery } from "./query.js";
import type { OfferCandidate } from "./rank.js";
import { fits } from "./recheck.js";

/**
 * A query for offers on the machine that a volume has chosen: it takes the place of the query's own condition on the machine, and is not to be
 * hidden by a default filter that nobody asked for.
 */
export function tiedTo(machineId: number, query: OfferQuery): OfferQuery {
  const verified = query.verified ?? (query.verification === undefined ? "any" : undefined);
  return { ...query, machineId, ...(verified === undefined ? {} : { verified }) };
}

/** Whether an offer meets the condition on the machine that a query had before it was tied. */
export function isOnAskedMachine({ offer }: OfferCandidate, { machineId }: OfferQuery): boolean {
  return machineId === undefined || fits(offer, { machineId }, { defaultFilters: false }).fits;
}
