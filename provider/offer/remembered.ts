import type { Account } from "../account/account.js";
import type { Client } from "../api/client.js";
import type { OffersApi, WireOffer } from "../api/offers.js";
import { type Clock, untilAborted } from "../clock.js";

/** How long an answer serves equal searches: programs that ask once for each of twenty resources cost one call. */
const FRESH_MS = 60_000;

type Search = OffersApi["search"];

const searches = new WeakMap<Client, Search>();

/** The account's search, whose answers serve equal searches of this process for a minute. Not for renting: an offer can be gone by then. */
export function rememberedSearch({ client, clock }: Pick<Account, "client" | "clock">): Search {
  const known = searches.get(client) ?? remember((body) => client.offers.search(body), clock);
  searches.set(client, known);
  return known;
}

/**
 * A search that remembers. Searches that come while an equal one is on its way share its answer; a failure is told to those who wait for
 * it, and the next one asks again. An aborted signal frees its caller alone.
 */
function remember(search: Search, clock: Clock): Search {
  const answers = new Map<string, { readonly at: number; readonly offers: Promise<WireOffer[]> }>();
  return async (body, signal) => {
    signal?.throwIfAborted();
    for (const [key, { at }] of answers) if (clock.now() - at >= FRESH_MS) answers.delete(key);
    const key = JSON.stringify(body);
    const there = answers.get(key);
    if (there) return untilAborted(there.offers, signal);
    const offers = search(body);
    answers.set(key, { at: clock.now(), offers });
    offers.catch(() => answers.delete(key));
    return untilAborted(offers, signal);
  };
}
