import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Client, createClient } from "../../provider/api/client.js";
import { type Clock, systemClock } from "../../provider/clock.js";
import type { OfferQuery } from "../../provider/offer/query.js";
import { fits } from "../../provider/offer/recheck.js";
import { findOffer, searchOffers, type WantedOffer } from "../../provider/offer/search.js";
import { type Simulator, startSimulator } from "../../simulator/index.js";
import { gpuModels } from "../../simulator/market/gpu-models.js";

/** Time that passes only while someone waits, for the client and the simulator alike. */
function virtualClock(): Clock {
  let now = Date.UTC(2026, 10, 21);
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
    pause: async (ms) => {
      now += ms;
    },
    timeLimit: systemClock().timeLimit,
  };
}

describe("searching the simulator's market over HTTP, without a key", () => {
  let simulator: Simulator;
  let client: Client;

  beforeAll(async () => {
    const clock = virtualClock();
    simulator = await startSimulator({ clock, offers: 320 });
    client = createClient({
      apiUrl: simulator.url,
      apiKey: undefined,
      clock,
      missingKey: "no key",
      keySource: undefined,
    });
  });
  afterAll(() => simulator.stop());

  const wish = (changes: Partial<WantedOffer> = {}): WantedOffer => ({
    query: {},
    diskGb: 20,
    rentalType: "on-demand",
    defaultFilters: true,
    most: 500,
    ...changes,
  });

  it("finds every offer that fits, past the 64 of one answer, cheapest first", async () => {
    const query: OfferQuery = { reliability: { gte: 0.9 } };
    const found = await searchOffers(client.offers.search, wish({ query }));
    const perModel: typeof found = [];
    for (const { name } of gpuModels) {
      perModel.push(...(await searchOffers(client.offers.search, wish({ query: { ...query, gpuName: name } }))));
    }
    expect(found.length).toBeGreaterThan(64);
    const ids = (list: typeof found) => list.map(({ offerId }) => offerId).sort();
    expect(ids(found)).toEqual(ids(perModel));
    const prices = found.map(({ dollarsPerHour }) => dollarsPerHour);
    expect(prices).toEqual([...prices].sort((a, b) => a - b));
  });

  it("agrees with the simulator's filters on every kind of key", async () => {
    const query: OfferQuery = {
      gpuRamGb: { gte: 24 },
      computeCapability: { gte: 8 },
      driverVersion: { gte: "550" },
      country: { notin: ["US"] },
      datacenter: false,
      verified: "any",
      cpuArch: "amd64",
      hasAvx: true,
      durationDays: { gte: 3 },
    };
    const all = await searchOffers(client.offers.search, wish({ query: { verified: "any" } }));
    const expected = all.filter(({ offer }) => fits(offer, query, { defaultFilters: true }).fits);
    const found = await searchOffers(client.offers.search, wish({ query }));
    expect(expected.length).toBeGreaterThan(0);
    expect(found.map(({ offerId }) => offerId)).toEqual(expected.map(({ offerId }) => offerId));
  });

  it("finds an offer by its id, at the same price", async () => {
    const [best] = await searchOffers(client.offers.search, wish({ most: 1 }));
    const again = await findOffer(client.offers.search, Number(best?.offerId), { rentalType: "on-demand", diskGb: 20 });
    expect(again?.dollarsPerHour).toBe(best?.dollarsPerHour);
    expect(await findOffer(client.offers.search, 1, { rentalType: "on-demand", diskGb: 20 })).toBeUndefined();
  });
});
