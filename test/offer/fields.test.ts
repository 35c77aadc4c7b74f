import { describe, expect, it } from "vitest";
import { WireOffer } from "../../provider/api/offers.js";
import { type FieldName, fieldNames, OfferQuery, offerFields, sortableFields } from "../../provider/offer/query.js";
import { fits } from "../../provider/offer/recheck.js";
import { toWireFilters } from "../../provider/offer/wire-filters.js";
import { anOffer } from "./market.js";

/** For each key: a filter that the offer below meets, one that it misses, and the first one in Vast's words. */
const cases: Record<FieldName, [meets: unknown, misses: unknown, wire: [name: string, conditions: object]]> = {
  gpuName: ["RTX_5090", "RTX 4090", ["gpu_name", { eq: "RTX 5090" }]],
  gpuCount: [1, 2, ["num_gpus", { eq: 1 }]],
  gpuRamGb: [32, 24, ["gpu_ram", { gte: 30146, lte: 33160 }]],
  gpuTotalRamGb: [{ gte: 32 }, { gte: 33 }, ["gpu_total_ram", { gte: 30146 }]],
  gpuFraction: [{ gte: 1 }, { lt: 1 }, ["gpu_frac", { gte: 1 }]],
  gpuArch: ["nvidia", "amd", ["gpu_arch", { eq: "nvidia" }]],
  computeCapability: [{ gte: 8.9 }, { lt: 12 }, ["compute_cap", { gte: 890 }]],
  cudaVersion: [13, { lt: 13 }, ["cuda_max_good", { eq: 13 }]],
  driverVersion: [{ gte: "535.86.05" }, { gt: "580.105.8" }, ["driver_version", { gte: 535086005 }]],
  gpuMemoryBandwidthGBps: [{ gt: 1400 }, { gt: 1456 }, ["gpu_mem_bw", { gt: 1400 }]],
  gpuMaxPowerWatts: [{ lte: 500 }, { lt: 500 }, ["gpu_max_power", { lte: 500 }]],
  gpuMaxTempCelsius: [{ lte: 40 }, { lte: 30 }, ["gpu_max_temp", { lte: 40 }]],
  gpuDisplayActive: [false, true, ["gpu_display_active", { eq: false }]],
  gpuLanes: [16, { neq: 16 }, ["gpu_lanes", { eq: 16 }]],
  nvlinkBandwidthGBps: [{ eq: 0 }, { gt: 0 }, ["bw_nvlink", { eq: 0 }]],
  pcieBandwidthGBps: [{ gte: 40 }, { gte: 48 }, ["pcie_bw", { gte: 40 }]],
  pciGeneration: [5, 4, ["pci_gen", { eq: 5 }]],
  totalTflops: [{ gte: 100 }, { gte: 110 }, ["total_flops", { gte: 100 }]],
  dlperf: [{ gte: 199 }, { gte: 200 }, ["dlperf", { gte: 199 }]],
  cpuCores: [{ in: [8, 16] }, { notin: [8, 16] }, ["cpu_cores", { in: [8, 16] }]],
  cpuCoresEffective: [{ gte: 16 }, { gt: 16 }, ["cpu_cores_effective", { gte: 16 }]],
  cpuRamGb: [{ gte: 31 }, { gte: 32 }, ["cpu_ram", { gte: 31000 }]],
  cpuGhz: [{ gte: 5 }, { gte: 5.1 }, ["cpu_ghz", { gte: 5 }]],
  cpuArch: ["amd64", "arm64", ["cpu_arch", { eq: "amd64" }]],
  hasAvx: [true, false, ["has_avx", { eq: true }]],
  motherboard: [["B850 EAGLE ICE"], { neq: "B850 EAGLE ICE" }, ["mobo_name", { in: ["B850 EAGLE ICE"] }]],
  osVersion: ["24.04", "22.04", ["os_version", { eq: "24.04" }]],
  diskSpaceGb: [{ gte: 663 }, { gte: 664 }, ["disk_space", { gte: 663 }]],
  diskBandwidthMBps: [{ gte: 600 }, { gte: 700 }, ["disk_bw", { gte: 600 }]],
  internetDownMbps: [{ gte: 500 }, { gte: 600 }, ["inet_down", { gte: 500 }]],
  internetUpMbps: [{ gte: 700 }, { gte: 800 }, ["inet_up", { gte: 700 }]],
  directPortCount: [{ gte: 2 }, { gt: 98 }, ["direct_port_count", { gte: 2 }]],
  staticIp: [true, false, ["static_ip", { eq: true }]],
  country: [{ in: ["KR", "JP"] }, { notin: ["KR"] }, ["geolocation", { in: ["KR", "JP"] }]],
  datacenter: [true, false, ["datacenter", { eq: true }]],
  hostingType: ["datacenter", "consumer", ["hosting_type", { eq: 1 }]],
  machineId: [10004, { neq: 10004 }, ["machine_id", { eq: 10004 }]],
  hostId: [{ notin: [1] }, { in: [1] }, ["host_id", { notin: [1] }]],
  clusterId: [77, 78, ["cluster_id", { eq: 77 }]],
  durationDays: [{ gte: 7 }, { gte: 8 }, ["duration", { gte: 604800 }]],
  vmsEnabled: [false, true, ["vms_enabled", { eq: false }]],
  reliability: [{ gte: 0.99 }, { gte: 0.999 }, ["reliability", { gte: 0.99 }]],
  verified: [true, false, ["verified", { eq: true }]],
  verification: [["verified"], "deverified", ["verification", { in: ["verified"] }]],
  dollarsPerHour: [{ lte: 0.41 }, { lte: 0.4 }, ["dph_total", { lte: 0.41 }]],
  minBidDollarsPerHour: [{ lte: 1 }, { lte: 0.9 }, ["min_bid", { lte: 1 }]],
  storageDollarsPerGbMonth: [{ lte: 0.34 }, { lte: 0.3 }, ["storage_cost", { lte: 0.34 }]],
  internetDownDollarsPerGb: [{ lte: 0.006 }, { lte: 0.005 }, ["inet_down_cost", { lte: 0.006 }]],
  internetUpDollarsPerGb: [{ lt: 0.006 }, { lt: 0.005 }, ["inet_up_cost", { lt: 0.006 }]],
  dlperfPerDollar: [{ gte: 490 }, { gte: 500 }, ["dlperf_per_dphtotal", { gte: 490 }]],
  tflopsPerDollar: [{ gte: 260 }, { gte: 270 }, ["flops_per_dphtotal", { gte: 260 }]],
  score: [{ gt: 436 }, { gt: 437 }, ["score", { gt: 436 }]],
  rentable: [true, false, ["rentable", { eq: true }]],
  rented: [false, true, ["rented", { eq: false }]],
  external: [false, true, ["external", { eq: false }]],
};

const offer = anOffer({ cluster_id: 77 });
const bare = WireOffer.parse({ id: 1, dph_total: 0.1 });
const plain = { defaultFilters: false };

describe.each(fieldNames)("the key %s", (name) => {
  const [meets, misses, [wire, conditions]] = cases[name];

  it("is checked, sent in Vast's words, and checked again on the offer", () => {
    const wanted = OfferQuery.parse({ [name]: meets });
    expect(toWireFilters(wanted, plain)).toEqual({ [wire]: conditions });
    expect(fits(offer, wanted, plain)).toEqual({ fits: true });
  });

  it("turns down an offer that misses it, by its name", () => {
    const unmet = OfferQuery.parse({ [name]: misses });
    expect(fits(offer, unmet, plain)).toEqual({
      fits: false,
      because: expect.stringMatching(`^${name} is .+, wanted `),
    });
  });

  // The price is on every offer, else there is no offer.
  it.skipIf(name === "dollarsPerHour")("turns down an offer that doesn't tell", () => {
    const wanted = OfferQuery.parse({ [name]: meets });
    expect(fits(bare, wanted, plain)).toEqual({ fits: false, because: expect.stringContaining("not told") });
  });
});

describe("the keys of a query", () => {
  it("each have a filter of their own on the wire", () => {
    const wires = fieldNames.map((name) => offerFields[name].wire);
    expect(new Set(wires).size).toBe(wires.length);
  });

  it("hold every field that Vast's command line documents", () => {
    const documented =
      "gpu_name num_gpus gpu_ram gpu_total_ram compute_cap cuda_max_good cpu_cores cpu_ram cpu_ghz cpu_arch disk_space " +
      "disk_bw dph_total dlperf total_flops reliability duration inet_down inet_up inet_down_cost inet_up_cost " +
      "geolocation datacenter verified direct_port_count pcie_bw pci_gen bw_nvlink gpu_mem_bw has_avx static_ip " +
      "storage_cost min_bid vms_enabled";
    const wires = new Set(fieldNames.map((name) => offerFields[name].wire));
    expect(documented.split(" ").filter((wire) => !wires.has(wire))).toEqual([]);
  });

  it("can be sorted by where they have an order", () => {
    expect(sortableFields).toContain("staticIp");
    expect(sortableFields).toContain("gpuRamGb");
    expect(sortableFields).not.toContain("gpuName");
  });
});
