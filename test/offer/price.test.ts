import { describe, expect, it } from "vitest";
import type { WireOffer } from "../../provider/api/offers.js";
import { dollarsPerDay, dollarsPerMonth, hourlyPrice, trafficDollars } from "../../provider/offer/price.js";
import { anOffer, recordedOffers } from "./market.js";

const onDemand = (diskGb: number) => ({ rentalType: "on-demand" as const, diskGb });
const [korea, japan] = recordedOffers("search-asks") as [WireOffer, WireOffer];
const [china] = recordedOffers("bundles-search-row-2024") as [WireOffer];

describe("the price of an offer", () => {
  it.each([
    ["South Korea", korea, 8],
    ["Japan", japan, 8],
    ["China, two years older", china, 5],
  ])("agrees with Vast's own sums (%s)", (_name, offer, diskGb) => {
    const price = hourlyPrice(offer, onDemand(diskGb));
    expect(price?.dollarsPerHour).toBeCloseTo(offer.dph_total, 12);
    expect(price?.dollarsPerHour).toBeCloseTo(Number(offer.search?.totalHour), 12);
    expect(price?.dollarsPerHourStopped).toBeCloseTo(Number(offer.instance?.totalHour), 12);
  });

  it("counts the wanted disk, not the one of the search", () => {
    const price = hourlyPrice(korea, onDemand(720));
    expect(price?.dollarsPerHourStopped).toBeCloseTo(1 / 3, 12);
    expect(price?.dollarsPerHour).toBeCloseTo(0.4 + 1 / 3, 12);
  });

  it("counts the bid, or the least bid, and the disk for an interruptible rental", () => {
    const rental = { rentalType: "interruptible" as const, diskGb: 8 };
    const disk = Number(korea.storage_total_cost);
    expect(hourlyPrice(korea, rental)?.dollarsPerHour).toBeCloseTo(0.907 + disk, 12);
    expect(hourlyPrice(korea, { ...rental, bidDollarsPerHour: 1 })?.dollarsPerHour).toBeCloseTo(1 + disk, 12);
    expect(hourlyPrice(anOffer({ min_bid: null }), rental)).toBeUndefined();
  });

  it("does without the basic price where the whole price tells it", () => {
    const offer = anOffer({ dph_base: null, search: null });
    expect(hourlyPrice(offer, onDemand(720))?.dollarsPerHour).toBeCloseTo(0.4 + 1 / 3, 12);
  });

  it("falls back to the disk price of the search", () => {
    expect(hourlyPrice(anOffer({ storage_cost: null }), onDemand(8))?.dollarsPerHour).toBeCloseTo(0.4037037, 6);
  });

  it("is unknown rather than too low when the disk has no price", () => {
    const offer = anOffer({ storage_cost: null, storage_total_cost: null, search: null });
    expect(hourlyPrice(offer, onDemand(8))).toBeUndefined();
  });

  it("adds up to days and months", () => {
    expect(dollarsPerDay(0.5)).toBe(12);
    expect(dollarsPerMonth(0.5)).toBe(365);
  });
});

describe("the price of traffic", () => {
  it("is that of the gigabytes each way", () => {
    const offer = anOffer({ inet_down_cost: 0.002, inet_up_cost: 0.01 });
    expect(trafficDollars(offer, { downloadGb: 100, uploadGb: 50 })).toBeCloseTo(0.7, 12);
    expect(trafficDollars(offer, {})).toBe(0);
  });

  it("is unknown where a needed price is not told", () => {
    const offer = anOffer({ inet_down_cost: null, inet_up_cost: 0.01 });
    expect(trafficDollars(offer, { downloadGb: 1 })).toBeUndefined();
    expect(trafficDollars(offer, { uploadGb: 1 })).toBe(0.01);
  });
});
