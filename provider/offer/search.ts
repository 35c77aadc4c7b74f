import type { OffersApi, SearchBody, WireOffer } from "../api/offers.js";
import { offerPages, PAGE_SIZE } from "./paging.js";
import { hourlyPrice, type PricedRental } from "./price.js";
import type { OfferQuery } from "./query.js";
import { compareBy, type OfferCandidate, type OrderBy, orderOrCheapest, rank, toWireOrder } from "./rank.js";
import { fits } from "./recheck.js";
import { addCondition, searchType, toWireFilters } from "./wire-filters.js";

/** What is looked for on the market. */
export interface WantedOffer extends PricedRental {
  readonly query: OfferQuery;
  /** The most that running may cost in $/h, disk included, traffic apart. Default no limit. */
  readonly maxDollarsPerHour?: number | undefined;
  /** By what to choose. Default the cheapest with the wanted disk. */
  readonly orderBy?: OrderBy | undefined;
  /** Whether to take only verified, rentable offers of Vast's own market, where the query doesn't say otherwise. */
  readonly defaultFilters: boolean;
  /** How many candidates are enough. Default 32. */
  readonly most?: number | undefined;
}

/** Slack between our arithmetic and the server's, in $/h. */
const PRICE_SLACK = 1e-6;

/** What a search found. */
export interface FoundOffers {
  /** Best first, at most `most`. */
  readonly candidates: OfferCandidate[];
  /** How many offers fit, of those that were looked at. */
  readonly fitting: number;
  /** Whether everything that can fit was looked at; else more may fit, though none better. */
  readonly isWhole: boolean;
}

/**
 * The best offers on the market, best first, at most `most`, and how many fit. Each has been checked here against
 * everything that was asked. Stops paging as soon as further pages can't hold a better one.
 */
export async function searchMarket(
  search: OffersApi["search"],
  wanted: WantedOffer,
  signal?: AbortSignal,
): Promise<FoundOffers> {
  const most = wanted.most ?? 32;
  const found: OfferCandidate[] = [];
  let isWhole = false;
  for await (const page of offerPages(search, toSearch(wanted), signal)) {
    const priced = page.offers.flatMap((offer) => toCandidate(offer, wanted) ?? []);
    found.push(...priced.filter((candidate) => suits(candidate, wanted)));
    isWhole = page.isLast || (page.inOrder && isPastCap(priced, wanted));
    if (isWhole || (page.inOrder && isSettled(found, priced, most, wanted.orderBy))) break;
  }
  return { candidates: rank(found, wanted.orderBy).slice(0, most), fitting: found.length, isWhole };
}

/** The best offers on the market, as {@link searchMarket} finds them. */
export async function searchOffers(
  search: OffersApi["search"],
  wanted: WantedOffer,
  signal?: AbortSignal,
): Promise<OfferCandidate[]> {
  return (await searchMarket(search, wanted, signal)).candidates;
}

/**
 * One offer that the user chose by id, at its price; undefined when the market doesn't show it (any more). Nothing is
 * checked but the id: the caller decides what else must hold.
 */
export async function findOffer(
  search: OffersApi["search"],
  offerId: number,
  rental: PricedRental,
  signal?: AbortSignal,
): Promise<OfferCandidate | undefined> {
  const answer = await search(
    {
      // A filter on `id` matches nothing (seen live), whatever the documentation says.
      filters: { ask_contract_id: { eq: offerId } },
      type: searchType(rental.rentalType),
      order: [["dph_total", "asc"]],
      limit: PAGE_SIZE,
      allocatedStorageGb: rental.diskGb,
    },
    signal,
  );
  return answer.flatMap((offer) => toCandidate(offer, rental) ?? []).find((candidate) => candidate.offerId === offerId);
}

/** The search behind a wish. Whatever it filters is checked again on the answer. */
export function toSearch(wanted: WantedOffer): Omit<SearchBody, "limit"> {
  const { query, rentalType, diskGb, bidDollarsPerHour, maxDollarsPerHour } = wanted;
  const filters = toWireFilters(query, wanted);
  addCondition(filters, "disk_space", "gte", diskGb);
  const byOurBid = rentalType === "interruptible" && bidDollarsPerHour !== undefined;
  // The server's price holds its own idea of the bid: with a bid of ours its bounds would hide offers that fit.
  if (byOurBid) {
    delete filters.dph_total;
    addCondition(filters, "min_bid", "lte", bidDollarsPerHour);
  } else if (maxDollarsPerHour !== undefined && !showsCap(wanted)) {
    addCondition(filters, "dph_total", "lte", maxDollarsPerHour + PRICE_SLACK);
  }
  return {
    filters,
    type: searchType(rentalType),
    order: toWireOrder(wanted.orderBy, byOurBid ? "by our bid" : "by the offer"),
    allocatedStorageGb: diskGb,
  };
}

/** An offer at its price with the wanted disk; undefined when it doesn't tell enough. */
function toCandidate(offer: WireOffer, rental: PricedRental): OfferCandidate | undefined {
  const price = hourlyPrice(offer, rental);
  if (price === undefined) return undefined;
  return {
    offerId: offer.ask_contract_id ?? offer.id,
    machineId: offer.machine_id ?? null,
    hostId: offer.host_id ?? null,
    ...price,
    offer,
  };
}

/** Those of some offers that meet everything that is wanted, at their prices. */
export function suiting(offers: readonly WireOffer[], wanted: WantedOffer): OfferCandidate[] {
  return offers.flatMap((offer) => toCandidate(offer, wanted) ?? []).filter((candidate) => suits(candidate, wanted));
}

/** Whether an offer's machine lets a new volume of this size be made with the rent. */
export function hasRoom({ avail_vol_ask_id: askId, avail_vol_size: freeGb }: WireOffer, sizeGb: number): boolean {
  return typeof askId === "number" && typeof freeGb === "number" && freeGb >= sizeGb;
}

/** Whether the cheapest come first. */
export function isCheapestFirst(orderBy: OrderBy | undefined): boolean {
  const [first] = orderOrCheapest(orderBy);
  return first?.field === "dollarsPerHour" && first.direction === "asc";
}

/** Whether answers tell where the cap lies, so that one search serves whoever has another cap or none. */
function showsCap({ orderBy, rentalType }: WantedOffer): boolean {
  return rentalType !== "interruptible" && isCheapestFirst(orderBy);
}

/** Whether a page in the order of prices ends above the cap: all that follows is dearer still. */
function isPastCap(page: readonly OfferCandidate[], wanted: WantedOffer): boolean {
  const { orderBy, maxDollarsPerHour } = wanted;
  if (maxDollarsPerHour === undefined || !showsCap(wanted)) return false;
  return isInOrder(page, orderOrCheapest(orderBy)) && (page.at(-1)?.dollarsPerHour ?? 0) > maxDollarsPerHour;
}

function isInOrder(page: readonly OfferCandidate[], keys: OrderBy): boolean {
  return page.every((candidate, index) => {
    const before = page[index - 1];
    return before === undefined || compareBy(keys, before, candidate) <= 0;
  });
}

/** Whether an offer meets everything that is wanted, whatever the server filtered. */
function suits({ offer, dollarsPerHour }: OfferCandidate, wanted: WantedOffer): boolean {
  const { query, defaultFilters, diskGb, rentalType, bidDollarsPerHour, maxDollarsPerHour, newVolumeGb } = wanted;
  if (dollarsPerHour > (maxDollarsPerHour ?? Number.POSITIVE_INFINITY)) return false;
  if (typeof offer.disk_space !== "number" || offer.disk_space < diskGb) return false;
  if (newVolumeGb !== undefined && !hasRoom(offer, newVolumeGb)) return false;
  if (rentalType === "interruptible") {
    if (typeof offer.min_bid !== "number") return false;
    if (offer.min_bid > (bidDollarsPerHour ?? Number.POSITIVE_INFINITY)) return false;
  }
  return fits(offer, query, { defaultFilters, dollarsPerHour }).fits;
}

/**
 * Whether no later page can hold anything better: enough is found, the page came in the order asked for, and the last
 * candidate needed stands before the end of the page, so that not even a tie can follow.
 */
function isSettled(
  found: readonly OfferCandidate[],
  page: readonly OfferCandidate[],
  most: number,
  orderBy: OrderBy | undefined,
): boolean {
  const keys = orderOrCheapest(orderBy);
  const lastNeeded = rank(found, orderBy)[most - 1];
  const lastOfPage = page.at(-1);
  if (!isInOrder(page, keys) || lastNeeded === undefined || lastOfPage === undefined) return false;
  return compareBy(keys, lastNeeded, lastOfPage) < 0;
}
