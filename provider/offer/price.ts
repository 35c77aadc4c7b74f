import type { WireOffer } from "../api/offers.js";
import type { RentalType } from "./wire-filters.js";

/** Hours in the month of a storage price: a disk at 0.15 $/GB and month costs 0.15/720 $/GB and hour (recorded offers). */
export const STORAGE_HOURS_PER_MONTH = 720;
/** Hours in an average month of the calendar, for what a month will cost. */
const CALENDAR_HOURS_PER_MONTH = 730;

/** What is rented, as far as it makes the price. */
export interface PricedRental {
  readonly rentalType: RentalType;
  /** Disk in GB. */
  readonly diskGb: number;
  /** Bid in $/h for the whole offer, without the disk. Default the least bid that the offer takes. */
  readonly bidDollarsPerHour?: number | undefined;
  /** A volume that is made with the rent, in GB: it is billed as well, stopped or not. Default none. */
  readonly newVolumeGb?: number | undefined;
}

/** Price of an offer in $/h, traffic apart. */
export interface HourlyPrice {
  /** While the instance runs. */
  readonly dollarsPerHour: number;
  /** While it is stopped: the disk only. */
  readonly dollarsPerHourStopped: number;
}

/**
 * Price with the wanted disk, worked out here rather than taken from `dph_total`: that one holds the disk size of the
 * search, or 8 GB when the server overlooks it, and for a bid the least bid instead of ours. Discounts for prepaying are
 * left out, so a reserved rental never costs more than this. Undefined when the offer doesn't tell enough.
 */
export function hourlyPrice(offer: WireOffer, rental: PricedRental): HourlyPrice | undefined {
  const disk = diskDollarsPerHour(offer, rental.diskGb);
  const gpu = gpuDollarsPerHour(offer, rental);
  if (disk === undefined || gpu === undefined) return undefined;
  const stored = disk + newVolumeDollarsPerHour(offer, rental.newVolumeGb);
  return { dollarsPerHour: gpu + stored, dollarsPerHourStopped: stored };
}

/**
 * Price in $/h of a volume that is made with the rent. `avail_vol_dph` is for one GB: a 720th of a month's price in a recorded offer
 * (search-asks), below that of the disk in another.
 */
export function newVolumeDollarsPerHour(offer: WireOffer, sizeGb = 0): number {
  return (offer.avail_vol_dph ?? (offer.storage_cost ?? 0) / STORAGE_HOURS_PER_MONTH) * sizeGb;
}

/** $/day of a price in $/h. */
export function dollarsPerDay(dollarsPerHour: number): number {
  return dollarsPerHour * 24;
}

/** $ for an average month of a price in $/h. */
export function dollarsPerMonth(dollarsPerHour: number): number {
  return dollarsPerHour * CALENDAR_HOURS_PER_MONTH;
}

/** $ for traffic that the user expects; undefined when the offer doesn't tell a price that is needed. */
export function trafficDollars(
  offer: WireOffer,
  traffic: { readonly downloadGb?: number; readonly uploadGb?: number },
): number | undefined {
  const { downloadGb = 0, uploadGb = 0 } = traffic;
  const down = downloadGb === 0 ? 0 : offer.inet_down_cost;
  const up = uploadGb === 0 ? 0 : offer.inet_up_cost;
  if (typeof down !== "number" || typeof up !== "number") return undefined;
  return downloadGb * down + uploadGb * up;
}

function gpuDollarsPerHour(offer: WireOffer, rental: PricedRental): number | undefined {
  if (rental.rentalType === "interruptible") return rental.bidDollarsPerHour ?? offer.min_bid ?? undefined;
  const known = offer.dph_base ?? offer.search?.gpuCostPerHour;
  if (typeof known === "number") return known;
  return typeof offer.storage_total_cost === "number" ? offer.dph_total - offer.storage_total_cost : undefined;
}

function diskDollarsPerHour(offer: WireOffer, diskGb: number): number | undefined {
  if (typeof offer.storage_cost === "number") return (offer.storage_cost * diskGb) / STORAGE_HOURS_PER_MONTH;
  // The search asked for this disk, so its price is the one of the answer.
  return offer.storage_total_cost ?? offer.search?.diskHour ?? undefined;
}
