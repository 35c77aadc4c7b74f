import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type VolumesApi, WireVolumeOffer } from "../../provider/api/volumes.js";
import { rankRoom, searchVolumeOffers } from "../../provider/offer/volume-search.js";

type Body = Parameters<VolumesApi["search"]>[0];
const row = (id: number, more: object = {}) =>
  WireVolumeOffer.parse({
    id,
    machine_id: id,
    disk_space: 100,
    storage_cost: 0.1,
    verification: "verified",
    external: null,
    reliability2: 0.99,
    geolocation: "Berlin, DE",
    ...more,
  });
/** A server that answers these rows whatever is asked, and remembers what was. */
function server(...pages: WireVolumeOffer[][]) {
  const bodies: Body[] = [];
  const search: VolumesApi["search"] = async (body) => {
    bodies.push(structuredClone(body));
    return pages[bodies.length - 1] ?? [];
  };
  return { bodies, search };
}
const wanted = { query: {}, sizeGb: 50, defaultFilters: true };
const ids = (found: { offerId: number }[]) => found.map(({ offerId }) => offerId);

describe("the search for room", () => {
  it("asks in Vast's names and units", async () => {
    const { bodies, search } = server([]);
    const query = {
      country: "DE",
      durationDays: { gte: 2 },
      driverVersion: { gte: "535.86.05" },
      cudaVersion: { gte: 12.4 },
      osVersion: "22.04",
      reliability: { gte: 0.9 },
      verified: "any" as const,
    };
    await searchVolumeOffers(search, { ...wanted, query, maxDollarsPerMonth: 5 });
    expect(bodies).toEqual([
      {
        filters: {
          external: { eq: false },
          geolocation: { eq: "DE" },
          duration: { gte: 172_800 },
          driver_version: { gte: 535_086_005 },
          cuda_vers: { gte: 12.4 },
          ubuntu_version: { eq: "22.04" },
          reliability: { gte: 0.9 },
          disk_space: { gte: 50 },
          storage_cost: { lte: expect.closeTo(0.1, 6) },
        },
        order: [["storage_cost", "asc"]],
        limit: 64,
        allocatedStorageGb: 50,
      },
    ]);
  });

  it.each([
    ["room", { disk_space: 49 }, {}],
    ["price", { storage_cost: 0.2 }, {}],
    ["verification", { verification: "unverified" }, {}],
    ["market", { external: true }, {}],
    ["country", { geolocation: "Texas, US" }, { country: "DE" }],
    ["reliability", { reliability2: 0.5 }, { reliability: { gte: 0.9 } }],
    ["a value that is not told", { disk_bw: undefined }, { diskBandwidthMBps: { gte: 100 } }],
  ])("checks %s again", async (_, more, query) => {
    const { search } = server([row(1, more), row(2, { disk_bw: 500 })]);
    expect(ids(await searchVolumeOffers(search, { ...wanted, query, maxDollarsPerMonth: 6 }))).toEqual([2]);
  });

  it("takes on trust what no row of volumes tells, and checks it where it is told", async () => {
    const { search } = server([row(1), row(2, { hosting_type: 0 }), row(3, { hosting_type: 1 })]);
    expect(ids(await searchVolumeOffers(search, { ...wanted, query: { datacenter: true } }))).toEqual([1, 3]);
  });

  it("goes on at the dearest price while nothing of a full page fits", async () => {
    const unfit = Array.from({ length: 64 }, (_, i) =>
      row(i + 1, { verification: "unverified", storage_cost: 0.1 + i / 1000 }),
    );
    const { bodies, search } = server(unfit, [row(99, { storage_cost: 0.2 })]);
    expect(ids(await searchVolumeOffers(search, wanted))).toEqual([99]);
    expect(bodies[1]?.filters.storage_cost).toEqual({ gte: expect.closeTo(0.163, 6) });
  });

  it("ranks the same offers alike, however they came", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 50 })),
        fc.func(fc.integer({ min: 0, max: 3 })),
        (all, priceOf) => {
          const candidates = all.map((offerId) => ({
            offerId,
            machineId: offerId,
            hostId: null,
            dollarsPerHour: priceOf(offerId),
            offer: row(offerId),
          }));
          const ranked = rankRoom(candidates);
          expect(ids(rankRoom([...candidates].reverse()))).toEqual(ids(ranked));
          for (const [i, candidate] of ranked.entries())
            expect(candidate.dollarsPerHour).toBeGreaterThanOrEqual(ranked[i - 1]?.dollarsPerHour ?? 0);
        },
      ),
    );
  });
});
