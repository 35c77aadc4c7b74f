import { BID_STEP } from "../contracts/bid.js";
import { highestRank } from "../contracts/gpus.js";
import { compareValues, isFilter, isRecord, passes } from "../filters.js";
import type { State } from "../state.js";
import { freeVolumeGb } from "../volume-shelf.js";
import type { Ask } from "./ask.js";
import { type OfferRow, offerRow } from "./offer-row.js";
import { countryOf } from "./places.js";
import { typicalFacts } from "./typical-facts.js";

/** Vast never answers more rows than this, whatever is asked. */
const MOST_ROWS = 64;
/** Disk that prices include where the search names none, in GB. */
const DEFAULT_STORAGE_GB = 8;

/** Keys of a search that are no filters. */
const controls = new Set([
  "type",
  "order",
  "limit",
  "allocated_storage",
  "disable_bundling",
  "extra_ids",
  "georegion",
  "chunked",
  "target_reliability",
  "template_id",
  "show_incompatible",
  "owner",
  "sort_option",
  "resource_type",
]);

const types = {
  "on-demand": "on-demand",
  ondemand: "on-demand",
  bid: "bid",
  interruptible: "bid",
  reserved: "reserved",
} as const;

/** What a search found; `truncated` when more offers fit than were answered. */
export interface Found {
  readonly offers: OfferRow[];
  readonly truncated: boolean;
}

/** Searches the market; undefined for a query that Vast refuses: an unknown operator, field, type or order. */
export function searchOffers(state: State, query: unknown, now: number): Found | undefined {
  if (!isRecord(query)) return undefined;
  const typeText = typeof query.type === "string" ? query.type : "on-demand";
  const type = Object.entries(types).find(([word]) => word === typeText)?.[1];
  if (type === undefined) return undefined;
  const storageGb = Number(query.allocated_storage ?? DEFAULT_STORAGE_GB);
  const rows = openAsks(state, query.disable_bundling === true).map((ask) => {
    const minBid = Math.max(ask.facts.min_bid, bidToBeat(state, ask));
    const volumeGb = freeVolumeGb(state, ask.facts.machine_id);
    return offerRow(ask, { type, storageGb, minBid, volumeGb, nowSeconds: now / 1000 });
  });

  const filters = Object.entries(query).filter(([field]) => !controls.has(field));
  for (const [field, filter] of filters) {
    if (!isFilter(filter) || !isField(field)) return undefined;
  }
  const fitting = rows.filter((row) =>
    filters.every(([field, filter]) => isFilter(filter) && passesField(row, field, filter)),
  );
  const order = orderOf(query.order ?? [["score", "desc"]]);
  if (order === undefined) return undefined;
  fitting.sort((a, b) => {
    for (const [field, sign] of order) {
      const difference = sign * compareValues(a[field], b[field]);
      if (difference !== 0) return difference;
    }
    return a.id - b.id;
  });
  const asked = Number(query.limit ?? MOST_ROWS);
  const limit = asked > 0 ? Math.min(asked, MOST_ROWS) : MOST_ROWS;
  return { offers: fitting.slice(0, limit), truncated: fitting.length > limit };
}

/** The asks that could be rented on demand now; equal slices of one machine are folded into one unless told not to. */
export function openAsks(state: State, unfolded = false): Ask[] {
  const seen = new Set<string>();
  return state.asks.filter(({ facts }) => {
    if (highestRank(state, facts.gpu_ids) === Number.POSITIVE_INFINITY) return false;
    const slice = `${facts.machine_id} ${facts.num_gpus} ${facts.dph_base}`;
    if (!unfolded && seen.has(slice)) return false;
    seen.add(slice);
    return true;
  });
}

function bidToBeat(state: State, { facts }: Ask): number {
  const rank = highestRank(state, facts.gpu_ids);
  return rank === 0 ? 0 : rank * facts.num_gpus + BID_STEP;
}

/** Filters whose field is no column, or is compared otherwise than it is shown. */
const specialFields: Readonly<Record<string, (row: OfferRow) => unknown>> = {
  verified: (row) => row.verification === "verified",
  datacenter: (row) => row.hosting_type === 1,
  geolocation: (row) => countryOf(String(row.geolocation)),
  driver_version: (row) => row.driver_vers,
  ubuntu_version: (row) => row.os_version,
  external: (row) => row.external ?? false,
};

const sampleRow = offerRow(
  { offerId: 0, facts: typicalFacts("RTX 4090", 0) },
  { type: "on-demand", storageGb: 0, minBid: 0, volumeGb: 0, nowSeconds: 0 },
);

function isField(field: string): boolean {
  return field in sampleRow || field in specialFields;
}

function passesField(row: OfferRow, field: string, filter: Record<string, unknown>): boolean {
  // Seen live: a filter on the id of an offer finds nothing, whatever the id.
  if (field === "id") return false;
  const special = specialFields[field];
  return passes(special === undefined ? row[field] : special(row), filter);
}

function orderOf(order: unknown): [field: string, sign: number][] | undefined {
  if (!Array.isArray(order)) return undefined;
  const directions = order.map((entry: unknown): [string, number] => {
    const [field, direction] = Array.isArray(entry) ? entry : [entry, "asc"];
    return [String(field), direction === "desc" ? -1 : 1];
  });
  return directions.every(([field]) => isField(field)) ? directions : undefined;
}
