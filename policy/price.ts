import type { InstanceProps, VolumeProps } from "./subjects.js";
import { known, knownNumber } from "./subjects.js";

const HOURS_PER_MONTH = 720;

/** The most that an instance may cost by its own inputs, $/h: its cap, or its bid; undefined when they set no limit. */
export function ownLimit(instance: InstanceProps): number | undefined {
  const { maxDollarsPerHour, onDrift } = instance;
  const raisedBid = onDrift?.outbid === "raiseBid" ? onDrift.maxBidDollarsPerHour : undefined;
  const limits = [maxDollarsPerHour, instance.bidDollarsPerHour].filter((limit) => limit !== undefined);
  const atFirst = limits.length === 0 ? undefined : Math.min(...limits);
  return raisedBid === undefined ? atFirst : Math.max(raisedBid, atFirst ?? 0);
}

/** What an instance costs by what is known of it, $/h: its price, else its own limit. */
export function instancePrice(instance: InstanceProps): number | undefined {
  const isStopped = known(() => instance.targetState) === "stopped";
  const stopped = isStopped ? knownNumber(() => instance.dollarsPerHourStopped) : undefined;
  return stopped ?? knownNumber(() => instance.dollarsPerHour) ?? known(() => ownLimit(instance));
}

/** What a volume costs by what is known of it, $/h: its price, else its own limit. */
export function volumePrice(volume: VolumeProps): number | undefined {
  const mostPerMonth = knownNumber(() => volume.maxDollarsPerMonth);
  const most = mostPerMonth === undefined ? undefined : mostPerMonth / HOURS_PER_MONTH;
  return knownNumber(() => volume.dollarsPerHour) ?? most;
}

/** A price as it is written in messages: `0.4 $/h`, rounded to a tenth of a cent. */
export function perHour(dollars: number): string {
  return `${Number(dollars.toFixed(4))} $/h`;
}
