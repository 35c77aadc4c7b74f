import type { WireInstance } from "../../api/instance-row.js";
import type { Bag } from "../../engine/values.js";
import { durationText } from "../../wait.js";
import { PRICE_TOLERANCE } from "./changes.js";
import type { InstanceInputs } from "./inputs.js";
import { money } from "./messages.js";

/** Something that happened to an instance outside the program, beyond a change of its inputs. */
export type DriftName =
  | "outbid"
  | "startQueued"
  | "exited"
  | "offline"
  | "lifetimeEnded"
  | "priceRaised"
  | "priceIncreasePending";

/** One drift in words: what happened, what it means for the money, what to do. */
export interface Drift {
  readonly name: DriftName;
  readonly says: string;
}

/** What is done about a drift. `ignore` reports it. */
export type DriftAction = "ignore" | "wait" | "restart" | "raiseBid" | "replace";

/** A raised bid lies this much above the least one that runs, so that the next cent does not outbid it again. */
const BID_MARGIN = 1.05;

/**
 * What happened to an instance, told apart by the four states of a contract (vast-api.md §2.8). Pure. Being gone is not one of them: a
 * refresh takes such an instance out of the state.
 */
export function driftOf(row: WireInstance, before: Bag, now: number): Drift[] {
  const wantsRunning = before.targetState !== "stopped";
  const found: Drift[] = [];
  const say = (name: DriftName, says: string) => found.push({ name, says: `Instance ${row.id} ${says}` });

  const endsAt = typeof row.end_date === "number" ? row.end_date * 1000 : Number.POSITIVE_INFINITY;
  const isStopped = row.cur_state === "stopped";
  if (endsAt <= now && isStopped) {
    say(
      "lifetimeEnded",
      `reached the end of its contract ${durationText(now - endsAt)} ago. ${diskBilled(row)} Vast deletes it, data and all, 48 h after the end: copy what you need, then replace it.`,
    );
  } else if (wantsRunning && isStopped && row.intended_status === "running" && row.is_bid) {
    say(
      "outbid",
      `was outbid: somebody pays more than ${money(bidOf(row))}${leastBid(row)}. Its data is kept. ${diskBilled(row)} Raise \`bidDollarsPerHour\`; it runs again by itself when the bid wins.`,
    );
  } else if (wantsRunning && isStartQueued(row)) {
    say(
      "startQueued",
      `waits for its GPU, which somebody else has: it starts by itself when that is free, and its GPU is billed from then on. ${diskBilled(row)} \`pulumi up\` waits for it, and takes the start back if that takes too long; or replace it to rent another.`,
    );
  } else if (wantsRunning && row.actual_status === "exited" && row.intended_status === "running" && !isStopped) {
    say(
      "exited",
      `ended by itself: its container is down although nobody stopped it. The GPU is billed on, ${money(row.dph_total ?? 0)}. Look at its log (\`vastai logs ${row.id}\`), then restart or destroy it.`,
    );
  } else if (row.actual_status === "offline" || row.actual_status === "unknown") {
    say(
      "offline",
      `does not answer: its host is ${row.actual_status}. It is not gone. Wait for the host, or replace the instance; its data cannot be reached meanwhile.`,
    );
  }
  const rentedAt = before.rentedDollarsPerHour;
  if (
    typeof rentedAt === "number" &&
    typeof row.dph_total === "number" &&
    row.dph_total > rentedAt + PRICE_TOLERANCE &&
    !row.is_bid
  ) {
    say(
      "priceRaised",
      `became dearer: ${money(row.dph_total)} instead of ${money(rentedAt)} when it was rented. It runs on at the new price. Replace it to look for a cheaper one.`,
    );
  }
  return found;
}

/** What the program says about the drifts that the last refresh found. */
export function driftActions(before: Bag, wanted: Pick<InstanceInputs, "onDrift">): Map<DriftName, DriftAction> {
  const names = Array.isArray(before.drift) ? (before.drift as DriftName[]) : [];
  return new Map(names.map((name) => [name, wanted.onDrift[name] ?? usualAction(name)]));
}

/** What is half done is seen to; all else is left alone. */
function usualAction(name: DriftName): DriftAction {
  return name === "startQueued" ? "wait" : "ignore";
}

/**
 * Stopped, and to be started as soon as its GPU is free, which may be never or in the middle of the night. An interruptible contract that
 * looks like it was outbid.
 */
export function isStartQueued(row: WireInstance): boolean {
  return !row.is_bid && row.cur_state === "stopped" && row.intended_status === "running";
}

/**
 * The bid that wins an outbid instance back, in $/h; undefined when that is above the cap of `onDrift`. Where Vast names a least bid
 * that is below the one that just lost, nothing but that one is known to be too low, and is raised step by step.
 */
export function winningBid(row: WireInstance, { onDrift }: Pick<InstanceInputs, "onDrift">): number | undefined {
  const least = Math.max(row.min_bid ?? 0, bidOf(row));
  // Rounded up to a hundredth of a cent, and not because a product such as 0.2 * 1.05 has a last digit too many.
  const bid = Math.ceil(Number((least * BID_MARGIN * 10_000).toFixed(6))) / 10_000;
  return bid <= (onDrift.maxBidDollarsPerHour ?? 0) ? bid : undefined;
}

/** Whether a bid that differs from the program's is one that `onDrift` raised it to, or may have: it is then left alone. */
export function isRaisedBid(bid: number, { bidDollarsPerHour, onDrift }: Partial<InstanceInputs>): boolean {
  if (bidDollarsPerHour === undefined || onDrift?.outbid !== "raiseBid") return false;
  return bid >= bidDollarsPerHour && bid <= (onDrift.maxBidDollarsPerHour ?? 0);
}

function bidOf(row: WireInstance): number {
  return row.dph_base ?? row.dph_total ?? 0;
}

/** What would win, if Vast tells more than what just lost. */
function leastBid(row: WireInstance): string {
  const least = row.min_bid ?? 0;
  return least > bidOf(row) ? ` (least bid now ${money(least)})` : "";
}

function diskBilled(row: WireInstance): string {
  return `Its disk is billed on, ${money(row.storage_total_cost ?? 0)}.`;
}
