import { HOURS_PER_MONTH, storageDollarsPerHour } from "../contracts/money.js";
import { hexOf } from "../random.js";
import { volumeOfferId } from "../volume-shelf.js";
import type { Ask } from "./ask.js";

/** How the search wants its prices. */
export interface Pricing {
  readonly type: "on-demand" | "bid" | "reserved";
  /** Disk in GB that the prices include. */
  readonly storageGb: number;
  /** What a bid must reach now, $/h for the slice: the host's minimum, or more when others bid already. */
  readonly minBid: number;
  /** What of the machine's disk can be had for volumes, in GB. */
  readonly volumeGb: number;
  /** Epoch seconds. */
  readonly nowSeconds: number;
}

/** One offer as the search answers it: every field of the recorded rows. */
export type OfferRow = Record<string, unknown> & { readonly id: number };

/** The row of an ask under the prices of one search. */
export function offerRow(
  { offerId, facts }: Ask,
  { type, storageGb, minBid, volumeGb, nowSeconds }: Pricing,
): OfferRow {
  const { reserved_discount: reservedDiscount, gpu_ids: gpuIds, ...stated } = facts;
  const gpu = type === "bid" ? minBid : facts.dph_base;
  const disk = storageDollarsPerHour(facts.storage_cost, storageGb);
  const total = gpu + disk;
  const discount = type === "reserved" ? reservedDiscount : 0;
  const score = (facts.dlperf / total) * facts.reliability;
  return {
    ...stated,
    id: offerId,
    ask_contract_id: offerId,
    bundle_id: Number.parseInt(hexOf(`bundle ${facts.machine_id} ${facts.num_gpus}`, 7), 16),
    bundled_results: null,
    gpu_arch: "nvidia",
    gpu_ids: gpuIds,
    gpu_total_ram: facts.gpu_ram * facts.num_gpus,
    driver_vers: driverNumber(facts.driver_version),
    geolocode: Number.parseInt(hexOf(facts.geolocation, 7), 16),
    hostname: null,
    external: null,
    cluster_id: null,
    resource_type: "gpu",
    rented: false,
    is_bid: type === "bid",
    min_bid: minBid,
    dph_base: gpu,
    dph_total: total,
    dph_total_adj: total * 1.02,
    storage_total_cost: disk,
    vram_costperhour: gpu / ((facts.gpu_ram * facts.num_gpus) / 1024),
    dlperf_per_dphtotal: facts.dlperf / total,
    flops_per_dphtotal: facts.total_flops / total,
    score,
    discount_rate: discount,
    discounted_hourly: total * discount,
    discounted_dph_total: total * (1 - discount),
    credit_discount_max: reservedDiscount,
    search: priceOf(gpu, disk, discount),
    instance: priceOf(0, disk, discount),
    reliability2: facts.reliability,
    reliability_mult: facts.reliability ** 8,
    expected_reliability: 0,
    target_reliability: 0,
    sla_r_claim: 0,
    sla_sigma_x: null,
    sla_broker_rate: null,
    vericode: facts.verification === "verified" ? 1 : 0,
    is_vm_deverified: false,
    internet_up_cost_per_tb: facts.inet_up_cost * 1024,
    internet_down_cost_per_tb: facts.inet_down_cost * 1024,
    avail_vol_ask_id: volumeGb > 0 ? volumeOfferId(facts.machine_id) : null,
    avail_vol_dph: volumeGb > 0 ? facts.storage_cost / HOURS_PER_MONTH : null,
    avail_vol_size: volumeGb > 0 ? volumeGb : null,
    nw_disk_min_bw: null,
    nw_disk_max_bw: null,
    nw_disk_avg_bw: null,
    duration: facts.end_date - nowSeconds,
    time_remaining: "",
    time_remaining_isbid: "",
    logo: "/static/logos/vastai_small2.png",
    webpage: null,
    rn: 1,
  };
}

/** A driver version as one number of zero-padded three-digit parts: 535.86.05 becomes 535086005. */
function driverNumber(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  return major * 1_000_000 + minor * 1000 + patch;
}

function priceOf(gpu: number, disk: number, discount: number): Record<string, number> {
  const total = gpu + disk;
  return {
    gpuCostPerHour: gpu,
    diskHour: disk,
    slaPremiumPerHour: 0,
    totalHour: total,
    discountTotalHour: total * discount,
    discountedTotalPerHour: total * (1 - discount),
  };
}
