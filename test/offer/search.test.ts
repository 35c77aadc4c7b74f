import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WireOffer } from "../../provider/api/offers.js";
import { MOST_PAGES } from "../../provider/offer/paging.js";
import type { OrderBy } from "../../provider/offer/rank.js";
import { findOffer, searchOffers, type WantedOffer } from "../../provider/offer/search.js";
import { anOffer, pretendMarket, recordedOffers } from "./market.js";

const wish = (changes: Partial<WantedOffer> = {}): WantedOffer => ({
  query: {},
  diskGb: 8,
  rentalType: "on-demand",
  defaultFilters: true,
  ...changes,
});

/** Offers with these prices and a free disk, ids from 1 upwards. */
function offersAt(...prices: number[]): WireOffer[] {
  return prices.map((price, index) => anOffer({ id: index + 1, dph_base: price, storage_cost: 0, dph_total: price }));
}

describe("searching offers", () => {
  it("finds recorded offers at their prices with the wanted disk", async () => {
    const { search, bodies } = pretendMarket(recordedOffers("search-asks"));
    const [best] = await searchOffers(search, wish({ diskGb: 100, query: { country: "KR" } }));
    expect(best).toMatchObject({ offerId: 44077682, machineId: 10004, hostId: 50004 });
    expect(best?.dollarsPerHour).toBeCloseTo(0.4 + 100 / 3 / 720, 12);
    expect(best?.dollarsPerHourStopped).toBeCloseTo(100 / 3 / 720, 12);
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).toMatchObject({ type: "on-demand", allocatedStorageGb: 100, order: [["dph_total", "asc"]] });
    expect(bodies[0]?.filters).toMatchObject({ disk_space: { gte: 100 }, geolocation: { eq: "KR" } });
  });

  it("picks by the price with the disk: a dear disk can outweigh a cheap card", async () => {
    const cheapCard = anOffer({ id: 1, dph_base: 0.2, storage_cost: 0.4 });
    const cheapDisk = anOffer({ id: 2, dph_base: 0.3, storage_cost: 0.1 });
    const { search } = pretendMarket([cheapCard, cheapDisk]);
    const idsFor = async (diskGb: number) =>
      (await searchOffers(search, wish({ diskGb }))).map(({ offerId }) => offerId);
    expect(await idsFor(10)).toEqual([1, 2]);
    expect(await idsFor(500)).toEqual([2, 1]);
  });

  it("checks everything again when the server overlooks the filters", async () => {
    const offers = [
      anOffer({ id: 1, reliability: 0.9 }),
      anOffer({ id: 2, disk_space: 50 }),
      anOffer({ id: 3, dph_base: 2 }),
      anOffer({ id: 4, verification: "unverified" }),
      anOffer({ id: 5, disk_space: undefined }),
      anOffer({ id: 6 }),
    ];
    const { search } = pretendMarket(offers, { filters: false });
    const wanted = wish({ query: { reliability: { gte: 0.99 } }, diskGb: 100, maxDollarsPerHour: 1 });
    expect((await searchOffers(search, wanted)).map(({ offerId }) => offerId)).toEqual([6]);
  });

  it("holds the cap against the price with the disk", async () => {
    const { search } = pretendMarket([anOffer({ dph_base: 0.4, storage_cost: 0.36 })]);
    expect(await searchOffers(search, wish({ diskGb: 100, maxDollarsPerHour: 0.45 }))).toHaveLength(1);
    expect(await searchOffers(search, wish({ diskGb: 100, maxDollarsPerHour: 0.4499 }))).toHaveLength(0);
  });

  it("keeps the query's own bounds beside the disk and the cap", async () => {
    const { search, bodies } = pretendMarket([]);
    const query = { diskSpaceGb: { gte: 500 }, dollarsPerHour: { lte: 0.3, gte: 0.1 } };
    await searchOffers(search, wish({ query, diskGb: 100, maxDollarsPerHour: 0.45 }));
    expect(bodies[0]?.filters).toMatchObject({ disk_space: { gte: 500 }, dph_total: { gte: 0.1, lte: 0.3 } });
  });

  it("finds 32 where no number is given", async () => {
    const { search } = pretendMarket(offersAt(...Array.from({ length: 60 }, (_, index) => 0.2 + index / 1000)));
    expect(await searchOffers(search, wish())).toHaveLength(32);
  });

  it("rents by the id of the ask, or by the id of the row where there is no other", async () => {
    const { search } = pretendMarket([
      anOffer({ id: 1, ask_contract_id: 7 }),
      anOffer({ id: 2, ask_contract_id: null }),
    ]);
    expect((await searchOffers(search, wish())).map(({ offerId }) => offerId)).toEqual([2, 7]);
  });

  it("sets aside offers that don't tell their price", async () => {
    const offer = anOffer({ storage_cost: null, storage_total_cost: null, search: null });
    expect(await searchOffers(async () => [offer], wish())).toEqual([]);
  });

  it("stops with the reason when it is cancelled between two pages", async () => {
    const controller = new AbortController();
    const { search, bodies } = pretendMarket(offersAt(...Array.from({ length: 200 }, () => 0.4)));
    const cancelling: typeof search = async (body, signal) => {
      const answer = await search(body, signal);
      controller.abort(new Error("enough"));
      return answer;
    };
    await expect(searchOffers(cancelling, wish({ most: 100 }), controller.signal)).rejects.toThrow("enough");
    expect(bodies).toHaveLength(1);
  });
});

describe("searching for a bid", () => {
  const offers = [
    anOffer({ id: 1, min_bid: 0.1, storage_cost: 0.3 }),
    anOffer({ id: 2, min_bid: 0.2, storage_cost: 0.1 }),
    anOffer({ id: 3, min_bid: 0.5, storage_cost: 0.1 }),
    anOffer({ id: 4, min_bid: null, storage_cost: 0.1 }),
  ];

  it("drops offers whose least bid is above ours, or not told", async () => {
    const { search } = pretendMarket(offers, { filters: false });
    const found = await searchOffers(search, wish({ rentalType: "interruptible", bidDollarsPerHour: 0.3, diskGb: 72 }));
    // Our bid is the same everywhere, so the cheaper disk decides.
    expect(found.map(({ offerId }) => offerId)).toEqual([2, 1]);
    expect(found[0]?.dollarsPerHour).toBeCloseTo(0.31, 12);
  });

  it("asks for bid prices, and bounds nothing by the server's idea of our price", async () => {
    const { search, bodies } = pretendMarket(offers);
    const query = { dollarsPerHour: { gte: 0.3 } };
    const found = await searchOffers(search, wish({ query, rentalType: "interruptible", bidDollarsPerHour: 0.3 }));
    expect(found).toHaveLength(2);
    expect(bodies[0]).toMatchObject({ type: "bid", filters: { min_bid: { lte: 0.3 } } });
    expect(bodies[0]?.filters).not.toHaveProperty("dph_total");
  });

  it("goes by the least bid when none is given", async () => {
    const { search } = pretendMarket(offers);
    const found = await searchOffers(search, wish({ rentalType: "interruptible" }));
    expect(found.map(({ offerId }) => offerId)).toEqual([1, 2, 3]);
  });
});

describe("paging past the 64 offers of one answer", () => {
  it("asks once when one page settles it", async () => {
    const { search, bodies } = pretendMarket(
      offersAt(...Array.from({ length: 200 }, (_, index) => 0.2 + index / 1000)),
    );
    const found = await searchOffers(search, wish({ most: 10 }));
    expect(found.map(({ offerId }) => offerId)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(bodies).toHaveLength(1);
  });

  it.each([
    [63, 1],
    [64, 2],
  ])("asks for a second page only when it could hold a tie with the last of %d", async (most, pages) => {
    const { search, bodies } = pretendMarket(
      offersAt(...Array.from({ length: 200 }, (_, index) => 0.2 + index / 1000)),
    );
    expect(await searchOffers(search, wish({ most }))).toHaveLength(most);
    expect(bodies).toHaveLength(pages);
  });

  it("goes on while candidates are too few", async () => {
    const offers = offersAt(...Array.from({ length: 200 }, (_, index) => 0.2 + index / 1000)).map((offer, index) => ({
      ...offer,
      reliability: index < 150 ? 0.9 : 0.999,
    }));
    const { search, bodies } = pretendMarket(offers, { filters: false });
    // A server that overlooks the filter on reliability, and minds the one on prices.
    const overlooking: typeof search = async (body, signal) => {
      const { filters } = body;
      const all = await pretendMarket(offers).search(
        { ...body, filters: { dph_total: filters.dph_total ?? {} } },
        signal,
      );
      await search(body);
      return all;
    };
    const found = await searchOffers(overlooking, wish({ query: { reliability: { gte: 0.99 } }, most: 5 }));
    expect(found.map(({ offerId }) => offerId)).toEqual([151, 152, 153, 154, 155]);
    expect(bodies.length).toBe(3);
  });

  it("finds every one of many offers at one price", async () => {
    const { search } = pretendMarket(offersAt(...Array.from({ length: 150 }, () => 0.4), 0.5, 0.6));
    const found = await searchOffers(search, wish({ most: 200 }));
    expect(new Set(found.map(({ offerId }) => offerId)).size).toBe(152);
  });

  it("ends when a server overlooks every filter", async () => {
    const { search, bodies } = pretendMarket(offersAt(...Array.from({ length: 150 }, () => 0.4)), { filters: false });
    expect(await searchOffers(search, wish({ most: 200 }))).toHaveLength(64);
    expect(bodies.length).toBe(2);
  });

  it("asks for no more pages than it may", async () => {
    const { search, bodies } = pretendMarket(offersAt(...Array.from({ length: 900 }, (_, index) => index / 1000)));
    const found = await searchOffers(search, wish({ most: 900 }));
    expect(bodies).toHaveLength(MOST_PAGES);
    expect(bodies.filter(({ filters }) => "ask_contract_id" in filters)).toEqual([]);
    expect(found.length).toBeGreaterThan(64 * (MOST_PAGES - 1));
  });

  it("asks once for another order when the answer stands in it", async () => {
    const offers = offersAt(...Array.from({ length: 200 }, (_, index) => 0.2 + index / 1000));
    const fast = offers.map((offer, index) => ({ ...offer, dlperf: index }));
    const { search, bodies } = pretendMarket(fast);
    const found = await searchOffers(search, wish({ most: 3, orderBy: [{ field: "dlperf", direction: "desc" }] }));
    expect(found.map(({ offerId }) => offerId)).toEqual([200, 199, 198]);
    expect(bodies.map(({ order }) => order)).toEqual([[["dlperf", "desc"]]]);
  });

  it("looks at the whole market when a server overlooks the order asked for", async () => {
    const offers = offersAt(...Array.from({ length: 200 }, (_, index) => 0.2 + index / 1000));
    const fast = offers.map((offer, index) => ({ ...offer, dlperf: (index * 7919) % 200 }));
    const { search } = pretendMarket(fast);
    const byPriceAlone: typeof search = (body, signal) => search({ ...body, order: [["dph_total", "asc"]] }, signal);
    const [best] = await searchOffers(
      byPriceAlone,
      wish({ most: 1, orderBy: [{ field: "dlperf", direction: "desc" }] }),
    );
    expect(best?.offer.dlperf).toBe(199);
  });

  it("finds what one endless page would have shown, for any market, order and number", async () => {
    const offers = fc
      .array(fc.record({ price: fc.integer({ min: 1, max: 60 }), reliability: fc.constantFrom(0.9, 0.95, 0.99) }), {
        minLength: 60,
        maxLength: 300,
        size: "max",
      })
      .map((rows) =>
        rows.map(({ price, reliability }, index) =>
          anOffer({ id: 1000 - index, dph_base: price / 30, storage_cost: (price % 7) / 10, reliability }),
        ),
      );
    const orders = fc.constantFrom<OrderBy | undefined>(
      undefined,
      [{ field: "reliability", direction: "desc" }],
      [{ field: "dollarsPerHour", direction: "desc" }],
    );
    await fc.assert(
      fc.asyncProperty(offers, orders, fc.integer({ min: 1, max: 400 }), async (market, orderBy, most) => {
        const wanted = wish({ most, orderBy, diskGb: 30 });
        const paged = await searchOffers(pretendMarket(market).search, wanted);
        const endless = await searchOffers(async (body) => endlessPage(market, body.allocatedStorageGb), {
          ...wanted,
          most: 1000,
        });
        expect(paged.map(({ offerId }) => offerId)).toEqual(endless.slice(0, most).map(({ offerId }) => offerId));
      }),
      { numRuns: 40 },
    );
  });

  /** Everything at once: repeated when asked again, which ends the paging. */
  function endlessPage(market: readonly WireOffer[], diskGb: number): WireOffer[] {
    return market.map((offer) => {
      const disk = (Number(offer.storage_cost) * diskGb) / 720;
      return { ...offer, dph_total: Number(offer.dph_base) + disk };
    });
  }
});

describe("finding one offer by its id", () => {
  it("asks by the contract id of the ask, without any other filter", async () => {
    const { search, bodies } = pretendMarket(offersAt(0.3, 0.4, 0.5));
    const found = await findOffer(search, 2, { rentalType: "on-demand", diskGb: 10 });
    expect(found).toMatchObject({ offerId: 2, dollarsPerHour: 0.4 });
    expect(bodies[0]?.filters).toEqual({ ask_contract_id: { eq: 2 } });
  });

  it("finds nothing when the offer is gone, whatever the server answers", async () => {
    const { search } = pretendMarket(offersAt(0.3, 0.4), { filters: false });
    expect(await findOffer(search, 99, { rentalType: "on-demand", diskGb: 10 })).toBeUndefined();
    const none = async () => recordedOffers("bundles-search-empty");
    expect(await findOffer(none, 99, { rentalType: "on-demand", diskGb: 10 })).toBeUndefined();
  });
});
