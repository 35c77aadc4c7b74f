import type { Account } from "../account/account.js";
import type { Client } from "../api/client.js";
import type { OffersApi, WireOffer } from "../api/offers.js";
import { type Clock, untilAborted } from "../clock.js";

/** How long an answer serves those who only look: programs that ask once for each of twenty resources cost one call. */
const FRESH_MS = 60_000;
/**
 * How long it serves those who rent: Vast lets a rent through every 4.5 seconds, so that a fleet of sixty rents by one search. An offer that is
 * gone by then is refused, and {@link forgetMarket} makes the next one look anew.
 */
const FRESH_TO_RENT_MS = 5 * 60_000;

type Search = OffersApi["search"];

interface Memory {
  /** A search whose answers may be so many milliseconds old. */
  within(freshMs: number): Search;
  /** Drops answers of at least that age; whether there was one. */
  forget(atLeastMs: number): boolean;
}

const memories = new WeakMap<Client, Memory>();

/** The account's search for those who look: answers serve equal searches of this process for a minute. */
export function rememberedSearch(account: Pick<Account, "client" | "clock">): Search {
  return memoryOf(account).within(FRESH_MS);
}

/** The account's search for those who rent: one search serves all who want the same within five minutes. */
export function searchToRent(account: Pick<Account, "client" | "clock">): Search {
  return memoryOf(account).within(FRESH_TO_RENT_MS);
}

/** The market is not as it was: answers of at least that age in milliseconds serve nobody any more. Answers whether there were such. */
export function forgetMarket(account: Pick<Account, "client" | "clock">, atLeastMs: number): boolean {
  return memoryOf(account).forget(atLeastMs);
}

function memoryOf({ client, clock }: Pick<Account, "client" | "clock">): Memory {
  const known = memories.get(client) ?? remember((body) => client.offers.search(body), clock);
  memories.set(client, known);
  return known;
}

/**
 * A memory of searches. Searches that come while an equal one is on its way share its answer; a failure is told to those who wait for
 * it, and the next one asks again. An aborted signal frees its caller alone.
 */
function remember(search: Search, clock: Clock): Memory {
  const answers = new Map<string, { readonly at: number; readonly offers: Promise<WireOffer[]> }>();
  return {
    forget: (atLeastMs) => {
      const old = [...answers].filter(([, { at }]) => clock.now() - at >= atLeastMs);
      for (const [key] of old) answers.delete(key);
      return old.length > 0;
    },
    within: (freshMs) => async (body, signal) => {
      signal?.throwIfAborted();
      for (const [key, { at }] of answers) if (clock.now() - at >= FRESH_TO_RENT_MS) answers.delete(key);
      const key = JSON.stringify(body);
      const there = answers.get(key);
      if (there && clock.now() - there.at < freshMs) return untilAborted(there.offers, signal);
      const asked = { at: clock.now(), offers: search(body) };
      answers.set(key, asked);
      asked.offers.catch(() => {
        if (answers.get(key) === asked) answers.delete(key);
      });
      return untilAborted(asked.offers, signal);
    },
  };
}
