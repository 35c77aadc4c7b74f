import { describe, expect, it } from "vitest";
import { BEGIN, pretend, standingClock } from "./pretend.js";

// 0.36 $/GB/month for 200 GB is 0.1 $/h, and the GPUs cost 0.5 $/h.
const offer = { dph_base: 0.5, min_bid: 0.2, storage_cost: 0.36 };
const disk = 200;

describe("money", () => {
  it("is counted for each stretch at its own price", async () => {
    const { rent, world, call } = await pretend();
    world.settings.bootMinutes = [3, 3];
    world.settings.stopSeconds = 0;
    const id = await rent({ disk }, world.addOffer(offer));
    const billed = () => world.contract(id)?.dollarsBilled;
    const perHour = () => world.contract(id)?.dollarsPerHourNow;

    // Loading is free but for the disk.
    expect(perHour()).toBeCloseTo(0.1, 12);
    world.advance(180);
    expect(billed()).toBeCloseTo(0.1 * 0.05, 12);
    // Running costs everything.
    expect(perHour()).toBeCloseTo(0.6, 12);
    world.advance(3600);
    expect(billed()).toBeCloseTo(0.005 + 0.6, 12);
    // Stopped costs the disk.
    await call("PUT", `/api/v0/instances/${id}/`, { state: "stopped" });
    world.advance(2 * 3600);
    expect(billed()).toBeCloseTo(0.605 + 0.2, 12);
    // Started again: 35 seconds until it runs.
    await call("PUT", `/api/v0/instances/${id}/`, { state: "running" });
    world.advance(3600);
    expect(billed()).toBeCloseTo(0.805 + 0.1 + (0.5 * (3600 - 35)) / 3600, 12);
    // Destroyed costs nothing, and what was spent stays.
    const spent = billed();
    await call("DELETE", `/api/v0/instances/${id}/`, {});
    world.advance(1_000_000);
    expect([billed(), perHour()]).toEqual([spent, 0]);
    expect(world.view()).toMatchObject({ dollarsBilled: spent, billedPerHour: 0 });
  });

  it("does not depend on how often somebody looks", async () => {
    const [watched, left] = [await pretend(), await pretend()];
    for (const { rent, world } of [watched, left]) await rent({ disk }, world.addOffer(offer));
    for (let second = 0; second < 3600; second += 7) {
      watched.world.advance(7);
      watched.world.view();
    }
    left.world.advance(watched.world.now() - BEGIN > 0 ? (watched.world.now() - BEGIN) / 1000 : 0);
    expect(watched.world.view().dollarsBilled).toBeCloseTo(left.world.view().dollarsBilled, 9);
    expect(left.world.view().dollarsBilled).toBeGreaterThan(0.5);
  });

  it("is told by the row: the price now, and the price while running", async () => {
    const { rent, show, world } = await pretend();
    const id = await rent({ disk }, world.addOffer(offer));
    const loading = await show(id);
    expect(loading.instance.totalHour).toBeCloseTo(0.1, 12);
    expect([loading.search.totalHour, loading.dph_total, loading.dph_base]).toEqual([0.6, 0.6, 0.5]);
    world.advance(600);
    expect((await show(id)).instance.totalHour).toBeCloseTo(0.6, 12);
  });

  it("of an interruptible one is its bid", async () => {
    const { rent, show, call, world } = await pretend();
    const id = await rent({ disk, price: 0.3 }, world.addOffer(offer));
    world.advance(600);
    expect(await show(id)).toMatchObject({ is_bid: true, dph_base: 0.3, min_bid: 0.2 });
    await call("PUT", `/api/v0/instances/bid_price/${id}/`, { client_id: "me", price: 0.4 });
    const before = world.contract(id)?.dollarsBilled ?? 0;
    world.advance(3600);
    expect((world.contract(id)?.dollarsBilled ?? 0) - before).toBeCloseTo(0.5, 12);
  });

  it("rises with the price, and only from then on", async () => {
    const { rent, world } = await pretend();
    world.tell({ story: { boots: { afterMinutes: 0 }, priceRises: { afterMinutes: 60, toDollarsPerHour: 2 } } });
    const id = await rent({ disk }, world.addOffer(offer));
    world.advance(2 * 3600);
    expect(world.contract(id)?.dollarsBilled).toBeCloseTo(0.6 + 2.1, 12);
  });

  it("is counted under a clock of somebody's own, when somebody looks", async () => {
    let now = BEGIN;
    const { rent, world } = await pretend({ clock: { ...standingClock, now: () => now } });
    world.tell({ story: { boots: { afterMinutes: 60 } } });
    await rent({ disk }, world.addOffer(offer));
    now += 2 * 3_600_000;
    expect(world.view()).toMatchObject({ now: new Date(now).toISOString(), contracts: [{ actualStatus: "running" }] });
    expect(world.view().dollarsBilled).toBeCloseTo(0.1 + 0.6, 12);
  });

  it("leaves the account, and when it is gone everything stops", async () => {
    const { rent, call, world } = await pretend();
    world.settings.bootMinutes = [3, 3];
    world.settings.stopSeconds = 0;
    world.setCredit(0.305);
    const id = await rent({ disk }, world.addOffer(offer));
    world.advance(180 + 1799);
    expect(world.contract(id)?.curState).toBe("running");
    expect((await call("GET", "/api/v0/users/current/")).body.credit).toBeCloseTo(0.6 / 3600, 9);
    world.advance(2);
    expect(world.contract(id)).toMatchObject({ intendedStatus: "stopped", curState: "stopped" });
    expect(world.contract(id)?.dollarsBilled).toBeCloseTo(0.305 + 0.1 / 3600, 9);
    const start = await call("PUT", `/api/v0/instances/${id}/`, { state: "running" });
    expect([start.status, start.body.error]).toEqual([400, "missing_billing"]);
  });

  it("is each account's own", async () => {
    const { rent, call, world } = await pretend();
    await rent({}, world.addOffer(), "key-a");
    await rent({}, world.addOffer(), "key-b");
    world.advance(3600);
    world.setCredit(1000);
    world.setCredit(5, 2);
    expect((await call("GET", "/api/v0/users/current/", undefined, "key-a")).body.credit).toBeCloseTo(1000, 9);
    expect((await call("GET", "/api/v0/users/current/", undefined, "key-b")).body.credit).toBeCloseTo(5, 9);
    expect(world.contracts().map(({ account }) => account)).toEqual([1, 2]);
  });
});

describe("interruptible contracts", () => {
  it("are outbid by a higher bid and by an on-demand renter, and come back", async () => {
    const { rent, show, world } = await pretend({ offers: 0 });
    const cheap = await rent({ price: 0.3 }, world.addOffer(offer));
    world.advance(600);
    const dear = await rent({ price: 0.4 }, world.offers()[0]?.id);
    expect(await show(cheap)).toMatchObject({
      is_bid: true,
      actual_status: "exited",
      intended_status: "running",
      cur_state: "stopped",
      next_state: "stopped",
    });
    const onDemand = await rent({}, world.offers()[0]?.id);
    expect(world.contract(dear)?.curState).toBe("stopped");
    expect(world.offers()).toEqual([]);
    world.act(onDemand, { do: "destroy" });
    world.advance(600);
    expect([world.contract(dear)?.actualStatus, world.contract(cheap)?.curState]).toEqual(["running", "stopped"]);
  });

  it("win again by a higher bid, which the service finds when none is given", async () => {
    const { rent, call, world } = await pretend({ offers: 0 });
    const first = await rent({ price: 0.3 }, world.addOffer(offer));
    const second = await rent({ price: 0.4 }, world.offers()[0]?.id);
    expect((await call("PUT", `/api/v0/instances/bid_price/${first}/`, { price: null })).body).toEqual({
      success: true,
    });
    world.advance(600);
    expect([world.contract(first)?.actualStatus, world.contract(second)?.curState]).toEqual(["running", "stopped"]);
  });

  it("show what must be beaten, and refuse senseless bids", async () => {
    const { rent, show, call, world } = await pretend({ offers: 0 });
    const id = await rent({ price: 0.3 }, world.addOffer(offer));
    const { body } = await call("POST", "/api/v0/bundles/", { type: "bid" }, null);
    expect(body.offers[0].min_bid).toBeCloseTo(0.301, 9);
    await rent({ price: 0.4 }, body.offers[0].id);
    expect((await show(id)).min_bid).toBeCloseTo(0.401, 9);
    const low = await call("PUT", `/api/v0/instances/bid_price/${id}/`, { price: 0 });
    expect([low.status, low.body]).toEqual([400, { success: false, msg: "Please set a bid price >= 0.001." }]);
    const onDemand = await rent();
    expect((await call("PUT", `/api/v0/instances/bid_price/${onDemand}/`, { price: 1 })).status).toBe(400);
  });
});
