import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WireOffer } from "../../provider/api/offers.js";
import { type OfferCandidate, OrderBy, rank, toWireOrder } from "../../provider/offer/rank.js";
import { anOffer } from "./market.js";

function aCandidate(offerId: number, dollarsPerHour: number, changes: Partial<WireOffer> = {}): OfferCandidate {
  const offer = anOffer({ id: offerId, ...changes });
  return { offerId, machineId: 1, hostId: 1, dollarsPerHour, dollarsPerHourStopped: 0, offer };
}
const idsOf = (candidates: readonly OfferCandidate[]) => candidates.map(({ offerId }) => offerId);

describe("ranking", () => {
  it("puts the cheapest first, then the more reliable, then the lower id", () => {
    const candidates = [
      aCandidate(4, 0.3, { reliability: 0.9 }),
      aCandidate(3, 0.3, { reliability: 0.99 }),
      aCandidate(2, 0.3, { reliability: 0.99 }),
      aCandidate(1, 0.4, { reliability: 1 }),
    ];
    expect(idsOf(rank(candidates))).toEqual([2, 3, 4, 1]);
  });

  it("goes by the price with the wanted disk, not by the server's", () => {
    expect(idsOf(rank([aCandidate(1, 0.5, { dph_total: 0.1 }), aCandidate(2, 0.4, { dph_total: 0.2 })]))).toEqual([
      2, 1,
    ]);
  });

  it("goes by the given keys first, the most important one leading", () => {
    const orderBy: OrderBy = [
      { field: "staticIp", direction: "desc" },
      { field: "dlperf", direction: "desc" },
    ];
    const candidates = [
      aCandidate(1, 0.1, { static_ip: false, dlperf: 300 }),
      aCandidate(2, 0.3, { static_ip: true, dlperf: 100 }),
      aCandidate(3, 0.3, { static_ip: true, dlperf: 200 }),
      aCandidate(4, 0.2, { static_ip: true, dlperf: 200 }),
    ];
    expect(idsOf(rank(candidates, orderBy))).toEqual([4, 3, 2, 1]);
  });

  it.each(["asc", "desc"] as const)("puts offers that don't tell last (%s)", (direction) => {
    const candidates = [aCandidate(1, 0.1, { dlperf: null }), aCandidate(2, 0.2, { dlperf: 5 })];
    expect(idsOf(rank(candidates, [{ field: "dlperf", direction }]))).toEqual([2, 1]);
  });

  it("comes out the same however the offers went in", () => {
    const candidate = fc
      .tuple(fc.integer({ min: 1, max: 50 }), fc.constantFrom(0.1, 0.2), fc.constantFrom(0.9, 0.99, null))
      .map(([id, price, reliability]) => aCandidate(id, price, { reliability }));
    const lists = fc.uniqueArray(candidate, { selector: ({ offerId }) => offerId, maxLength: 12 });
    const withShuffle = lists.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(withShuffle, ([list, shuffled]) => {
        expect(idsOf(rank(shuffled))).toEqual(idsOf(rank(list)));
      }),
    );
  });

  it("is asked of the server in Vast's words", () => {
    const orderBy: OrderBy = [
      { field: "tflopsPerDollar", direction: "desc" },
      { field: "dollarsPerHour", direction: "asc" },
    ];
    expect(toWireOrder(undefined, "by the offer")).toEqual([["dph_total", "asc"]]);
    expect(toWireOrder([], "by our bid")).toEqual([["storage_cost", "asc"]]);
    expect(toWireOrder(orderBy, "by the offer")).toEqual([
      ["flops_per_dphtotal", "desc"],
      ["dph_total", "asc"],
    ]);
  });

  it("refuses what has no order, and names the nearest key that has", () => {
    const wrong = (orderBy: unknown) =>
      OrderBy.safeParse(orderBy)
        .error?.issues.map(({ message }) => message)
        .join(" ");
    expect(wrong([{ field: "gpuName", direction: "asc" }])).toContain(
      '"gpuName" is not a key that offers can be sorted by',
    );
    expect(wrong([{ field: "dollarPerHour", direction: "asc" }])).toContain('Did you mean "dollarsPerHour"?');
    expect(wrong([{ field: "reliability" }])).toContain('"asc" (lowest first) or "desc"');
    expect(wrong([{ field: "reliability", direction: "desc" }])).toBeUndefined();
    expect(wrong([{ field: "staticIp", direction: "asc" }])).toBeUndefined();
  });
});
