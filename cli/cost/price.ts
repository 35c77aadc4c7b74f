import { madeVolume } from "../../provider/wishes.js";
import type { PlannedChange } from "./changes.js";
import type { ResourceState } from "./preview.js";

/** What something costs in $/h, traffic apart, and how sure that is. */
export interface Price {
  /** `billed`: what Vast asks now. `estimate`: from the market, or worked out. `cap`: at most this. `unknown`: counted as 0. */
  readonly is: "billed" | "estimate" | "cap" | "unknown";
  readonly dollarsPerHour: number;
  /** Why there is no better one. */
  readonly because?: string | undefined;
}

const UNTOLD: Price = { is: "unknown", dollarsPerHour: 0, because: "the state does not tell its price" };

/** What an existing resource costs, in the state that the last `pulumi up` has given it. */
export function priceNow({ kind, now }: PlannedChange): Price | undefined {
  if (now === undefined) return undefined;
  return kind === "Volume" ? volumePrice(now) : instancePrice(now, now.inputs);
}

/** What an existing resource costs when it is not made anew: with another bid, started or stopped. */
export function priceInPlace({ kind, now, wanted }: PlannedChange): Price | undefined {
  if (now === undefined) return undefined;
  return kind === "Volume" ? volumePrice(now) : instancePrice(now, wanted?.inputs ?? now.inputs);
}

/** What stays of an instance that ends: the volume that was made with it, unless it is to go as well. */
export function priceOfRest({ kind, now, change, wanted }: PlannedChange): Price | undefined {
  if (kind === "Volume" || now === undefined) return undefined;
  // A replacement deletes it only when both say so (see keepVolumes in resources/instance/inputs.ts).
  const isKept = now.inputs.keepVolumes !== false || (change === "replaced" && wanted?.inputs.keepVolumes !== false);
  return isKept ? madeVolumePrice(now) : undefined;
}

/** Two parts of one price; as sure as the less sure one. */
export function together(price: Price, rest: Price | undefined): Price {
  if (rest === undefined) return price;
  const order: Price["is"][] = ["billed", "estimate", "cap", "unknown"];
  const [surer, other] = order.indexOf(price.is) < order.indexOf(rest.is) ? [price, rest] : [rest, price];
  return { ...other, dollarsPerHour: surer.dollarsPerHour + other.dollarsPerHour };
}

function instancePrice(state: ResourceState, wanted: ResourceState["inputs"]): Price {
  const { dollarsPerHour: running, dollarsPerHourStopped: stopped, rentedDollarsPerHour: rented } = state.outputs;
  const isStopped = wanted.targetState === "stopped";
  const price = numberOf(isStopped ? stopped : (running ?? rented));
  if (price === undefined) return UNTOLD;
  const bids = [state.inputs.bidDollarsPerHour, wanted.bidDollarsPerHour].map(numberOf);
  const [bid, next] = bids;
  const isOtherBid = !isStopped && bid !== undefined && next !== undefined && bid !== next;
  const own: Price = isOtherBid
    ? { is: "estimate", dollarsPerHour: price - bid + next }
    : { is: "billed", dollarsPerHour: price };
  return together(own, madeVolumePrice(state));
}

function madeVolumePrice({ inputs, outputs }: ResourceState): Price | undefined {
  const volume = madeVolume(inputs, outputs);
  if (volume === undefined) return undefined;
  const { dollarsPerHour } = volume;
  return dollarsPerHour === undefined ? UNTOLD : { is: "estimate", dollarsPerHour };
}

function volumePrice({ outputs }: ResourceState): Price {
  const price = numberOf(outputs.dollarsPerHour);
  return price === undefined ? UNTOLD : { is: "billed", dollarsPerHour: price };
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
