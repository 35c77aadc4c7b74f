import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WireOffer } from "../../provider/api/offers.js";
import { requirementsOf } from "../../provider/offer/requirement.js";
import { searchOffers, type WantedOffer } from "../../provider/offer/search.js";
import { whyNothingFits } from "../../provider/offer/why.js";
import { whyText } from "../../provider/offer/why-text.js";
import { anOffer, pretendMarket } from "./market.js";

const wish = (changes: Partial<WantedOffer> = {}): WantedOffer => ({
  query: {},
  diskGb: 8,
  rentalType: "on-demand",
  defaultFilters: true,
  ...changes,
});

const VERIFIED = { verification: "verified", rentable: true, rented: false, external: null };
/** Offers of 1x RTX 4090 at 0.30 $/h and upwards, each with its changes. */
function cards(...changes: Partial<WireOffer>[]): WireOffer[] {
  return changes.map((change, i) => {
    const dollars = 0.3 + i / 100;
    const plain = { id: i + 1, gpu_name: "RTX 4090", num_gpus: 1, storage_cost: 0, reliability: 0.95, ...VERIFIED };
    return anOffer({ ...plain, dph_base: dollars, dph_total: dollars, geolocation: "Berlin, DE", ...change });
  });
}

/** `times` the same. */
const of = (times: number, change: Partial<WireOffer>) => Array.from({ length: times }, () => change);

async function why(offers: readonly WireOffer[], wanted: WantedOffer, mostCalls?: number) {
  const { search, bodies } = pretendMarket(offers);
  const found = await whyNothingFits(search, wanted, undefined, mostCalls);
  const without = Object.fromEntries(found.leftOut.map(({ key, fitting, orMore }) => [key, [fitting, orMore]]));
  return { found, without, calls: bodies.length, text: whyText(found) };
}

describe("why nothing fits", () => {
  it("counts with each requirement left out, in one search where the market is small", async () => {
    const offers = cards({}, { geolocation: "Paris, FR" }, { verification: "unverified" }, { reliability: 0.9 });
    const wanted = wish({ query: { reliability: { gte: 0.99 }, country: ["DE"] } });
    const { without, calls, text } = await why(offers, wanted);
    expect(without).toEqual({
      reliability: [2, false],
      country: [0, false],
      verified: [0, false],
      rentable: [0, false],
      rented: [0, false],
      external: [0, false],
    });
    expect(calls).toBe(1);
    expect(text).toBe("Without `reliability ≥ 0.99` 2 offers fit, the cheapest at 0.300 $/h.");
  });

  it("names cap, disk, bid and default filters, the costliest requirement first", async () => {
    const offers = cards({}, {}, { disk_space: 4000, dph_base: 0.15, verification: "unverified" });
    const { found, text } = await why(offers, wish({ query: { gpuName: "RTX 4090" }, maxDollarsPerHour: 0.2 }));
    expect(found.leftOut.slice(0, 2)).toEqual([
      {
        key: "maxDollarsPerHour",
        text: "cap of 0.2 $/h",
        from: "input",
        fitting: 2,
        orMore: false,
        cheapestDollarsPerHour: 0.3,
        rulesOut: 2,
      },
      {
        key: "verified",
        text: "verified",
        from: "default",
        fitting: 1,
        orMore: false,
        cheapestDollarsPerHour: 0.15,
        rulesOut: 1,
      },
    ]);
    expect(text).toBe(
      "Without the cap of 0.2 $/h 2 offers fit, the cheapest at 0.300 $/h; without the default filter `verified` 1 offer fits, at 0.150 $/h.",
    );
    const disk = await why(cards({ disk_space: 100 }), wish({ diskGb: 200 }));
    expect(disk.text).toBe("Without the disk of 200 GB 1 offer fits, at 0.300 $/h.");
    const bid = await why(
      cards({ min_bid: 0.2 }),
      wish({ rentalType: "interruptible", bidDollarsPerHour: 0.1, diskGb: 8 }),
    );
    expect(bid.text).toBe("Without the bid of 0.1 $/h 1 offer fits, at 0.200 $/h.");
    const volume = await why(cards({ avail_vol_size: 20, avail_vol_ask_id: 5 }), wish({ newVolumeGb: 50 }));
    expect(volume.text).toBe("Without the new volume of 50 GB 1 offer fits, at 0.300 $/h.");
    const rented = await why(cards({ rentable: false }), wish());
    expect(rented.text).toContain("Without the default filter `rentable` (others have rented them) 1 offer fits");
  });

  it("leaves a default filter out for good when the key that replaced it is left out", async () => {
    const { without } = await why(
      cards({ verification: "unverified" }),
      wish({ query: { verification: "deverified", rentable: true } }),
    );
    expect(without).toMatchObject({ verification: [1, false], rentable: [0, false] });
    const { without: flag } = await why(
      cards({ verification: "unverified" }),
      wish({ query: { verified: true, reliability: { gte: 0.9 } } }),
    );
    expect(flag).toMatchObject({ verified: [1, false] });
  });

  it("tells two that are at fault together, and what is at fault when no two are", async () => {
    const wanted = wish({ query: { reliability: { gte: 0.99 }, country: "FR", staticIp: true } });
    const two = await why(cards({ static_ip: true }, { static_ip: false }), wanted);
    expect(two.text).toBe(
      "No single filter alone is at fault: without `country = FR` and `reliability ≥ 0.99` together 1 offer fits.",
    );
    const three = await why(cards({ static_ip: false }), {
      ...wanted,
      query: { ...wanted.query, gpuName: "RTX 4090" },
    });
    expect(three.text).toBe(
      "No single filter alone is at fault, nor two together. " +
        "Of 1 offer of RTX 4090, `staticIp` rules out 1, `country = FR` rules out 1, `reliability ≥ 0.99` rules out 1.",
    );
  });

  it("says that there is no such card, and which one may be meant", async () => {
    const { text, calls } = await why(cards({}), wish({ query: { gpuName: "A100", reliability: { gte: 0.99 } } }));
    expect(text).toBe('The market has no offer of A100 at all. Did you mean "A100 PCIE" or "A100 SXM4"?');
    expect(calls).toBe(2);
    const many = await why(cards({}), wish({ query: { gpuName: "RTX 4090", gpuCount: 16 } }));
    expect(many.text).toBe(
      "The market has no offer of 16x RTX 4090 at all. Without `gpuCount = 16` 1 offer fits, at 0.300 $/h.",
    );
    expect((await why([], wish())).text).toBe("The market has no offer at all.");
  });

  it("searches for the strictest apart from the rest where the market is large, with few calls", async () => {
    const offers = cards(...of(300, {}), ...of(20, { geolocation: "Paris, FR" }), { reliability: 0.999 });
    const query = { gpuName: "RTX 4090", reliability: { gte: 0.99 }, country: "FR" } as const;
    const { without, calls, text } = await why(offers, wish({ query }));
    expect(without).toMatchObject({ reliability: [20, false], country: [1, false], verified: [0, false] });
    expect(calls).toBeLessThanOrEqual(7);
    expect(text).toMatch(
      /^Without `reliability ≥ 0.99` 20 offers fit, the cheapest at 3.300 \$\/h; without `country = FR` 1/,
    );
  });

  it("says where a count is a lower bound", async () => {
    const offers = cards(...of(100, {}));
    const { without, text } = await why(offers, wish({ query: { reliability: { gte: 0.99 } } }));
    expect(without).toMatchObject({ reliability: [64, true] });
    expect(text).toBe("Without `reliability ≥ 0.99` 64 or more offers fit, the cheapest at 0.300 $/h.");
    const one = await why(offers, wish({ query: { reliability: { gte: 0.99 } } }), 1);
    expect(one.calls).toBe(1);
    expect(one.without).toMatchObject({ reliability: [64, true], verified: [0, true] });
  });

  it("does not claim more than it counted", async () => {
    const plain = of(100, { reliability: 0.9, geolocation: "Berlin, DE", static_ip: false });
    const query = { reliability: { gte: 0.99 }, country: "FR", staticIp: true } as const;
    const { text } = await why(cards(...plain, { reliability: 0.9 }), wish({ query }), 1);
    expect(text).toBe(
      "No single filter alone is at fault as far as was counted, nor two together. " +
        "Of 64 offers that were looked at, `staticIp` rules out 64, `country = FR` rules out 64, `reliability ≥ 0.99` rules out 64.",
    );
  });

  it("ends at once when aborted", async () => {
    const aborted = AbortSignal.abort(new Error("enough"));
    const search = (_: unknown, signal?: AbortSignal) => Promise.reject(signal?.reason);
    await expect(whyNothingFits(search, wish(), aborted)).rejects.toThrow("enough");
  });

  it("agrees with searching for each wish, whatever the market", async () => {
    const change = fc.record({
      reliability: fc.constantFrom(0.9, 0.995),
      geolocation: fc.constantFrom("Paris, FR", "Berlin, DE"),
      gpu_name: fc.constantFrom("RTX 4090", "RTX 3090"),
      verification: fc.constantFrom("verified", "unverified"),
      dph_base: fc.constantFrom(0.1, 0.3),
      disk_space: fc.constantFrom(10, 500),
      static_ip: fc.boolean(),
    });
    const wanted = wish({
      query: { gpuName: "RTX 4090", reliability: { gte: 0.99 }, country: "FR", staticIp: true },
      maxDollarsPerHour: 0.2,
      diskGb: 50,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 150 }), async (changes) => {
        const { search } = pretendMarket(cards(...changes));
        const { leftOut } = await whyNothingFits(search, wanted);
        for (const each of requirementsOf(wanted)) {
          const found = await searchOffers(search, { ...each.without(wanted), most: 1000 });
          const told = leftOut.find(({ key }) => key === each.key);
          if (told?.orMore) expect(told.fitting).toBeLessThanOrEqual(found.length);
          else expect([each.key, told?.fitting]).toEqual([each.key, found.length]);
          if (found[0] && !told?.orMore) expect(told?.cheapestDollarsPerHour).toBe(found[0].dollarsPerHour);
        }
      }),
      { numRuns: 60 },
    );
  });
});
