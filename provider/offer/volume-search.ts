import type { FilterOp, WireFilters } from "../api/offers.js";
import type { VolumesApi, WireVolumeOffer } from "../api/volumes.js";
import { conditionsOf } from "./filters.js";
import { PAGE_SIZE } from "./paging.js";
import { STORAGE_HOURS_PER_MONTH } from "./price.js";
import { standingVolumeDefaults, type VolumeOfferQuery, volumeFields, volumeMisfit } from "./volume-query.js";
import { addCondition } from "./wire-filters.js";

/** Room that a volume can be rented in, at its price for the wanted size. */
export interface VolumeCandidate {
  /** What to rent. Serves several volumes, as long as there is room. */
  readonly offerId: number;
  readonly machineId: number | null;
  readonly hostId: number | null;
  readonly dollarsPerHour: number;
  /** The offer as Vast answered it. */
  readonly offer: WireVolumeOffer;
}

/** What is looked for. */
export interface WantedRoom {
  readonly query: VolumeOfferQuery;
  /** GB. */
  readonly sizeGb: number;
  /** The most that the volume may cost for a month of 30 days. Default no limit. */
  readonly maxDollarsPerMonth?: number | undefined;
  /** Whether to take only verified machines of Vast's own market, where the query doesn't say otherwise. */
  readonly defaultFilters: boolean;
}

/** Four pages take half a minute at the pace that Vast allows. */
const MOST_PAGES = 4;
/** Slack between our arithmetic and the server's. */
const PRICE_SLACK = 1e-9;

/** Price of a volume's month of 30 days, as Vast counts one (vast-api.md §2.1: storage prices). */
export function volumeDollarsPerMonth(dollarsPerHour: number): number {
  return dollarsPerHour * STORAGE_HOURS_PER_MONTH;
}

/** Room for a volume, cheapest first. Each offer has been checked here against everything that was asked. */
export async function searchVolumeOffers(
  search: VolumesApi["search"],
  wanted: WantedRoom,
  signal?: AbortSignal,
): Promise<VolumeCandidate[]> {
  const { query, sizeGb, maxDollarsPerMonth = Number.POSITIVE_INFINITY } = wanted;
  const defaults = wanted.defaultFilters ? standingVolumeDefaults(query) : {};
  const filters = toWire({ ...defaults, ...query });
  addCondition(filters, "disk_space", "gte", sizeGb);
  if (Number.isFinite(maxDollarsPerMonth))
    addCondition(filters, "storage_cost", "lte", maxDollarsPerMonth / sizeGb + PRICE_SLACK);
  const fits = ({ offer, dollarsPerHour }: VolumeCandidate) =>
    typeof offer.disk_space === "number" &&
    offer.disk_space >= sizeGb &&
    volumeDollarsPerMonth(dollarsPerHour) <= maxDollarsPerMonth + PRICE_SLACK &&
    volumeMisfit(offer, query, defaults) === undefined;
  const found = new Map<number, VolumeCandidate>();
  const seen = new Set<number>();
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const offers = await searchPage(search, filters, sizeGb, signal);
    const fresh = offers.filter(({ id }) => !seen.has(id));
    for (const offer of fresh) {
      seen.add(offer.id);
      const candidate = toVolumeCandidate(offer, sizeGb);
      if (candidate && fits(candidate)) found.set(candidate.offerId, candidate);
    }
    // Pages come by price: once something fits, later ones hold only dearer ones.
    if (found.size > 0 || offers.length < PAGE_SIZE || fresh.length === 0) break;
    addCondition(
      filters,
      "storage_cost",
      "gte",
      Math.max(...offers.map(({ storage_cost }) => storage_cost ?? 0)) - PRICE_SLACK,
    );
  }
  return rankRoom([...found.values()]);
}

/** The room behind one offer id; undefined when the search does not show it. Nothing is checked but the id. */
export async function findVolumeOffer(
  search: VolumesApi["search"],
  offerId: number,
  sizeGb: number,
  signal?: AbortSignal,
): Promise<VolumeCandidate | undefined> {
  // Of GPU offers a filter on `id` finds nothing (seen live); whether this search is the same is not known.
  for (const column of ["ask_contract_id", "id"]) {
    const offers = await searchPage(search, { [column]: { eq: offerId } }, sizeGb, signal);
    const found = offers
      .flatMap((offer) => toVolumeCandidate(offer, sizeGb) ?? [])
      .find((candidate) => candidate.offerId === offerId);
    if (found) return found;
  }
  return undefined;
}

/** Cheapest first, then the more reliable machine; the same offers come out in the same order, however they went in. */
export function rankRoom(candidates: readonly VolumeCandidate[]): VolumeCandidate[] {
  const reliability = ({ offer }: VolumeCandidate) => Number(volumeFields.reliability.read(offer) ?? 0);
  return [...candidates].sort(
    (a, b) => a.dollarsPerHour - b.dollarsPerHour || reliability(b) - reliability(a) || a.offerId - b.offerId,
  );
}

function searchPage(search: VolumesApi["search"], filters: WireFilters, sizeGb: number, signal?: AbortSignal) {
  return search({ filters, order: [["storage_cost", "asc"]], limit: PAGE_SIZE, allocatedStorageGb: sizeGb }, signal);
}

function toVolumeCandidate(offer: WireVolumeOffer, sizeGb: number): VolumeCandidate | undefined {
  const { storage_cost: perGbMonth, storage_total_cost: asSearched } = offer;
  const dollarsPerHour = typeof perGbMonth === "number" ? (perGbMonth * sizeGb) / STORAGE_HOURS_PER_MONTH : asSearched;
  if (typeof dollarsPerHour !== "number") return undefined;
  return {
    offerId: offer.ask_contract_id ?? offer.id,
    machineId: offer.machine_id ?? null,
    hostId: offer.host_id ?? null,
    dollarsPerHour,
    offer,
  };
}

function toWire(query: VolumeOfferQuery): WireFilters {
  const filters: WireFilters = {};
  for (const [name, filter] of Object.entries(query)) {
    const field = volumeFields[name as keyof typeof volumeFields];
    for (const { op, wanted } of conditionsOf(filter, (value) => field.normalise(value))) {
      for (const [wireOp, value] of Object.entries(field.toWire(op, wanted)))
        addCondition(filters, field.wire, wireOp as FilterOp, value);
    }
  }
  return filters;
}
