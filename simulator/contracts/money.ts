import type { Contract } from "./contract.js";

/** Vast counts a month as 30 days. */
export const HOURS_PER_MONTH = 720;
const MS_PER_HOUR = 3_600_000;

/** What a disk costs in $/h, paid from creation to the end. */
export function storageDollarsPerHour(dollarsPerGbMonth: number, diskGb: number): number {
  return (dollarsPerGbMonth * diskGb) / HOURS_PER_MONTH;
}

/** What the contract costs in its present state, $/h: disk only unless it runs, nothing once it is destroyed. */
export function dollarsPerHourNow(contract: Contract): number {
  if (contract.destroyedAt !== null) return 0;
  const storage = storageDollarsPerHour(contract.facts.storage_cost, contract.diskGb);
  return storage + (contract.condition.gpuBilled ? contract.gpuDollarsPerHour : 0);
}

/** Everything the contract has cost up to `at`, which lies after its last change. */
export function dollarsBilled(contract: Contract, at: number): number {
  const { dollars, readAt } = contract.meter;
  return dollars + (dollarsPerHourNow(contract) * Math.max(0, at - readAt)) / MS_PER_HOUR;
}

/** Reads the meter; comes before every change of price or state, so that each stretch is paid at its own price. */
export function readMeter(contract: Contract, at: number): void {
  contract.meter = { dollars: dollarsBilled(contract, at), readAt: Math.max(at, contract.meter.readAt) };
}
