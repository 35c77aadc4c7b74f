import { type Random, seededRandom } from "../random.js";
import type { AskFacts } from "./ask.js";
import { gpuModels } from "./gpu-models.js";
import { places } from "./places.js";
import { typicalFacts } from "./typical-facts.js";

const DAY_SECONDS = 86_400;

/** What one host states about a whole machine. */
interface MachineTraits {
  readonly gpuName: string;
  readonly gpuCount: number;
  /** The smallest slice that the host lets out. */
  readonly smallestSlice: number;
  readonly facts: Omit<AskFacts, "num_gpus" | "gpu_frac" | "gpu_ids">;
}

/** Slices of a market with `offers` rows, the same for the same seed. `nowSeconds` anchors the dates. */
export function generateMarket(seed: number, offers: number, nowSeconds: number): AskFacts[] {
  const random = seededRandom(seed);
  const asks: AskFacts[] = [];
  let rows = 0;
  for (let machineId = 10_001; rows < offers; machineId += random.integer(1, 40)) {
    const machine = drawMachine(random, machineId, nowSeconds);
    for (let size = machine.gpuCount; size >= machine.smallestSlice && rows < offers; size /= 2) {
      asks.push(...slicesOf(machine, size));
      // The search folds equal slices of one machine into one row.
      rows += 1;
    }
  }
  return asks;
}

function drawMachine(random: Random, machineId: number, nowSeconds: number): MachineTraits {
  const model = random.pick(gpuModels);
  const gpuCount = random.pick(model.serverCard ? [1, 2, 4, 8, 8] : [1, 1, 1, 2, 4, 8]);
  const smallestSlice = random.pick([1, 1, gpuCount, Math.max(1, gpuCount / 2)]);
  const inDatacenter = model.serverCard && random.chance(0.6);
  const dollarsPerGpuHour = model.dollarsPerHour * random.between(0.75, 1.6);
  const draw = random.between;
  return {
    gpuName: model.name,
    gpuCount,
    smallestSlice,
    facts: {
      ...typicalFacts(model.name, nowSeconds),
      machine_id: machineId,
      host_id: 50_000 + random.integer(1, 400),
      hosting_type: inDatacenter ? 1 : random.pick([0, 0, 0, 0, null]),
      public_ipaddr: `203.0.113.${machineId % 254}`,
      geolocation: random.pick(places),
      static_ip: inDatacenter || random.chance(0.4),
      direct_port_count: random.chance(0.06) ? 0 : random.integer(16, 500),
      gpu_max_temp: random.integer(30, 88),
      gpu_display_active: !model.serverCard && random.chance(0.1),
      ...random.pick(drivers),
      cpu_name: random.pick(processors),
      cpu_cores: gpuCount * random.pick([8, 12, 16, 24]),
      cpu_ghz: round(draw(2.1, 5.2), 3),
      cpu_ram: Math.round((gpuCount * random.pick([16, 32, 64, 128]) + draw(-1, 1)) * 1000),
      disk_name: random.pick(["nvme", "Samsung SSD 990 PRO", "WD_BLACK SN850X 8000GB", "KINGSTON SNV2S", "SSD SATA"]),
      disk_space: round(gpuCount * draw(40, 900), 1),
      disk_bw: round(draw(400, 7000), 1),
      inet_up: round(draw(60, 900) * (inDatacenter ? 8 : 1), 1),
      inet_down: round(draw(90, 950) * (inDatacenter ? 8 : 1), 1),
      inet_up_cost: random.pick([0, 0.001953125, 0.00390625, 0.0390625]),
      inet_down_cost: random.pick([0, 0.001953125, 0.00390625, 0.0390625]),
      mobo_name: random.pick(["H12SSL", "B850 EAGLE ICE", "ROMED8-2T", "Z790 Gaming", "GENOAD12M3-2Q"]),
      os_version: random.pick(["20.04", "22.04", "22.04", "24.04"]),
      pci_gen: random.pick([3, 4, 4, 5]),
      pcie_bw: round(draw(5, 55), 1),
      reliability: round(1 - random.next() ** 2 * 0.15, 7),
      verification: random.pick([
        "verified",
        "verified",
        "verified",
        "verified",
        "unverified",
        "unverified",
        "deverified",
      ]),
      vms_enabled: random.chance(0.1),
      dph_base: dollarsPerGpuHour,
      // A bid can cost more than renting on demand: hosts set the two prices apart from each other.
      min_bid: dollarsPerGpuHour * (random.chance(0.1) ? draw(1, 2.2) : draw(0.35, 0.9)),
      storage_cost: random.pick([0.1, 0.1333333333333333, 0.15, 0.2, 0.3333333333333333]),
      reserved_discount: random.pick([0, 0.1, 0.2, 0.4]),
      start_date: random.chance(0.2) ? null : nowSeconds - draw(1, 300) * DAY_SECONDS,
      end_date: Math.round(nowSeconds + draw(2, 400) * DAY_SECONDS),
    },
  };
}

/** Every slice of `size` GPUs of a machine; prices, cores and disk are shared out by GPU. */
function slicesOf(machine: MachineTraits, size: number): AskFacts[] {
  const { facts, gpuCount } = machine;
  const share = size / gpuCount;
  const firstGpu = facts.machine_id * 16;
  return Array.from({ length: gpuCount / size }, (_, position) => ({
    ...facts,
    num_gpus: size,
    gpu_frac: share,
    gpu_ids: Array.from({ length: size }, (_, index) => firstGpu + position * size + index),
    cpu_cores_effective: facts.cpu_cores * share,
    disk_space: round(facts.disk_space * share, 1),
    dph_base: facts.dph_base * size,
    min_bid: facts.min_bid * size,
    dlperf: facts.dlperf * size,
    total_flops: facts.total_flops * size,
  }));
}

const drivers: readonly Pick<AskFacts, "driver_version" | "cuda_max_good">[] = [
  { driver_version: "535.183.01", cuda_max_good: 12.2 },
  { driver_version: "550.127.05", cuda_max_good: 12.4 },
  { driver_version: "560.35.03", cuda_max_good: 12.6 },
  { driver_version: "570.124.04", cuda_max_good: 12.8 },
  { driver_version: "580.105.08", cuda_max_good: 13 },
  { driver_version: "595.58.03", cuda_max_good: 13.2 },
];

const processors = [
  "AMD EPYC 7642 48-Core Processor",
  "AMD EPYC 9334 32-Core Processor",
  "AMD Ryzen 7 7800X3D 8-Core Processor",
  "Xeon® Gold 5115 ",
  "Core™ i9-13900K",
];

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
