/** Facts of one GPU model: memory in MB, bandwidth in GB/s, power in W, price in $/h per GPU. */
export interface GpuModel {
  /** As Vast writes it: with spaces. */
  readonly name: string;
  readonly ramMb: number;
  readonly computeCap: number;
  readonly memoryBandwidth: number;
  readonly teraflops: number;
  readonly dlperf: number;
  readonly maxPower: number;
  readonly dollarsPerHour: number;
  /** NVLink bandwidth in GB/s, 0 where the card has none. */
  readonly nvlink: number;
  /** Stands in datacenters rather than under desks. */
  readonly serverCard: boolean;
}

type Row = [
  name: string,
  ramMb: number,
  computeCap: number,
  memoryBandwidth: number,
  teraflops: number,
  dlperf: number,
  maxPower: number,
  dollarsPerHour: number,
  nvlink: number,
  serverCard: boolean,
];

const rows: readonly Row[] = [
  ["GTX 1080 Ti", 11264, 610, 354, 11.3, 9, 250, 0.07, 0, false],
  ["RTX 2080 Ti", 11264, 750, 502, 13.4, 14, 250, 0.1, 0, false],
  ["RTX 3060", 12288, 860, 290, 12.7, 14, 170, 0.08, 0, false],
  ["RTX 3070", 8192, 860, 361, 20.3, 21, 220, 0.1, 0, false],
  ["RTX 3080", 10240, 860, 608, 29.8, 32, 320, 0.13, 0, false],
  ["RTX 3090", 24576, 860, 760, 35.6, 41, 350, 0.2, 0, false],
  ["RTX 3090 Ti", 24564, 860, 829, 40.0, 45, 450, 0.24, 0, false],
  ["RTX 4070S Ti", 16376, 890, 561, 44.1, 51, 285, 0.2, 0, false],
  ["RTX 4080", 16376, 890, 604, 48.7, 60, 320, 0.25, 0, false],
  ["RTX 4090", 24564, 890, 873, 82.6, 101, 450, 0.36, 0, false],
  ["RTX 5080", 16303, 1200, 860, 56.3, 98, 360, 0.3, 0, false],
  ["RTX 5090", 32607, 1200, 1456, 108.1, 199, 575, 0.52, 0, false],
  ["RTX A4000", 16376, 860, 380, 19.2, 22, 140, 0.14, 0, true],
  ["RTX A5000", 24564, 860, 629, 27.8, 30, 230, 0.22, 0, true],
  ["RTX A6000", 49140, 860, 649, 38.7, 40, 300, 0.46, 0, true],
  ["RTX 6000Ada", 49140, 890, 830, 91.1, 92, 300, 0.72, 0, true],
  ["RTX PRO 6000 WS", 97887, 1200, 1403, 119.0, 283, 600, 1.25, 0, true],
  ["Tesla T4", 15360, 750, 242, 8.1, 9, 70, 0.12, 0, true],
  ["Tesla V100", 32768, 700, 766, 15.7, 19, 300, 0.24, 150, true],
  ["A10", 23028, 860, 468, 31.2, 30, 150, 0.25, 0, true],
  ["A40", 46068, 860, 555, 37.4, 37, 300, 0.42, 0, true],
  ["L4", 23034, 890, 250, 30.3, 32, 72, 0.32, 0, true],
  ["L40S", 46068, 890, 691, 91.6, 88, 350, 0.78, 0, true],
  ["A100 PCIE", 81920, 800, 1530, 19.5, 62, 300, 0.85, 0, true],
  ["A100 SXM4", 81920, 800, 1678, 19.5, 68, 400, 1.02, 300, true],
  ["H100 PCIE", 81559, 900, 1640, 51.2, 155, 350, 1.75, 0, true],
  ["H100 SXM", 81559, 900, 2610, 66.9, 210, 700, 2.1, 450, true],
  ["H100 NVL", 95830, 900, 2990, 60.0, 189, 400, 2.0, 300, true],
  ["H200", 143771, 900, 3910, 66.9, 232, 700, 2.65, 450, true],
  ["B200", 183359, 1000, 6290, 80.0, 412, 1000, 4.1, 900, true],
];

/** The models of the pretend market, cheap to dear. */
export const gpuModels: readonly GpuModel[] = rows.map(
  ([name, ramMb, computeCap, memoryBandwidth, teraflops, dlperf, maxPower, dollarsPerHour, nvlink, serverCard]) => ({
    name,
    ramMb,
    computeCap,
    memoryBandwidth,
    teraflops,
    dlperf,
    maxPower,
    dollarsPerHour,
    nvlink,
    serverCard,
  }),
);

/** Facts of a model by name; an unknown name gets those of an RTX 4090 under its own name. */
export function gpuModelOf(name: string): GpuModel {
  const known = gpuModels.find((model) => model.name === name) ?? gpuModels.find((model) => model.name === "RTX 4090");
  if (known === undefined) throw new RangeError("the table of GPU models is empty");
  return { ...known, name };
}
