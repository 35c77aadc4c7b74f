import { z } from "zod";
import type { WireVolumeOffer } from "../api/volumes.js";
import { checkQuery } from "./check-query.js";
import { describeCondition } from "./describe.js";
import { type Field, fieldOf } from "./field.js";
import { conditionsOf, holds } from "./filters.js";
import { atLeast, graded } from "./number-keys.js";
import { gpuKeys } from "./query-gpu.js";
import { machineKeys } from "./query-machine.js";
import { marketKeys } from "./query-market.js";
import { text } from "./text-keys.js";
import { unknownKeyMessage } from "./unknown-key.js";

/** Keys of a query over room for volumes: those that Vast's own client takes (`vastai search volumes`). */
const keys = {
  /** Id of the machine; a volume never leaves it. Default any. */
  machineId: machineKeys.machineId,
  /** Id of the host who owns the machine. Default any. */
  hostId: machineKeys.hostId,
  /** Id of the cluster that the machine belongs to. Taken on trust where Vast does not tell it. Default any. */
  clusterId: machineKeys.clusterId,
  /** Country as a two-letter code: `"DE"`, `["DE", "FR"]`, `{ notin: ["CN"] }`. Default any. */
  country: machineKeys.country,
  /** Whether the machine stands in a data centre that Vast has checked. Taken on trust where Vast does not tell it. Default any. */
  datacenter: machineKeys.datacenter,
  /** Whether Vast has verified the machine; `"any"` takes both. Default true, unless `verification` is given. */
  verified: machineKeys.verified,
  /** Vast's verdict in its own words: `"verified"`, `"unverified"` or `"deverified"`. Default see `verified`. */
  verification: machineKeys.verification,
  /** Whether the offer comes from another market than Vast's own; `"any"` takes both. Default false. */
  external: marketKeys.external,
  /** How reliably the machine has run, 0 to 1: `{ gte: 0.99 }`. Default any. */
  reliability: atLeast({
    column: "reliability",
    max: 1,
    mistakenUnit: 100,
    // The documented row tells it under the second name.
    read: (offer) => offer.reliability ?? offer.reliability2 ?? undefined,
  }),
  /** Days for which the machine can be rented from now on. Default any. */
  durationDays: machineKeys.durationDays,
  /** Price in $ per GB and month of 30 days. Default any. */
  storageDollarsPerGbMonth: marketKeys.storageDollarsPerGbMonth,
  /** Free room in GB. The size that the volume asks for is looked after without this. Default any. */
  diskSpaceGb: machineKeys.diskSpaceGb,
  /** Reading speed of the disk in MB/s. Default any. */
  diskBandwidthMBps: machineKeys.diskBandwidthMBps,
  /** Download speed in Mb/s. Default any. */
  internetDownMbps: machineKeys.internetDownMbps,
  /** Upload speed in Mb/s. Default any. */
  internetUpMbps: machineKeys.internetUpMbps,
  /** Whether the public address stays the same. Default any. */
  staticIp: machineKeys.staticIp,
  /** Instruction set of the CPU: `"amd64"` or `"arm64"`. Default any. */
  cpuArch: machineKeys.cpuArch,
  /** Whether the CPU has AVX. Taken on trust where Vast does not tell it. Default any. */
  hasAvx: machineKeys.hasAvx,
  /** Version of Ubuntu on the machine, such as `"22.04"`. Taken on trust where Vast does not tell it. Default any. */
  osVersion: text({ column: "os_version", wire: "ubuntu_version" }),
  /** Maker's platform of the machine's GPUs: `"nvidia"` or `"amd"`. Default any. */
  gpuArch: gpuKeys.gpuArch,
  /** Newest CUDA version that the machine's driver can run, such as 12.4. Default any. */
  cudaVersion: graded({ column: "cuda_max_good", wire: "cuda_vers", max: 50, mistakenUnit: 10 }),
  /** Version of the GPU driver: `{ gte: "535.86.05" }`. Default any. */
  driverVersion: gpuKeys.driverVersion,
  /** PCIe generation, such as 4. Taken on trust where Vast does not tell it. Default any. */
  pciGeneration: gpuKeys.pciGeneration,
  /** Bandwidth between CPU and GPU in GB/s. Taken on trust where Vast does not tell it. Default any. */
  pcieBandwidthGBps: gpuKeys.pcieBandwidthGBps,
  /** Computing power of the machine's GPUs in TFLOPS. Taken on trust where Vast does not tell it. Default any. */
  totalTflops: gpuKeys.totalTflops,
};

type VolumeField = keyof typeof keys;

/** What the provider knows of each key. */
export const volumeFields = Object.fromEntries(
  Object.entries(keys).map(([name, schema]) => [name, fieldOf.get(schema)]),
) as Readonly<Record<VolumeField, Field>>;

const fieldNames = Object.keys(keys) as VolumeField[];

/** Values that the documented row of a volume offer lacks: the server alone can tell, so an offer without them passes. */
const UNTOLD: ReadonlySet<string> = new Set<VolumeField>([
  "clusterId",
  "datacenter",
  "hasAvx",
  "osVersion",
  "pciGeneration",
  "pcieBandwidthGBps",
  "totalTflops",
]);

/** Which room for a volume will do; every condition must hold, and is checked again on what the server answers. */
export const VolumeOfferQuery = z
  .strictObject(keys, {
    error: (issue) => (issue.code === "unrecognized_keys" ? unknownKeyMessage(issue.keys, volumeFields) : undefined),
  })
  .superRefine((query, context) => {
    for (const { path, message, input } of checkQuery(query, volumeFields)) {
      context.addIssue({ code: "custom", path: [...path], message, input });
    }
  });
/** Which room for a volume will do. */
export type VolumeOfferQuery = z.infer<typeof VolumeOfferQuery>;

/** Vast's default filters for volumes that a query leaves standing, as its own client sends them. */
export function standingVolumeDefaults(query: VolumeOfferQuery): VolumeOfferQuery {
  return {
    ...(query.verified === undefined && query.verification === undefined ? { verified: true } : {}),
    ...(query.external === undefined ? { external: false } : {}),
  };
}

/** The first condition that an offer fails, in words; undefined when it meets all. Default filters pass where a row does not tell. */
export function volumeMisfit(
  offer: WireVolumeOffer,
  query: VolumeOfferQuery,
  defaults: VolumeOfferQuery,
): string | undefined {
  for (const name of fieldNames) {
    const asked = query[name];
    const filter = asked ?? defaults[name];
    const field = volumeFields[name];
    const actual = field.read(offer);
    if (actual === undefined && (asked === undefined || UNTOLD.has(name))) continue;
    const failed = conditionsOf(filter, (value) => field.normalise(value)).some(
      (condition) => actual === undefined || !holds(actual, condition),
    );
    if (failed) return `${name} is ${actual ?? "not told"}, wanted ${describeCondition(filter)}`;
  }
  return undefined;
}

/** A query as one short line for messages: `country = DE, reliability ≥ 0.99`. */
export function describeVolumeQuery(query: VolumeOfferQuery): string {
  const conditions = fieldNames.flatMap((name) => {
    const filter = query[name];
    if (filter === undefined) return [];
    const isPlain = typeof filter !== "object" || Array.isArray(filter);
    return [`${name} ${isPlain ? "= " : ""}${describeCondition(filter)}`];
  });
  return conditions.join(", ") || "any machine";
}
