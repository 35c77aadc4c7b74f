import { describe, expect, it } from "vitest";
import { WireOffer } from "../../provider/api/offers.js";
import { type Pretend, pretend } from "./pretend.js";

async function search({ call }: Pretend, query: Record<string, unknown>) {
  const { body } = await call("POST", "/api/v0/bundles/", query, null);
  return WireOffer.array().parse(body.offers);
}

describe("the market", () => {
  it("is the same for the same seed, and another for another", async () => {
    const [one, same, other] = [await pretend({ seed: 7 }), await pretend({ seed: 7 }), await pretend({ seed: 8 })];
    expect(one.world.offers()).toEqual(same.world.offers());
    // Not only the ids.
    const prices = ({ world }: Pretend) => world.offers().map(({ dollarsPerHour }) => dollarsPerHour);
    expect(prices(one)).not.toEqual(prices(other));
  });

  it.each([0, 1, 17, 200])("has as many rows as asked: %i", async (offers) => {
    expect((await pretend({ offers })).world.offers()).toHaveLength(offers);
  });

  it("has the variety of the real one", async () => {
    const { world } = await pretend();
    const offers = world.offers();
    const distinct = (values: readonly unknown[]) => new Set(values).size;
    expect(distinct(offers.map(({ gpuName }) => gpuName))).toBeGreaterThan(15);
    expect(distinct(offers.map(({ geolocation }) => geolocation))).toBeGreaterThan(10);
    expect([...new Set(offers.map(({ numGpus }) => numGpus))].sort()).toEqual([1, 2, 4, 8]);
    expect(new Set(offers.map(({ verification }) => verification))).toEqual(
      new Set(["verified", "unverified", "deverified"]),
    );
    expect(offers.some(({ gpuName }) => gpuName.includes(" "))).toBe(true);
    expect(offers.some(({ minBid, dollarsPerHour }) => minBid > dollarsPerHour)).toBe(true);
    expect(distinct(offers.map(({ machineId }) => machineId))).toBeLessThan(offers.length);
  });

  it("takes the slices away that share a GPU with a rented one, and brings them back", async () => {
    const simulator = await pretend({ offers: 0 });
    const { world, call, rent } = simulator;
    const [whole, half, otherHalf] = [[1, 2], [1], [2]].map((gpus) =>
      world.addOffer({ machine_id: 5, num_gpus: gpus.length, gpu_ids: gpus, dph_base: gpus.length }),
    );
    expect(world.offers().map(({ id }) => id)).toEqual([whole, half]);
    const contract = await rent({}, half);
    expect(world.offers().map(({ id }) => id)).toEqual([otherHalf]);
    await call("DELETE", `/api/v0/instances/${contract}/`, {});
    const ids = world.offers().map(({ id }) => id);
    expect(ids).toHaveLength(2);
    expect(ids).toContain(whole);
    // The slice that was rented is offered again under another id.
    expect(ids).not.toContain(half);
  });

  it("loses what another renter takes, with all that overlaps it, and what a host withdraws", async () => {
    const { world } = await pretend({ offers: 0 });
    world.addOffer({ machine_id: 5, num_gpus: 2, gpu_ids: [1, 2] });
    const half = world.addOffer({ machine_id: 5, gpu_ids: [1] });
    const withdrawn = world.addOffer();
    const left = world.addOffer();
    world.takeOffer(half);
    world.withdrawOffer(withdrawn);
    expect(world.offers().map(({ id }) => id)).toEqual([left]);
    expect(() => world.takeOffer(half)).toThrow(`There is no offer ${half}.`);
  });

  it("folds equal slices of one machine into one row unless told not to", async () => {
    const simulator = await pretend({ offers: 0 });
    for (const gpu of [1, 2, 3]) simulator.world.addOffer({ machine_id: 5, gpu_ids: [gpu] });
    expect(await search(simulator, {})).toHaveLength(1);
    expect(await search(simulator, { disable_bundling: true })).toHaveLength(3);
  });
});

describe("the search", () => {
  it.each([
    [{ gpu_ram: { eq: 24_564 } }, ["b"]],
    [{ gpu_ram: { neq: 24_564 } }, ["a", "c"]],
    [{ dph_base: { gt: 1 } }, ["b", "c"]],
    [{ dph_base: { gte: 1 } }, ["a", "b", "c"]],
    [{ dph_base: { lt: 3, gt: 1 } }, ["b"]],
    [{ dph_base: { lte: "2" } }, ["a", "b"]],
    [{ gpu_name: { in: ["RTX 3090", "H100 SXM"] } }, ["a", "c"]],
    [{ gpu_name: { notin: ["RTX 3090"] } }, ["b", "c"]],
    [{ gpu_name: { eq: "RTX_3090" } }, []],
    [{ verified: { eq: true } }, ["a", "c"]],
    [{ verified: { eq: "false" } }, ["b"]],
    [{ verification: { eq: "deverified" } }, ["b"]],
    [{ datacenter: { eq: true } }, ["c"]],
    [{ external: { eq: false } }, ["a", "b", "c"]],
    [{ rented: { eq: false } }, ["a", "b", "c"]],
    [{ geolocation: { eq: "US" } }, ["b"]],
    [{ geolocation: { in: ["SE", "JP"] } }, ["a", "c"]],
    [{ driver_version: { gte: 535_086_005 } }, ["a", "b"]],
    [{ driver_version: { lt: 535_086_005 } }, ["c"]],
    [{ machine_id: { eq: 71 } }, ["a"]],
    [{ id: { eq: 45_000_001 } }, []],
    [{ id: { neq: 1 } }, []],
  ])("understands %j", async (filter, machines) => {
    const simulator = await pretend({ offers: 0 });
    simulator.world.replaceOffers([
      {
        machine_id: 71,
        mobo_name: "a",
        gpu_name: "RTX 3090",
        dph_base: 1,
        geolocation: "Sweden, SE",
        driver_version: "535.86.05",
      },
      { mobo_name: "b", gpu_name: "RTX 4090", dph_base: 2, geolocation: "Texas, US", verification: "deverified" },
      {
        mobo_name: "c",
        gpu_name: "H100 SXM",
        dph_base: 3,
        geolocation: "Japan, JP",
        hosting_type: 1,
        driver_version: "535.54.03",
      },
    ]);
    const found = await search(simulator, { ...filter, order: [["mobo_name", "asc"]] });
    expect(found.map(({ mobo_name }) => mobo_name)).toEqual(machines);
  });

  it("orders by several columns", async () => {
    const simulator = await pretend();
    const found = await search(simulator, {
      order: [
        ["num_gpus", "desc"],
        ["dph_total", "asc"],
      ],
    });
    const sorted = found.toSorted((a, b) => (b.num_gpus ?? 0) - (a.num_gpus ?? 0) || a.dph_total - b.dph_total);
    expect(found).toEqual(sorted);
    expect(found[0]?.num_gpus).toBe(8);
  });

  it("answers at most 64 rows", async () => {
    const simulator = await pretend();
    expect(await search(simulator, { limit: 1000 })).toHaveLength(64);
    expect(await search(simulator, {})).toHaveLength(64);
    expect(await search(simulator, { limit: 3 })).toHaveLength(3);
  });

  it("counts 8 GB of disk into the price when nothing is said", async () => {
    const simulator = await pretend({ offers: 0 });
    simulator.world.addOffer({ dph_base: 0.4, storage_cost: 0.36 });
    const [usual] = await search(simulator, {});
    const [large] = await search(simulator, { allocated_storage: 100 });
    expect(usual?.dph_total).toBeCloseTo(0.4 + (0.36 * 8) / 720, 12);
    expect(large?.dph_total).toBeCloseTo(0.4 + (0.36 * 100) / 720, 12);
    expect(large).toMatchObject({
      is_bid: false,
      dph_base: 0.4,
      instance: { totalHour: 0.05 },
      search: { gpuCostPerHour: 0.4 },
    });
  });

  it("prices bids by the minimum bid and reservations with a discount", async () => {
    const simulator = await pretend({ offers: 0 });
    simulator.world.addOffer({ dph_base: 0.4, min_bid: 0.1, reserved_discount: 0.25, storage_cost: 0 });
    expect((await search(simulator, { type: "bid" }))[0]).toMatchObject({
      is_bid: true,
      dph_base: 0.1,
      dph_total: 0.1,
    });
    const [reserved] = await search(simulator, { type: "reserved" });
    expect(reserved).toMatchObject({ discount_rate: 0.25, dph_total: 0.4 });
    expect(reserved?.discounted_dph_total).toBeCloseTo(0.3, 12);
    expect((await search(simulator, { type: "ondemand" }))[0]).toMatchObject({ is_bid: false, dph_base: 0.4 });
  });

  it.each([
    ["no JSON", "{"],
    ["an unknown operator", { gpu_ram: { nin: [1] } }],
    ["an unknown field", { gpu_rum: { eq: 1 } }],
    ["a filter that is none", { gpu_ram: 24_000 }],
    ["an unknown order", { order: [["nonsense", "asc"]] }],
    ["an unknown type", { type: "spot" }],
  ])("refuses %s", async (_what, query) => {
    const { call } = await pretend();
    const { status, body } = await call("POST", "/api/v0/bundles/", query, null);
    expect([status, body]).toEqual([400, { error: "invalid_request", msg: "Invalid json body" }]);
  });

  it("tells each name of its cards once, without a key", async () => {
    const { world, call } = await pretend({ offers: 0 });
    for (const gpu_name of ["RTX 4090", "A10", "RTX 4090"]) world.addOffer({ gpu_name });
    const { status, body } = await call("GET", "/api/v0/gpu_names/unique/", undefined, null);
    expect({ status, body }).toEqual({ status: 200, body: { gpu_names: ["RTX 4090", "A10"] } });
  });

  it("comes in two more forms", async () => {
    const simulator = await pretend();
    const q = { gpu_name: { eq: "RTX 4090" }, limit: 2 };
    const found = await search(simulator, q);
    const byGet = await simulator.call(
      "GET",
      `/api/v0/bundles/?q=${encodeURIComponent(JSON.stringify(q))}`,
      undefined,
      null,
    );
    const byPut = await simulator.call("PUT", "/api/v0/search/asks/", { select_cols: ["*"], q });
    expect(WireOffer.array().parse(byGet.body.offers)).toEqual(found);
    expect(WireOffer.array().parse(byPut.body.offers)).toEqual(found);
    expect(byPut.body.truncated).toBe(true);
    expect(byGet.body).not.toHaveProperty("truncated");
  });
});
