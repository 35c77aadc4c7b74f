import type { OffersApi, SearchBody, WireFilters, WireOffer } from "../api/offers.js";
import { addCondition } from "./wire-filters.js";

/** The most offers that one search answers, whatever is asked. */
export const PAGE_SIZE = 64;
/** The most pages of one search: six seconds each at the pace that Vast allows. */
export const MOST_PAGES = 6;

/** One answer of a search. */
export interface Page {
  /** The offers that earlier pages didn't hold. */
  readonly offers: readonly WireOffer[];
  /** Whether all pages so far are the beginning of the market in the order of the search. */
  readonly inOrder: boolean;
  /** Whether nothing follows: the pages held all that the search can answer. */
  readonly isLast: boolean;
}

/** Slack for prices that the server keeps at another precision than it answers. */
const PRICE_SLACK = 1e-9;
const BY_PRICE: SearchBody["order"] = [["dph_total", "asc"]];

/**
 * The market in pages. Vast has no cursor, so after the first page, which comes in the order of the search, the others
 * come by price, each beginning at the price where the last one ended; offers seen already are left out. A page full of
 * one price leaves out its offers by id, for otherwise it would come back for ever. Ends when a page is not full,
 * gets no further than the one before, or is the last one allowed.
 */
export async function* offerPages(
  search: OffersApi["search"],
  body: Omit<SearchBody, "limit">,
  signal?: AbortSignal,
): AsyncGenerator<Page> {
  const seen = new Map<number, WireOffer>();
  const byPrice = body.order[0]?.[0] === "dph_total" && body.order[0][1] === "asc";
  let next: Omit<SearchBody, "limit"> = body;
  let reached = Number.NEGATIVE_INFINITY;
  for (let number = 1; number <= MOST_PAGES; number += 1) {
    signal?.throwIfAborted();
    const answer = await search({ ...next, limit: PAGE_SIZE }, signal);
    const offers = answer.filter(({ id }) => !seen.has(id));
    for (const offer of offers) seen.set(offer.id, offer);
    const isLast = answer.length < PAGE_SIZE;
    yield { offers, inOrder: number === 1 || byPrice, isLast };
    if (isLast) return;
    if (number === 1 && !byPrice) {
      next = { ...body, order: BY_PRICE };
      continue;
    }
    const price = Math.max(...answer.map(({ dph_total }) => dph_total));
    if (offers.length === 0 && price <= reached + PRICE_SLACK) return;
    reached = price;
    next = { ...body, order: BY_PRICE, filters: from(price, body.filters, answer, seen) };
  }
}

/** The filters for what follows an answer that ends at a price. */
function from(
  price: number,
  filters: WireFilters,
  answer: readonly WireOffer[],
  seen: ReadonlyMap<number, WireOffer>,
): WireFilters {
  const atThatPrice = ({ dph_total }: WireOffer) => Math.abs(dph_total - price) <= PRICE_SLACK;
  const narrowed = structuredClone(filters);
  addCondition(narrowed, "dph_total", "gte", price - PRICE_SLACK);
  if (answer.every(atThatPrice)) {
    const ids = [...seen.values()].filter(atThatPrice).map((offer) => offer.ask_contract_id ?? offer.id);
    addCondition(narrowed, "ask_contract_id", "notin", ids);
  }
  return narrowed;
}
