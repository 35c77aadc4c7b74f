import type { StateBytes } from "./contenders/contender.mts";
import { median } from "./order-statistics.mts";

/** Bytes of JSON of one machine in what `pulumi stack export` writes: the median of all, which differ by a digit or two. */
export function stateBytesOf(exported: string): StateBytes {
  const { resources } = (JSON.parse(exported) as { deployment: { resources: { type: string; outputs?: unknown }[] } })
    .deployment;
  const machines = resources.filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic"));
  return {
    withOutputs: median(machines.map((machine) => bytesOf(machine))),
    besideOutputs: median(machines.map(({ outputs: _, ...rest }) => bytesOf(rest))),
  };
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
