import { nearest } from "../nearest.js";
import type { Field } from "./field.js";

/** Other people's words for keys, beside Vast's own names, which are all known. */
const OTHER_KEYS = new Map(
  Object.entries({
    cuda_vers: "cudaVersion",
    reliability2: "reliability",
    dph: "dollarsPerHour",
    price: "dollarsPerHour",
    dlperf_usd: "dlperfPerDollar",
    flops_usd: "tflopsPerDollar",
    display_active: "gpuDisplayActive",
    ubuntu_version: "osVersion",
    region: "country",
    gpu: "gpuName",
    vram: "gpuRamGb",
    ram: "cpuRamGb",
  }),
);

/** The sentence for keys that no query has. */
export function unknownKeyMessage(unknown: readonly string[], fields: Readonly<Record<string, Field>>): string {
  return unknown
    .map((key) => {
      const ofVast = Object.entries(fields).find(([, field]) => field.wire === key || field.column === key)?.[0];
      const meant = ofVast ?? OTHER_KEYS.get(key) ?? nearest(key, Object.keys(fields));
      return `"${key}" is not a filter of offers.${meant === undefined ? "" : ` Did you mean "${meant}"?`}`;
    })
    .join(" ");
}
