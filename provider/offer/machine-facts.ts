/**
 * What Vast tells alike of an offer and of an instance that came of it: the machine and the prices of what is used by the GB. Of an instance
 * the values of renting stay. What Vast does not tell is left out.
 */
export interface MachineFacts {
  /** The machine and who hosts it; both stay the same over offers and contracts. */
  readonly machineId?: number;
  readonly hostId?: number;
  /** Price of the disk in $ per GB and month. */
  readonly storageDollarsPerGbMonth?: number;
  /** Price of sending and receiving in $/GB. */
  readonly internetUpDollarsPerGb?: number;
  readonly internetDownDollarsPerGb?: number;
  readonly gpuName?: string;
  readonly gpuCount?: number;
  /** Share of the machine's GPUs, 0 to 1. */
  readonly gpuFraction?: number;
  readonly gpuArch?: string;
  /** Memory of one GPU, and of all, as the driver reports it, in GB of 1000 MB. */
  readonly gpuRamGb?: number;
  readonly gpuTotalRamGb?: number;
  readonly gpuMemoryBandwidthGBps?: number;
  readonly gpuLanes?: number;
  readonly nvlinkBandwidthGBps?: number;
  /** CUDA compute capability, e.g. 8.9. */
  readonly computeCapability?: number;
  /** Newest CUDA version that the driver supports. */
  readonly cudaVersion?: number;
  readonly driverVersion?: string;
  readonly totalTflops?: number;
  /** Vast's score for deep learning. */
  readonly dlperf?: number;
  readonly cpuName?: string;
  readonly cpuArch?: string;
  readonly cpuCores?: number;
  /** The rented share of the machine's cores. */
  readonly cpuCoresEffective?: number;
  readonly cpuRamGb?: number;
  readonly diskName?: string;
  /** Of an offer what is free, of an instance the disk of its container, in GB. */
  readonly diskSpaceGb?: number;
  readonly diskBandwidthMBps?: number;
  readonly internetUpMbps?: number;
  readonly internetDownMbps?: number;
  readonly directPortCount?: number;
  readonly hasStaticIp?: boolean;
  /** `City, CC` or `Region, CC`. */
  readonly geolocation?: string;
  readonly isDatacenter?: boolean;
  /** `verified`, `unverified` or `deverified`. */
  readonly verification?: string;
  /** Share of time that the machine was up, 0 to 1. */
  readonly reliability?: number;
  readonly motherboard?: string;
  readonly osVersion?: string;
  readonly pciGeneration?: number;
  readonly pcieBandwidthGBps?: number;
}
