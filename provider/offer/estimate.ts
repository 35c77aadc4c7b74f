import type { OffersApi } from "../api/offers.js";
import type { VolumesApi } from "../api/volumes.js";
import { messageOf, SettingsError } from "../errors.js";
import { type PricedRental, STORAGE_HOURS_PER_MONTH } from "./price.js";
import type { OfferQuery } from "./query.js";
import type { OfferCandidate, OrderBy } from "./rank.js";
import { findOffer, searchOffers } from "./search.js";
import { isOnAskedMachine, tiedTo } from "./tied.js";
import type { VolumeOfferQuery } from "./volume-query.js";
import { findVolumeOffer, searchVolumeOffers } from "./volume-search.js";

/** What something would cost, as far as that can be told before it is rented. */
export type Estimate =
  /** What the market asks at this moment, disk included, traffic apart. */
  | {
      readonly is: "price";
      /** In the state that it is to have. */
      readonly dollarsPerHour: number;
      /** While stopped; undefined when that is not told. */
      readonly dollarsPerHourStopped: number | undefined;
      readonly machineId: number | null;
      /** What the price leaves out, when it does. */
      readonly because?: string;
    }
  /** No price, but it is rented for this at most. */
  | { readonly is: "cap"; readonly dollarsPerHour: number; readonly because: string }
  | { readonly is: "unknown"; readonly because: string };

/** What makes the price of an instance. */
export interface InstanceWish extends PricedRental {
  readonly offerId?: number | undefined;
  readonly offer?: OfferQuery | undefined;
  readonly orderBy?: OrderBy | undefined;
  readonly maxDollarsPerHour?: number | undefined;
  readonly defaultFilters: boolean;
  /** The machine of a volume that it mounts. */
  readonly machineId?: number | undefined;
  /** Whether it is to be stopped: then it costs its disk. */
  readonly isStopped: boolean;
}

/** What makes the price of a volume. */
export interface VolumeWish {
  readonly offerId?: number | undefined;
  readonly offer?: VolumeOfferQuery | undefined;
  readonly machineId?: number | undefined;
  readonly sizeGb: number;
  readonly maxDollarsPerMonth?: number | undefined;
  readonly defaultFilters: boolean;
}

const NOTHING_FITS = "no offer on the market fits at this moment";

/**
 * A price for each wish, out of one search for all that are equal: the second of two gets the second best offer, because the first is
 * gone by then. Never throws: what the market does not answer is a cap or unknown.
 */
export function estimateInstances(
  search: OffersApi["search"],
  wishes: readonly InstanceWish[],
  signal?: AbortSignal,
): Promise<Estimate[]> {
  return perDistinct(wishes, async (wish, count) => {
    try {
      const found = await candidates(search, wish, count, signal);
      return Array.from({ length: count }, (_, i) => priceOf(found[i], wish));
    } catch (error) {
      return Array.from({ length: count }, () => withoutMarket(wish, whyUnasked(error)));
    }
  });
}

/** A price for each volume, likewise; a volume's offer serves several. */
export function estimateVolumes(
  search: VolumesApi["search"],
  wishes: readonly VolumeWish[],
  signal?: AbortSignal,
): Promise<Estimate[]> {
  return perDistinct(wishes, async (wish, count) => {
    const estimate = await volumePrice(search, wish, signal).catch((error: unknown) =>
      volumeWithoutMarket(wish, whyUnasked(error)),
    );
    return Array.from({ length: count }, () => estimate);
  });
}

/** What is known of an instance's price when nobody may ask the market: a bid, a cap, or nothing. */
export function withoutMarket(wish: InstanceWish, because: string): Estimate {
  const { maxDollarsPerHour: cap, bidDollarsPerHour: bid, isStopped } = wish;
  if (cap !== undefined) return { is: "cap", dollarsPerHour: cap, because };
  if (bid !== undefined && !isStopped) {
    // The disk is cents beside it.
    return {
      is: "price",
      dollarsPerHour: bid,
      dollarsPerHourStopped: undefined,
      machineId: null,
      because: `the bid without the disk: ${because}`,
    };
  }
  return { is: "unknown", because };
}

/** Likewise for a volume. */
export function volumeWithoutMarket({ maxDollarsPerMonth: cap }: VolumeWish, because: string): Estimate {
  return cap === undefined
    ? { is: "unknown", because }
    : { is: "cap", dollarsPerHour: cap / STORAGE_HOURS_PER_MONTH, because };
}

async function candidates(
  search: OffersApi["search"],
  wish: InstanceWish,
  most: number,
  signal?: AbortSignal,
): Promise<OfferCandidate[]> {
  const { offerId, offer = {}, machineId, maxDollarsPerHour: cap = Number.POSITIVE_INFINITY } = wish;
  if (offerId !== undefined) {
    const found = await findOffer(search, offerId, wish, signal);
    return found && found.dollarsPerHour <= cap ? [found] : [];
  }
  const query = machineId === undefined ? offer : tiedTo(machineId, offer);
  const found = await searchOffers(search, { ...wish, query, most }, signal);
  return found.filter((candidate) => isOnAskedMachine(candidate, offer));
}

function priceOf(found: OfferCandidate | undefined, wish: InstanceWish): Estimate {
  if (!found) return withoutMarket(wish, NOTHING_FITS);
  const { dollarsPerHourStopped, machineId } = found;
  const dollarsPerHour = wish.isStopped ? dollarsPerHourStopped : found.dollarsPerHour;
  return { is: "price", dollarsPerHour, dollarsPerHourStopped, machineId };
}

async function volumePrice(search: VolumesApi["search"], wish: VolumeWish, signal?: AbortSignal): Promise<Estimate> {
  const { offerId, offer, machineId, sizeGb, maxDollarsPerMonth, defaultFilters } = wish;
  const isChosen = machineId !== undefined;
  const query = isChosen ? { machineId } : (offer ?? {});
  const wanted = { query, sizeGb, maxDollarsPerMonth, defaultFilters: defaultFilters && !isChosen };
  const found =
    offerId === undefined
      ? (await searchVolumeOffers(search, wanted, signal))[0]
      : await findVolumeOffer(search, offerId, sizeGb, signal);
  if (!found) return volumeWithoutMarket(wish, NOTHING_FITS);
  const { dollarsPerHour } = found;
  return { is: "price", dollarsPerHour, dollarsPerHourStopped: dollarsPerHour, machineId: found.machineId };
}

function whyUnasked(error: unknown): string {
  // A search for volumes is refused without one (vast-api.md §2.10), one for machines is not.
  if (error instanceof SettingsError) return "its search needs an API key, and there is none";
  return `the market could not be asked: ${messageOf(error).replace(/\.$/, "")}`;
}

/** Asks once for all that are equal; the answers come back in the order of the wishes. */
async function perDistinct<Wish>(
  wishes: readonly Wish[],
  ask: (wish: Wish, count: number) => Promise<Estimate[]>,
): Promise<Estimate[]> {
  const groups = new Map<string, { wish: Wish; places: number[] }>();
  for (const [place, wish] of wishes.entries()) {
    const key = JSON.stringify(wish);
    const group = groups.get(key) ?? { wish, places: [] };
    group.places.push(place);
    groups.set(key, group);
  }
  const answers: Estimate[] = [];
  await Promise.all(
    [...groups.values()].map(async ({ wish, places }) => {
      const estimates = await ask(wish, places.length);
      for (const [i, place] of places.entries()) answers[place] = estimates[i] as Estimate;
    }),
  );
  return answers;
}
