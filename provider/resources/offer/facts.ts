import type { WireOffer } from "../../api/offers.js";
import type { MachineFacts } from "../../offer/machine-facts.js";
import { dollarsPerDay, dollarsPerMonth, trafficDollars } from "../../offer/price.js";
import type { OfferCandidate } from "../../offer/rank.js";
import type { GetOffersArgs } from "./inputs.js";

/**
 * One offer as a lookup answers it: prices with the wanted disk, and the machine in the names and units of an instance's outputs. What
 * Vast does not tell is left out.
 */
export interface OfferDetails extends MachineFacts {
  /** For `offerId` of an `Instance`; gone as soon as somebody rents it or its host changes the price. */
  readonly offerId: number;
  /** Price while running in $/h, disk included, traffic not. */
  readonly dollarsPerHour: number;
  /** Price while stopped in $/h: the disk. */
  readonly dollarsPerHourStopped: number;
  /** Price while running in $ for 24 hours. */
  readonly dollarsPerDay: number;
  /** Price while running in $ for an average month of 730 hours. */
  readonly dollarsPerMonth: number;
  /** Price of the wanted disk in $ for an average month: what a stopped instance costs. */
  readonly storageDollarsPerMonth: number;
  /** Price of the declared traffic in $; left out when none was declared. */
  readonly trafficDollars?: number;
  /** Least bid in $/h of an interruptible rental, without the disk. */
  readonly minBidDollarsPerHour?: number;
  /** Days for which the machine can be rented from now on. */
  readonly durationDays?: number;
}

/** What a lookup tells of an offer. */
export function offerDetails(candidate: OfferCandidate, traffic: GetOffersArgs["traffic"]): OfferDetails {
  const { offerId, machineId, hostId, dollarsPerHour, dollarsPerHourStopped, offer } = candidate;
  const details = {
    offerId,
    machineId,
    hostId,
    dollarsPerHour,
    dollarsPerHourStopped,
    dollarsPerDay: dollarsPerDay(dollarsPerHour),
    dollarsPerMonth: dollarsPerMonth(dollarsPerHour),
    storageDollarsPerMonth: dollarsPerMonth(dollarsPerHourStopped),
    trafficDollars:
      traffic && trafficDollars(offer, { downloadGb: traffic.downloadGb ?? 0, uploadGb: traffic.uploadGb ?? 0 }),
    ...machineFacts(offer),
  };
  const told = Object.entries(details).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return Object.fromEntries(told) as unknown as OfferDetails;
}

function machineFacts(row: WireOffer) {
  return {
    storageDollarsPerGbMonth: row.storage_cost,
    internetUpDollarsPerGb: row.inet_up_cost,
    internetDownDollarsPerGb: row.inet_down_cost,
    minBidDollarsPerHour: row.min_bid,
    gpuName: row.gpu_name,
    gpuCount: row.num_gpus,
    gpuFraction: row.gpu_frac,
    gpuArch: row.gpu_arch,
    gpuRamGb: per(row.gpu_ram, 1000),
    gpuTotalRamGb: per(row.gpu_total_ram, 1000),
    gpuMemoryBandwidthGBps: row.gpu_mem_bw,
    gpuLanes: row.gpu_lanes,
    nvlinkBandwidthGBps: row.bw_nvlink,
    computeCapability: per(row.compute_cap, 100),
    cudaVersion: row.cuda_max_good,
    driverVersion: row.driver_version?.trim(),
    totalTflops: row.total_flops,
    dlperf: row.dlperf,
    cpuName: row.cpu_name?.trim(),
    cpuArch: row.cpu_arch,
    cpuCores: row.cpu_cores,
    cpuCoresEffective: row.cpu_cores_effective,
    cpuRamGb: per(row.cpu_ram, 1000),
    diskName: row.disk_name?.trim(),
    diskSpaceGb: row.disk_space,
    diskBandwidthMBps: row.disk_bw,
    internetUpMbps: row.inet_up,
    internetDownMbps: row.inet_down,
    directPortCount: row.direct_port_count,
    hasStaticIp: row.static_ip,
    geolocation: row.geolocation,
    isDatacenter: typeof row.hosting_type === "number" ? row.hosting_type === 1 : undefined,
    verification: row.verification,
    reliability: row.reliability ?? row.reliability2,
    motherboard: row.mobo_name?.trim(),
    osVersion: row.os_version,
    pciGeneration: row.pci_gen,
    pcieBandwidthGBps: row.pcie_bw,
    durationDays: per(row.duration, 86_400),
  };
}

function per(value: number | null | undefined, unit: number): number | undefined {
  return typeof value === "number" ? value / unit : undefined;
}
