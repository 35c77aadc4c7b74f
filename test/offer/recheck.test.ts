import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WireOffer } from "../../provider/api/offers.js";
import { OfferQuery } from "../../provider/offer/query.js";
import { fits } from "../../provider/offer/recheck.js";
import { toWireFilters } from "../../provider/offer/wire-filters.js";
import { anOffer, recordedOffers, serverTakes } from "./market.js";

const plain = { defaultFilters: false };
const withDefaults = { defaultFilters: true };

describe("the second look at an offer", () => {
  it("takes recorded offers under the default filters", () => {
    const recorded = [...recordedOffers("search-asks"), ...recordedOffers("bundles-search-row-2024")];
    expect(recorded.map((offer) => fits(offer, {}, withDefaults).fits)).toEqual([true, true, true]);
  });

  it("says what is amiss in the words and units of the query", () => {
    const offer = anOffer({ gpu_ram: 23028, driver_version: "535.183.01" });
    const because = (query: OfferQuery) => {
      const fit = fits(offer, query, withDefaults);
      return fit.fits ? "fits" : fit.because;
    };
    expect(because({ gpuRamGb: { gte: 48 } })).toBe("gpuRamGb is 24, wanted ≥ 48");
    expect(because({ reliability: { gte: 0.999 } })).toBe("reliability is 0.9977697, wanted ≥ 0.999");
    expect(because({ country: ["DE", "FR"] })).toBe("country is KR, wanted one of DE, FR");
    expect(because({ driverVersion: { gte: "550", lt: "600" } })).toBe(
      "driverVersion is 535.183.01, wanted ≥ 550 and < 600",
    );
    expect(because({ durationDays: { gte: 30 } })).toMatch(/^durationDays is 7\.99/);
  });

  it.each([
    ["unverified", { verification: "unverified" }, "verified is false, wanted true"],
    ["deverified", { verification: "deverified" }, "verified is false, wanted true"],
    ["of another market", { external: true }, "external is true, wanted false"],
    ["taken", { rentable: false }, "rentable is false, wanted true"],
    ["on a machine rented already", { rented: true }, "rented is true, wanted false"],
  ])("turns down an offer that is %s by default", (_name, change, because) => {
    expect(fits(anOffer(change), {}, withDefaults)).toEqual({ fits: false, because });
    expect(fits(anOffer(change), {}, plain)).toEqual({ fits: true });
  });

  it("takes the server's word on default filters that an offer doesn't tell, but not on what was asked", () => {
    const offer = anOffer({ verification: undefined, rentable: undefined, rented: undefined, external: undefined });
    expect(fits(offer, {}, withDefaults)).toEqual({ fits: true });
    expect(fits(offer, { verified: true }, withDefaults).fits).toBe(false);
    expect(fits(offer, { external: false }, withDefaults).fits).toBe(false);
  });

  it("reads null for external as Vast's own market, and has_avx as 0 or 1", () => {
    expect(fits(anOffer({ external: null }), { external: false }, plain).fits).toBe(true);
    expect(fits(recordedOffers("bundles-search-row-2024")[0] as WireOffer, { hasAvx: true }, plain).fits).toBe(true);
  });

  it.each([
    ["South Korea, KR", "KR"],
    [", US", "US"],
    ["DE", "DE"],
    ["Washington, D.C., US ", "US"],
  ])("finds the country of %j", (geolocation, country) => {
    expect(fits(anOffer({ geolocation }), { country }, plain)).toEqual({ fits: true });
  });

  it("does not guess a country", () => {
    expect(fits(anOffer({ geolocation: "Somewhere" }), { country: { notin: ["CN"] } }, plain).fits).toBe(false);
  });

  it("holds the price against the wanted disk when it is told that price", () => {
    const query = { dollarsPerHour: { lte: 0.5 } };
    expect(fits(anOffer({ dph_total: 0.4 }), query, { ...plain, dollarsPerHour: 0.6 }).fits).toBe(false);
    expect(fits(anOffer({ dph_total: 0.6 }), query, { ...plain, dollarsPerHour: 0.4 }).fits).toBe(true);
  });

  const bound = fc.record(
    { gte: fc.integer({ min: 0, max: 10 }), lt: fc.integer({ min: 11, max: 20 }), neq: fc.constant(7) },
    { requiredKeys: [] },
  );
  const someBound = bound.filter((ops) => Object.keys(ops).length > 0);
  const number = fc.oneof(fc.nat(20), fc.double({ min: 0, max: 20, noNaN: true }));

  it("agrees with plain arithmetic on any bounds and offers", () => {
    fc.assert(
      fc.property(someBound, someBound, number, number, (ghz, days, actualGhz, actualDays) => {
        const offer = anOffer({ cpu_ghz: actualGhz, duration: actualDays * 86400 });
        const meets = (actual: number, ops: { gte?: number; lt?: number; neq?: number }) =>
          (ops.gte === undefined || actual > ops.gte - 1e-8) &&
          (ops.lt === undefined || actual < ops.lt - 1e-8) &&
          (ops.neq === undefined || Math.abs(actual - ops.neq) > 1e-8);
        const near = [ghz, days].some((ops, index) => {
          const actual = index === 0 ? actualGhz : actualDays;
          return Object.values(ops).some((wanted) => wanted !== actual && Math.abs(wanted - actual) < 1e-6);
        });
        fc.pre(!near);
        const query = OfferQuery.parse({ cpuGhz: ghz, durationDays: days });
        expect(fits(offer, query, plain).fits).toBe(meets(actualGhz, ghz) && meets(actualDays, days));
      }),
    );
  });

  it("never takes more than was asked, and never misses what the server was right to answer", () => {
    const offers = fc.record({
      gpu_ram: fc.constantFrom(11264, 12288, 15360, 23028, 24564, 46068, 81559),
      num_gpus: fc.constantFrom(1, 2, 4),
      compute_cap: fc.constantFrom(750, 860, 890, 1200),
      driver_version: fc.constantFrom("535.86.05", "550.54.15", "580.105.08"),
      geolocation: fc.constantFrom("Germany, DE", ", US", "Quebec, CA"),
      hosting_type: fc.constantFrom(0, 1),
      verification: fc.constantFrom("verified", "unverified", "deverified"),
      external: fc.constantFrom(null, true),
    });
    const queries = fc.record(
      {
        gpuRamGb: fc.constantFrom(24, { gte: 12 }, { gt: 11, lte: 24 }, { in: [11, 16] }, { neq: 24 }),
        gpuCount: fc.constantFrom(1, { gte: 2 }, { notin: [4] }),
        computeCapability: fc.constantFrom(8.9, { gte: 8.6 }),
        driverVersion: fc.constantFrom({ gte: "550" }, { eq: "535.86.5" }),
        country: fc.constantFrom("DE", ["DE", "CA"], { notin: ["US"] }),
        datacenter: fc.boolean(),
        verified: fc.constantFrom(true, false, "any"),
        external: fc.constantFrom(true, false, "any"),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(offers, queries, fc.boolean(), (row, raw, defaultFilters) => {
        const query = OfferQuery.parse(raw);
        const offer = anOffer({ ...row, gpu_total_ram: row.gpu_ram * row.num_gpus });
        const server = serverTakes(offer, toWireFilters(query, { defaultFilters }));
        const here = fits(offer, query, { defaultFilters }).fits;
        // The server's filter may be looser on memory alone.
        if (here) expect(server).toBe(true);
        if (query.gpuRamGb === undefined) expect(here).toBe(server);
      }),
      { numRuns: 1000 },
    );
  });
});
