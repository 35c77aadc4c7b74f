import type { WireInstance } from "../../api/instance-row.js";
import type { Bag } from "../../engine/values.js";

/** Output: what the volume that the rent made costs beside the instance, in $/h. */
export const VOLUME_PRICE = "createdVolumeDollarsPerHour";

/**
 * What an instance costs in $/h in the state that is wanted of it, or that it is meant to have if that costs more, with a volume that was made with
 * it. Undefined while Vast does not tell.
 */
export function priceOf(
  row: WireInstance,
  targetState: "running" | "stopped",
  volumeDollarsPerHour = 0,
): number | undefined {
  const runs = targetState === "running" || row.intended_status === "running";
  const own = runs ? row.dph_total : stoppedPrice(row);
  return typeof own === "number" ? own + volumeDollarsPerHour : undefined;
}

/** What it costs while it runs, with another bid if one is given. The base price of an interruptible contract is its bid (vast-api.md §2.3). */
export function runningPrice(row: WireInstance, bid: number | undefined): number | undefined {
  const total = row.dph_total ?? undefined;
  if (bid === undefined || total === undefined) return total;
  return bid + (stoppedPrice(row) ?? (typeof row.dph_base === "number" ? total - row.dph_base : 0));
}

/** What it costs while it is stopped: its disk. */
export function stoppedPrice(row: WireInstance): number | undefined {
  return row.storage_total_cost ?? row.search?.diskHour ?? undefined;
}

/** What an instance in the state costs in $/h, with the volume that its rent made; undefined where the state does not tell. */
export function priceInState(outputs: Bag): number | undefined {
  const own = outputs.targetState === "stopped" ? outputs.dollarsPerHourStopped : outputs.dollarsPerHour;
  return typeof own === "number" ? own + volumePriceIn(outputs) : undefined;
}

/** What the volume costs that an instance in the state had made; 0 where there is none. */
export function volumePriceIn(outputs: Bag): number {
  const { [VOLUME_PRICE]: price } = outputs;
  return typeof price === "number" ? price : 0;
}
