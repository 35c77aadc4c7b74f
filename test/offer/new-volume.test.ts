// A volume that is made with a rent: its price, and the machines that have room for it.
import { expect, it } from "vitest";
import type { WireOffer } from "../../provider/api/offers.js";
import { hourlyPrice, newVolumeDollarsPerHour } from "../../provider/offer/price.js";
import { hasRoom } from "../../provider/offer/search.js";
import { anOffer, recordedOffers } from "./market.js";

const [korea, japan] = recordedOffers("search-asks") as [WireOffer, WireOffer];
const rental = { rentalType: "on-demand" as const, diskGb: 8 };

it("costs what the recorded offers ask for one GB, which is not always the price of the disk", () => {
  expect(newVolumeDollarsPerHour(korea, 720)).toBeCloseTo(1 / 3, 12);
  expect(newVolumeDollarsPerHour(japan, 720)).toBeCloseTo(0.4 / 3, 12);
  expect(japan.storage_cost).toBeCloseTo(0.2, 12);
});

it("costs as much as the disk where an offer does not tell", () => {
  expect(newVolumeDollarsPerHour(anOffer({ avail_vol_dph: null, storage_cost: 0.36 }), 20)).toBeCloseTo(0.01, 12);
  expect(newVolumeDollarsPerHour(anOffer({ avail_vol_dph: null, storage_cost: null }), 20)).toBe(0);
});

it("is paid running and stopped, in the price of an offer", () => {
  const plain = hourlyPrice(korea, rental);
  const withVolume = hourlyPrice(korea, { ...rental, newVolumeGb: 720 });
  expect(Number(withVolume?.dollarsPerHour) - Number(plain?.dollarsPerHour)).toBeCloseTo(1 / 3, 12);
  expect(Number(withVolume?.dollarsPerHourStopped) - Number(plain?.dollarsPerHourStopped)).toBeCloseTo(1 / 3, 12);
});

it.each([
  [355, korea, true],
  [356, korea, false],
  [5, japan, true],
  [6, japan, false],
  [1, anOffer({ avail_vol_ask_id: null, avail_vol_size: 100 }), false],
  [1, anOffer({ avail_vol_ask_id: 7, avail_vol_size: null }), false],
])("%i GB have room or not", (sizeGb, offer, expected) => {
  expect(hasRoom(offer, sizeGb)).toBe(expected);
});
