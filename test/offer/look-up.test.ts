import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAccount } from "../../provider/account/account.js";
import type { GetOffersArgs } from "../../provider/resources/offer/inputs.js";
import { lookUpGpuNames, lookUpOffers } from "../../provider/resources/offer/look-up.js";
import { type TestWorld, testWorld } from "../support/harness.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld({ offers: 0 });
});
afterEach(() => t.stop());

/** The account of a program that has no key. */
const anybody = () =>
  createAccount({ apiUrl: t.simulator.url, apiKey: undefined, keySource: undefined, timeScale: 1 }, t.clock);
const calls = () => t.world.view().requests.length;

describe("getOffers", () => {
  it("answers without a key what an instance of the same query would rent, at its price with the disk", async () => {
    const [dear, cheap] = t.world.replaceOffers([
      { machine_id: 1, dph_base: 0.4, storage_cost: 0.36 },
      { machine_id: 2, dph_base: 0.3, storage_cost: 0.72, geolocation: "Berlin, DE", inet_up_cost: 0.02 },
      { machine_id: 3, dph_base: 0.1, verification: "unverified" },
      { machine_id: 4, dph_base: 0.1, gpu_name: "RTX 3090" },
    ]);
    const args: GetOffersArgs = { offer: { gpuName: "RTX 4090" }, diskGb: 100, traffic: { uploadGb: 50 } };
    const { offers, ...counts } = await lookUpOffers(args, anybody());
    expect(offers.map(({ offerId }) => offerId)).toEqual([cheap, dear]);
    expect(counts).toEqual({ fittingCount: 2, isCountComplete: true });
    const [best] = offers;
    expect(best).toMatchObject({
      machineId: 2,
      gpuName: "RTX 4090",
      gpuCount: 1,
      gpuRamGb: 24.564,
      computeCapability: 8.9,
      geolocation: "Berlin, DE",
      verification: "verified",
      storageDollarsPerGbMonth: 0.72,
      internetUpDollarsPerGb: 0.02,
      trafficDollars: 1,
    });
    // 100 GB at 0.72 $ per GB and 720 hours are 0.1 $/h.
    expect(best?.dollarsPerHour).toBeCloseTo(0.4, 9);
    expect(best?.dollarsPerHourStopped).toBeCloseTo(0.1, 9);
    expect(best?.dollarsPerDay).toBeCloseTo(9.6, 9);
    expect(best?.dollarsPerMonth).toBeCloseTo(292, 9);
    expect(best?.storageDollarsPerMonth).toBeCloseTo(73, 9);

    const { instance } = t.process();
    const rented = await instance.create({
      ...(await instance.check({}, { ...args, traffic: undefined, image: "ubuntu:22.04", label: "a" })).inputs,
    });
    expect(rented.outs).toMatchObject({ machineId: 2, gpuRamGb: best?.gpuRamGb, geolocation: best?.geolocation });
    expect(rented.outs.dollarsPerHour).toBeCloseTo(best?.dollarsPerHour ?? 0, 6);
    await instance.delete(rented.id, rented.outs);
  });

  it("prices a bid, keeps to the cap, sorts and cuts as told", async () => {
    t.world.replaceOffers([
      { machine_id: 1, dph_base: 0.4, min_bid: 0.1, reliability: 0.9 },
      { machine_id: 2, dph_base: 0.3, min_bid: 0.2, reliability: 0.99 },
    ]);
    const account = anybody();
    const machines = async (args: GetOffersArgs) =>
      (await lookUpOffers(args, account)).offers.map(({ machineId }) => machineId);
    expect(await machines({})).toEqual([2, 1]);
    expect(await machines({ rentalType: "interruptible" })).toEqual([1, 2]);
    expect(await machines({ bidDollarsPerHour: 0.15 })).toEqual([1]);
    expect(await machines({ maxDollarsPerHour: 0.35 })).toEqual([2]);
    expect(await machines({ orderBy: [{ field: "reliability", direction: "asc" }] })).toEqual([1, 2]);
    expect(await lookUpOffers({ limit: 1 }, account)).toMatchObject({
      offers: [{ machineId: 2 }],
      fittingCount: 2,
      isCountComplete: true,
    });
    const { offers } = await lookUpOffers({ bidDollarsPerHour: 0.25, diskGb: 8 }, account);
    expect(
      offers.every(({ dollarsPerHour, dollarsPerHourStopped: disk }) => Math.abs(dollarsPerHour - disk - 0.25) < 1e-9),
    ).toBe(true);
  });

  it("says that more fit than it looked at", async () => {
    t.world.replaceOffers(Array.from({ length: 70 }, (_, i) => ({ machine_id: i + 1, dph_base: 0.3 + i / 1000 })));
    expect(await lookUpOffers({ limit: 5 }, anybody())).toMatchObject({ fittingCount: 64, isCountComplete: false });
    expect(calls()).toBe(1);
    const all = await lookUpOffers({ limit: 100 }, anybody());
    expect(all).toMatchObject({ fittingCount: 70, isCountComplete: true });
    expect(all.offers).toHaveLength(70);
  });

  it("asks once a minute for equal queries, and again after a failure", async () => {
    t.world.replaceOffers([{ machine_id: 1 }]);
    const account = anybody();
    const ask = (args: GetOffersArgs = { offer: { gpuName: "RTX 4090", country: ["SE"] } }) =>
      lookUpOffers(args, account);
    const all = await Promise.all([ask(), ask({ offer: { country: ["SE"], gpuName: "RTX 4090" } }), ask()]);
    expect(new Set(all.map(({ offers }) => offers.length))).toEqual(new Set([1]));
    expect(calls()).toBe(1);
    await ask({ offer: { gpuName: "RTX 4090", country: ["DE"] } });
    expect(calls()).toBe(2);
    t.world.replaceOffers([]);
    t.clock.advance(50_000);
    expect((await ask()).offers).toHaveLength(1);
    t.clock.advance(11_000);
    expect((await ask()).offers).toHaveLength(0);
    expect(calls()).toBe(3);

    t.clock.advance(61_000);
    t.simulator.faults.add({ on: "POST /api/v0/bundles/", times: 1, then: "auth-error" });
    await expect(ask()).rejects.toThrow(/was refused/);
    expect((await ask()).offers).toHaveLength(0);
  });

  it.each([
    [
      { offer: { reliability2: { gte: 0.9 } } },
      /"reliability2" is not a filter of offers. Did you mean "reliability"\?/,
    ],
    [{ offer: { num_gpus: 2 } }, /Did you mean "gpuCount"\?/],
    [{ offer: { reliability: { gte: 97 } } }, /Did you mean 0.97\?/],
    [{ disk: 20 }, /There is no argument disk. Did you mean diskGb\?/],
    [{ diskGb: 2 }, /at least 8/],
    [{ limit: 0 }, /limit must be at least 1/],
    [{ limit: 1.5 }, /limit must be a whole number/],
    [{ rentalType: "bid" }, /rentalType must be "on-demand", "interruptible" or "reserved"/],
    [{ rentalType: "reserved", bidDollarsPerHour: 0.1 }, /makes a rental interruptible, but rentalType is "reserved"/],
    [{ orderBy: [{ field: "price", direction: "asc" }] }, /"price" is not a key that offers can be sorted by/],
    [{ traffic: { uploadGb: -1 } }, /traffic.uploadGb must be at least 0/],
  ])("refuses %o before anything is sent", async (args, message) => {
    const refused = lookUpOffers(args as GetOffersArgs, anybody());
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(/^getOffers: .* Nothing was looked for\.$/);
    expect(calls()).toBe(0);
  });
});

describe("getGpuNames", () => {
  it("answers the names of the market, sorted, and on request how many offers each has", async () => {
    t.world.replaceOffers([
      { machine_id: 1, gpu_name: "RTX 4090" },
      { machine_id: 2, gpu_name: "A10" },
      { machine_id: 3, gpu_name: "RTX 4090" },
      { machine_id: 4, gpu_name: "B200", verification: "unverified" },
    ]);
    const account = anybody();
    expect(await lookUpGpuNames({}, account)).toEqual({ gpuNames: ["A10", "B200", "RTX 4090"] });
    expect(calls()).toBe(1);
    expect(await lookUpGpuNames({ countOffers: true }, account)).toEqual({
      gpuNames: ["A10", "B200", "RTX 4090"],
      offerCounts: { A10: 1, "RTX 4090": 2 },
      isCountComplete: true,
    });
  });
});
