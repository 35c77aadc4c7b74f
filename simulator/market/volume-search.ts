import { HOURS_PER_MONTH } from "../contracts/money.js";
import { compareValues, isFilter, isRecord, passes } from "../filters.js";
import { hexOf } from "../random.js";
import type { State } from "../state.js";
import { type VolumeAsk, volumeAsks } from "../volume-shelf.js";
import type { AskFacts } from "./ask.js";
import { countryOf } from "./places.js";
import { typicalFacts } from "./typical-facts.js";

const MOST_ROWS = 64;
/** The official client's size for prices, in GB. */
const DEFAULT_STORAGE_GB = 1;
const controls = new Set(["order", "limit", "allocated_storage", "type"]);

type Row = Record<string, unknown> & { readonly id: number };

/** Searches room for volumes; undefined for a query that Vast refuses: an unknown operator, field or order. */
export function searchVolumeAsks(state: State, query: unknown, now: number): Row[] | undefined {
  if (!isRecord(query)) return undefined;
  const storageGb = Number(query.allocated_storage ?? DEFAULT_STORAGE_GB);
  const filters = Object.entries(query).filter(([field]) => !controls.has(field));
  const order = query.order ?? [["score", "desc"]];
  if (!Array.isArray(order) || filters.some(([field, filter]) => !isFilter(filter) || !isField(field)))
    return undefined;
  const directions = order.map((entry: unknown): [string, number] => {
    const [field, direction] = Array.isArray(entry) ? entry : [entry, "asc"];
    return [String(field), direction === "desc" ? -1 : 1];
  });
  if (!directions.every(([field]) => field === "score" || isField(field))) return undefined;
  const fitting = volumeAsks(state).filter((ask) =>
    filters.every(([field, filter]) => isFilter(filter) && passes(columnOf(ask, field, storageGb, now), filter)),
  );
  fitting.sort((a, b) => {
    for (const [field, sign] of directions) {
      const difference = sign * compareValues(columnOf(a, field, storageGb, now), columnOf(b, field, storageGb, now));
      if (difference !== 0) return difference;
    }
    return a.offerId - b.offerId;
  });
  const asked = Number(query.limit ?? MOST_ROWS);
  return fitting.slice(0, asked > 0 ? Math.min(asked, MOST_ROWS) : MOST_ROWS).map((ask) => rowOf(ask, storageGb, now));
}

/** The documented columns and no others. */
function rowOf({ offerId, facts, freeGb }: VolumeAsk, storageGb: number, now: number): Row {
  return {
    id: offerId,
    ask_contract_id: offerId,
    bundle_id: Number.parseInt(hexOf(`volume ${facts.machine_id}`, 7), 16),
    cpu_arch: facts.cpu_arch,
    cpu_ghz: facts.cpu_ghz,
    cpu_name: facts.cpu_name,
    cuda_max_good: facts.cuda_max_good,
    disk_bw: facts.disk_bw,
    disk_name: facts.disk_name,
    disk_space: freeGb,
    driver_vers: driverNumber(facts),
    driver_version: facts.driver_version,
    duration: facts.end_date - now / 1000,
    end_date: facts.end_date,
    external: null,
    geolocation: facts.geolocation,
    geolocode: Number.parseInt(hexOf(facts.geolocation, 7), 16),
    gpu_arch: "nvidia",
    host_id: facts.host_id,
    inet_down: facts.inet_down,
    inet_up: facts.inet_up,
    machine_id: facts.machine_id,
    mobo_name: facts.mobo_name,
    reliability: facts.reliability,
    reliability2: facts.reliability,
    reliability_mult: facts.reliability ** 8,
    start_date: facts.start_date,
    static_ip: facts.static_ip,
    storage_cost: facts.storage_cost,
    storage_total_cost: (facts.storage_cost * storageGb) / HOURS_PER_MONTH,
    vericode: facts.verification === "verified" ? 1 : 0,
    verification: facts.verification,
    vms_enabled: facts.vms_enabled,
  };
}

/** Filters whose field is no column, or is compared otherwise than it is shown. */
const specialFields: Readonly<Record<string, (facts: AskFacts) => unknown>> = {
  verified: ({ verification }) => verification === "verified",
  datacenter: ({ hosting_type }) => hosting_type === 1,
  geolocation: ({ geolocation }) => countryOf(geolocation),
  driver_version: driverNumber,
  ubuntu_version: ({ os_version }) => os_version,
  cuda_vers: ({ cuda_max_good }) => cuda_max_good,
  external: () => false,
  score: ({ reliability }) => reliability,
  has_avx: ({ has_avx }) => has_avx,
  pci_gen: ({ pci_gen }) => pci_gen,
  pcie_bw: ({ pcie_bw }) => pcie_bw,
  total_flops: ({ total_flops }) => total_flops,
  cluster_id: () => null,
};

const sampleRow = rowOf({ offerId: 0, facts: typicalFacts("RTX 4090", 0), freeGb: 0 }, 1, 0);

function isField(field: string): boolean {
  return field in sampleRow || field in specialFields;
}

function columnOf(ask: VolumeAsk, field: string, storageGb: number, now: number): unknown {
  // As with offers of GPUs, a filter on the id finds nothing.
  if (field === "id") return null;
  const special = specialFields[field];
  return special === undefined ? rowOf(ask, storageGb, now)[field] : special(ask.facts);
}

function driverNumber({ driver_version: version }: AskFacts): number {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  return major * 1_000_000 + minor * 1000 + patch;
}
