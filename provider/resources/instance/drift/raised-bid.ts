import type { WireInstance } from "../../../api/instance-row.js";
import { PRICE_TOLERANCE } from "../changes.js";
import type { InstanceInputs } from "../inputs.js";
import { money } from "../messages.js";
import { bidOf } from "./drift.js";

/** A raised bid lies this much above the least one that runs, so that the next cent does not outbid it again. */
const MARGIN = 1.05;

/**
 * The bid that wins an outbid instance back, in $/h, or why there is none. Where Vast names a least bid that is below the one that just lost, only
 * that one is known to be too low. A bid that was raised already and is above the least one is on its way to win: run after run would else pile
 * raise upon raise.
 */
export function raisedBid(
  row: WireInstance,
  { bidDollarsPerHour, maxDollarsPerHour, onDrift }: Pick<InstanceInputs, "onDrift"> & Partial<InstanceInputs>,
): { readonly bid: number } | { readonly refused: string } {
  const own = bidOf(row) ?? 0;
  const least = row.min_bid ?? 0;
  if (own > least && own > (bidDollarsPerHour ?? own) + PRICE_TOLERANCE) {
    return {
      refused:
        `Its bid was raised to ${money(own)} already, and nothing says that this is too low: it should run again in some minutes. ` +
        "If it does not, raise `bidDollarsPerHour`.",
    };
  }
  // Rounded up to a hundredth of a cent, and not because a product such as 0.2 * 1.05 has a last digit too many.
  const bid = Math.ceil(Number((Math.max(least, own) * MARGIN * 10_000).toFixed(6))) / 10_000;
  const most = onDrift.maxBidDollarsPerHour ?? 0;
  if (bid > most) return { refused: tooDear(bid, `the ${money(most)} that \`onDrift.maxBidDollarsPerHour\` allows`) };
  // The cap counts the disk, a bid does not.
  const cap = maxDollarsPerHour ?? Number.POSITIVE_INFINITY;
  if (bid + (row.storage_total_cost ?? 0) > cap) {
    return { refused: tooDear(bid, `the ${money(cap)} that \`maxDollarsPerHour\` allows with the disk`) };
  }
  return { bid };
}

/** Whether a bid that differs from the program's is one that `onDrift` raised it to, or may have: it is then left alone. */
export function isRaisedBid(bid: number, { bidDollarsPerHour, onDrift }: Partial<InstanceInputs>): boolean {
  if (bidDollarsPerHour === undefined || onDrift?.outbid !== "raiseBid") return false;
  return bid >= bidDollarsPerHour && bid <= (onDrift.maxBidDollarsPerHour ?? 0);
}

function tooDear(bid: number, limit: string): string {
  return `It stays outbid: winning it back takes ${money(bid)}, which is more than ${limit}. Raise that, or replace it.`;
}
