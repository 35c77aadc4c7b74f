import { flag } from "./flag-keys.js";
import { soldGb, soldGbToWire } from "./gpu-memory.js";
import { gpuNameOf, gpuNameProblem } from "./gpu-names.js";
import { atLeast, atMost, counted, graded } from "./number-keys.js";
import { oneOf, text, version } from "./text-keys.js";

const MIB_PER_GB = 1024;

/** Keys of a query about the GPUs. */
export const gpuKeys = {
  /**
   * GPU model as Vast writes it: `"RTX 4090"`, `"H100 SXM"`, `"A100 SXM4"`, or several of which any will do.
   * An underscore counts as a blank; upper and lower case matter. Default any.
   */
  gpuName: text({ column: "gpu_name", normalise: gpuNameOf, problem: gpuNameProblem }),
  /** Number of GPUs of the offer. Default any. */
  gpuCount: counted({ column: "num_gpus", max: 1024 }),
  /**
   * Memory of one GPU in GB as the card is sold: 24 for an RTX 4090 (which reports 24564 MiB) and for an A10 (23028 MiB),
   * 16 for a T4 (15360 MiB). Default any.
   */
  gpuRamGb: graded({
    column: "gpu_ram",
    max: 2048,
    mistakenUnit: MIB_PER_GB,
    read: (offer) => (typeof offer.gpu_ram === "number" ? soldGb(offer.gpu_ram) : undefined),
    toWire: soldGbToWire,
  }),
  /** Memory of all GPUs of the offer together, in GB as the cards are sold. Default any. */
  gpuTotalRamGb: graded({
    column: "gpu_total_ram",
    max: 65536,
    mistakenUnit: MIB_PER_GB,
    read: ({ gpu_total_ram: mib, num_gpus: count }) => {
      if (typeof mib !== "number") return undefined;
      return typeof count === "number" && count > 0 ? soldGb(mib / count) * count : soldGb(mib);
    },
    toWire: soldGbToWire,
  }),
  /** Share of the machine's GPUs that the offer holds, 0 to 1; `{ gte: 1 }` is the whole machine. Default any. */
  gpuFraction: graded({ column: "gpu_frac", max: 1, mistakenUnit: 100 }),
  /** Maker's platform: `"nvidia"` or `"amd"`. Default any. */
  gpuArch: oneOf({
    column: "gpu_arch",
    allowed: ["nvidia", "amd"],
    aliases: { cuda: "nvidia", rocm: "amd", radeon: "amd" },
  }),
  /** CUDA compute capability as NVIDIA writes it: 8.9 for an RTX 4090, not the 890 of Vast's command line. Default any. */
  computeCapability: graded({ column: "compute_cap", scale: 100, max: 50, mistakenUnit: 100 }),
  /** Newest CUDA version that the machine's driver can run, such as 12.4. Default any. */
  cudaVersion: graded({ column: "cuda_max_good", max: 50, mistakenUnit: 10 }),
  /** Version of the GPU driver: `{ gte: "535.86.05" }`. Default any. */
  driverVersion: version({ column: "driver_version" }),
  /** Memory bandwidth of one GPU in GB/s. Default any. */
  gpuMemoryBandwidthGBps: atLeast({ column: "gpu_mem_bw" }),
  /** Power limit of one GPU in watts. Default any. */
  gpuMaxPowerWatts: atLeast({ column: "gpu_max_power" }),
  /** Temperature limit of one GPU in degrees Celsius. Default any. */
  gpuMaxTempCelsius: atMost({ column: "gpu_max_temp" }),
  /** Whether a display hangs on the GPU. Default any. */
  gpuDisplayActive: flag({ column: "gpu_display_active" }),
  /** PCIe lanes of one GPU. Default any. */
  gpuLanes: counted({ column: "gpu_lanes" }),
  /** Bandwidth between the GPUs over NVLink in GB/s; 0 where there is none. Default any. */
  nvlinkBandwidthGBps: atLeast({ column: "bw_nvlink" }),
  /** Bandwidth between CPU and GPU in GB/s. Default any. */
  pcieBandwidthGBps: atLeast({ column: "pcie_bw" }),
  /** PCIe generation, such as 4. Default any. */
  pciGeneration: graded({ column: "pci_gen", max: 20 }),
  /** Computing power of all GPUs together in TFLOPS. Default any. */
  totalTflops: atLeast({ column: "total_flops" }),
  /** Vast's deep learning benchmark for the whole offer, in points. Default any. */
  dlperf: atLeast({ column: "dlperf" }),
};
