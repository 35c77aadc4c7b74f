import { readFileSync } from "node:fs";
import type { OffersApi, SearchBody, WireFilters } from "../../provider/api/offers.js";
import { WireOffer } from "../../provider/api/offers.js";

/** The offers of a recorded search. */
export function recordedOffers(file: "search-asks" | "bundles-search-row-2024" | "bundles-search-empty"): WireOffer[] {
  const text = readFileSync(new URL(`../fixtures/recorded/${file}.json`, `file://${__filename}`), "utf8");
  return WireOffer.array().parse(JSON.parse(text).body.offers);
}

/** An offer like a recorded one (an RTX 5090 in Korea), with only what matters changed. */
export function anOffer(changes: Partial<WireOffer> = {}): WireOffer {
  const [recorded] = recordedOffers("search-asks");
  return WireOffer.parse({ ...recorded, ask_contract_id: changes.id ?? recorded?.id, ...changes });
}

/**
 * Searches a fixed market as Vast is known to: filters on every condition, sorts by every key, answers at most 64 rows,
 * prices with the disk asked for. Written apart from the provider, so that the two can disagree.
 */
export function pretendMarket(offers: readonly WireOffer[], honours: { filters?: boolean; order?: boolean } = {}) {
  const bodies: SearchBody[] = [];
  const search: OffersApi["search"] = async (body) => {
    bodies.push(structuredClone(body));
    const priced = offers.map((offer) => priceRow(offer, body));
    const rows = priced.filter((row) => honours.filters === false || serverTakes(row, body.filters));
    if (honours.order !== false) rows.sort((a, b) => inOrder(a, b, body.order));
    return rows.slice(0, Math.min(64, body.limit));
  };
  return { search, bodies };
}

function priceRow(offer: WireOffer, body: SearchBody): WireOffer {
  const gpu = body.type === "bid" ? Number(offer.min_bid) : Number(offer.dph_base);
  const disk = (Number(offer.storage_cost) * body.allocatedStorageGb) / 30 / 24;
  return { ...offer, dph_base: gpu, storage_total_cost: disk, dph_total: gpu + disk };
}

/** Whether Vast's server would answer a row. */
export function serverTakes(row: WireOffer, filters: WireFilters): boolean {
  return Object.entries(filters).every(([name, conditions]) => {
    const actual = serverValue(row, name);
    return Object.entries(conditions).every(([op, wanted]) => serverHolds(actual, op, wanted));
  });
}

function serverValue(row: WireOffer, name: string): unknown {
  if (name === "verified") return row.verification === "verified";
  if (name === "datacenter") return row.hosting_type === 1;
  if (name === "geolocation") return row.geolocation?.slice(-2);
  if (name === "external") return row.external ?? false;
  if (name !== "driver_version") return row[name];
  return Number(
    row.driver_version
      ?.split(".")
      .map((part) => part.padStart(3, "0"))
      .join("")
      .padEnd(9, "0"),
  );
}

function serverHolds(actual: unknown, op: string, wanted: unknown): boolean {
  if (actual === undefined || actual === null) return false;
  if (Array.isArray(wanted)) return wanted.includes(actual) === (op === "in");
  if (op === "eq" || op === "neq") return (actual === wanted) === (op === "eq");
  if (typeof actual !== "number" || typeof wanted !== "number") throw new Error(`${op} on ${JSON.stringify(actual)}`);
  return { gt: actual > wanted, gte: actual >= wanted, lt: actual < wanted, lte: actual <= wanted }[op] === true;
}

function inOrder(a: WireOffer, b: WireOffer, order: SearchBody["order"]): number {
  for (const [column, direction] of order) {
    const difference = Number(a[column]) - Number(b[column]);
    if (difference !== 0) return direction === "asc" ? difference : -difference;
  }
  return 0;
}
