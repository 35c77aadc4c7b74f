import { z } from "zod";
import type { Endpoint, Send } from "./endpoint.js";
import { geolocation, looseFlag, looseNumber, looseText, wireId, wireNumber } from "./wire-types.js";

/** Price of an offer in one state, $/h with the disk of the search included. */
const Price = z
  .looseObject({ gpuCostPerHour: looseNumber, diskHour: looseNumber, totalHour: looseNumber })
  .nullish()
  .catch(null);

/**
 * One offer as the search answers it. Keys come and go over the years, so all but the id and the price are optional.
 * Memory in MB, disk in GB, network in Mb/s, prices in $/h, `duration` in seconds, `compute_cap` times 100.
 */
export const WireOffer = z.looseObject({
  id: wireId,
  ask_contract_id: wireId.nullish(),
  dph_total: wireNumber,
  dph_base: looseNumber,
  min_bid: looseNumber,
  is_bid: looseFlag,
  discount_rate: looseNumber,
  discounted_dph_total: looseNumber,
  storage_cost: looseNumber,
  storage_total_cost: looseNumber,
  search: Price,
  instance: Price,
  machine_id: looseNumber,
  host_id: looseNumber,
  bundle_id: looseNumber,
  cluster_id: looseNumber,
  hosting_type: looseNumber,
  geolocation,
  verification: looseText,
  rentable: looseFlag,
  rented: looseFlag,
  external: looseFlag,
  static_ip: looseFlag,
  public_ipaddr: looseText,
  direct_port_count: looseNumber,
  num_gpus: looseNumber,
  gpu_name: looseText,
  gpu_arch: looseText,
  gpu_ram: looseNumber,
  gpu_total_ram: looseNumber,
  gpu_frac: looseNumber,
  gpu_lanes: looseNumber,
  gpu_mem_bw: looseNumber,
  gpu_max_power: looseNumber,
  gpu_max_temp: looseNumber,
  gpu_display_active: looseFlag,
  bw_nvlink: looseNumber,
  compute_cap: looseNumber,
  cuda_max_good: looseNumber,
  driver_version: looseText,
  cpu_name: looseText,
  cpu_arch: looseText,
  cpu_cores: looseNumber,
  cpu_cores_effective: looseNumber,
  cpu_ghz: looseNumber,
  cpu_ram: looseNumber,
  has_avx: looseFlag,
  disk_name: looseText,
  disk_space: looseNumber,
  disk_bw: looseNumber,
  inet_up: looseNumber,
  inet_down: looseNumber,
  inet_up_cost: looseNumber,
  inet_down_cost: looseNumber,
  mobo_name: looseText,
  os_version: looseText,
  pci_gen: looseNumber,
  pcie_bw: looseNumber,
  reliability: looseNumber,
  reliability2: looseNumber,
  dlperf: looseNumber,
  dlperf_per_dphtotal: looseNumber,
  flops_per_dphtotal: looseNumber,
  total_flops: looseNumber,
  score: looseNumber,
  vms_enabled: looseFlag,
  start_date: looseNumber,
  end_date: looseNumber,
  duration: looseNumber,
  avail_vol_ask_id: looseNumber,
  avail_vol_dph: looseNumber,
  avail_vol_size: looseNumber,
});
/** One offer on the wire. */
export type WireOffer = z.infer<typeof WireOffer>;

/** Operators of the search; several on one field must all hold. */
export type FilterOp = "eq" | "neq" | "gt" | "gte" | "lt" | "lte" | "in" | "notin";
/** `{ gpu_ram: { gte: 24000 } }` in Vast's field names and units. */
export type WireFilters = Record<string, Partial<Record<FilterOp, unknown>>>;

/** Body of one search: filters and controls lie flat beside each other. */
export interface SearchBody {
  readonly filters: WireFilters;
  /** `bid` prices offers as interruptible. */
  readonly type: "on-demand" | "bid" | "reserved";
  readonly order: readonly (readonly [field: string, direction: "asc" | "desc"])[];
  /** Vast caps at 64 whatever is asked. */
  readonly limit: number;
  /** Disk in GB that the prices include; Vast assumes 8 when it is left out. */
  readonly allocatedStorageGb: number;
}

const GpuNamesAnswer = z.looseObject({ gpu_names: z.array(z.string()) });
const SearchAnswer = z.looseObject({ offers: z.array(WireOffer) });

export const offerEndpoints = {
  search: {
    method: "POST",
    path: "/api/v0/bundles/",
    effect: "read",
    // About ten a minute (vast-api.md §1.5: observed live); a recorded 429 of this route names 3 seconds.
    minIntervalSeconds: 3,
    keyless: true,
    answer: SearchAnswer,
  },
  gpuNames: {
    method: "GET",
    path: "/api/v0/gpu_names/unique/",
    effect: "read",
    // Nobody names its limit; the official client asks once a day (vast-api.md §2.1).
    minIntervalSeconds: 3,
    keyless: true,
    answer: GpuNamesAnswer,
  },
} satisfies Record<string, Endpoint>;

/** Calls about offers. */
export function offersApi(send: Send) {
  return {
    /**
     * Searches the market; at most 64 offers come back. Needs no key in practice (gpuhunt searches without one), and
     * filters are not always honoured, so callers check every offer again.
     */
    search: async (body: SearchBody, signal?: AbortSignal): Promise<WireOffer[]> => {
      const { filters, allocatedStorageGb, ...controls } = body;
      const answer = await send(offerEndpoints.search, {
        body: { ...filters, ...controls, allocated_storage: allocatedStorageGb },
        signal,
      });
      return answer.offers;
    },
    /** The names of GPUs on the market, as offers spell them, in no certain order. */
    gpuNames: async (signal?: AbortSignal): Promise<string[]> =>
      (await send(offerEndpoints.gpuNames, { signal })).gpu_names,
  };
}
export type OffersApi = ReturnType<typeof offersApi>;
