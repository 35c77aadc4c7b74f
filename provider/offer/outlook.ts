import type { OffersApi } from "../api/offers.js";
import { countryOf } from "./country.js";
import { describeQuery } from "./describe.js";
import { PAGE_SIZE } from "./paging.js";
import { type OfferCandidate, rank } from "./rank.js";
import { isCheapestFirst, suiting, toSearch, type WantedOffer } from "./search.js";

/** What the market has for a wish at this moment, by one search. Prices in $/h with the wanted disk. */
export interface Outlook {
  /** What would be rented; undefined when nothing fits. */
  readonly best: OfferCandidate | undefined;
  /** How many offers fit, of those that were seen. */
  readonly fitting: number;
  /** More than these may fit. */
  readonly orMore: boolean;
  /** The cheapest that fits but for the price cap and the bid. */
  readonly cheapestDollarsPerHour: number | undefined;
  /** The median of all that fit but for the cap; undefined when not all of them were seen. */
  readonly medianDollarsPerHour: number | undefined;
  /** The least bid in $/h that a machine takes that fits but for the bid; only for an interruptible rental. */
  readonly leastBidDollarsPerHour: number | undefined;
}

/**
 * Looks at the market by a single search, the cheapest 64 offers that fit but for price cap and bid, so that it also tells what a cap or bid
 * rules out. Where another order is wanted, the cap stays in the search: the first 64 of that order could all lie above it.
 */
export async function lookAtMarket(
  search: OffersApi["search"],
  wanted: WantedOffer,
  signal?: AbortSignal,
): Promise<Outlook> {
  const byPrice = isCheapestFirst(wanted.orderBy);
  const wide: WantedOffer = byPrice
    ? { ...wanted, maxDollarsPerHour: undefined, bidDollarsPerHour: undefined }
    : wanted;
  const offers = await search({ ...toSearch(wide), limit: PAGE_SIZE }, signal);
  const [all, fitting] = [suiting(offers, wide), rank(suiting(offers, wanted), wanted.orderBy)];
  const isWhole = offers.length < PAGE_SIZE;
  const prices = all.map(({ dollarsPerHour }) => dollarsPerHour).sort((a, b) => a - b);
  const cap = wanted.maxDollarsPerHour ?? Number.POSITIVE_INFINITY;
  const bids = all.flatMap(({ offer }) => (typeof offer.min_bid === "number" ? [offer.min_bid] : []));
  return {
    best: fitting[0],
    fitting: fitting.length,
    // Those that were not seen are dearer than all that were.
    orMore: !isWhole && !(byPrice && (prices.at(-1) ?? 0) > cap),
    cheapestDollarsPerHour: prices[0],
    medianDollarsPerHour: isWhole && byPrice ? median(prices) : undefined,
    leastBidDollarsPerHour: wanted.rentalType === "interruptible" && bids.length > 0 ? Math.min(...bids) : undefined,
  };
}

/**
 * The best match as a line for people:
 * `1x RTX 4090 from 0.312 $/h (7 offers fit, cap 0.40 $/h), DE, reliability 0.994; 32 GB disk 0.004 $/h stopped`.
 */
export function outlookText(best: OfferCandidate, { fitting, orMore }: Outlook, wanted: WantedOffer): string {
  const { offer, dollarsPerHour, dollarsPerHourStopped } = best;
  const { maxDollarsPerHour: cap, rentalType, bidDollarsPerHour: bid, diskGb, newVolumeGb } = wanted;
  const limits = [
    `${fitting}${orMore ? " or more offers" : fitting === 1 ? " offer" : " offers"} ${fitting === 1 && !orMore ? "fits" : "fit"}`,
    ...(cap === undefined ? ["no cap"] : [`cap ${cap.toFixed(2)} $/h`]),
    ...(rentalType === "interruptible" ? [bid === undefined ? "at the least bid" : `bid ${bid.toFixed(3)} $/h`] : []),
    ...(rentalType === "reserved" ? ["before its discount"] : []),
  ];
  const volume = newVolumeGb === undefined ? "" : ` and ${newVolumeGb} GB volume`;
  const parts = [
    `${offer.num_gpus ?? "?"}x ${offer.gpu_name ?? "GPU"} from ${dollarsPerHour.toFixed(3)} $/h (${limits.join(", ")})`,
    countryOf(offer.geolocation),
    typeof offer.reliability2 === "number" ? `reliability ${offer.reliability2.toFixed(3)}` : undefined,
  ].filter((part) => part !== undefined);
  return `${parts.join(", ")}; ${diskGb} GB disk${volume} ${dollarsPerHourStopped.toFixed(3)} $/h stopped`;
}

/** What the market says against a wish, as whole sentences; empty when it is served well. */
export function outlookWarnings(outlook: Outlook, wanted: WantedOffer): string[] {
  const { maxDollarsPerHour: cap, bidDollarsPerHour: bid } = wanted;
  const { fitting, orMore, cheapestDollarsPerHour: cheapest, medianDollarsPerHour, leastBidDollarsPerHour } = outlook;
  if (fitting === 0 && !orMore) {
    const why =
      bid !== undefined && leastBidDollarsPerHour !== undefined && bid < leastBidDollarsPerHour
        ? `The bid of ${bid} $/h is below the least that a fitting machine takes, ${leastBidDollarsPerHour.toFixed(3)} $/h.`
        : cap !== undefined && cheapest !== undefined
          ? `The cheapest that fits but for the cap of ${cap} $/h costs ${cheapest.toFixed(3)} $/h.`
          : `\`npx pulumi-vastai offers '${JSON.stringify(wanted.query)}' --disk ${wanted.diskGb} --explain\` tells which condition rules out how many.`;
    return [
      `Nothing on the market fits now: ${describeQuery(wanted.query)}. Renting would fail, and cost nothing. ${why}`,
    ];
  }
  const warnings: string[] = [];
  if (fitting === 1 && !orMore) {
    warnings.push("Only one offer fits: if somebody else takes it, or it does not boot, there is no other.");
  }
  if (cap !== undefined && medianDollarsPerHour !== undefined && cap > medianDollarsPerHour && fitting > 1) {
    warnings.push(
      `The cap of ${cap} $/h lies above the median of what fits, ${medianDollarsPerHour.toFixed(3)} $/h: half the market is cheaper.`,
    );
  }
  return warnings;
}

function median(sorted: readonly number[]): number | undefined {
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
