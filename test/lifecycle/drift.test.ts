import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { winningBid } from "../../provider/resources/instance/drift.js";
import type { Story } from "../../simulator/stories.js";
import { anInstance, HANDLER, type ProviderProcess, type TestWorld, testWorld } from "../support/harness.js";

let t: TestWorld;
let process: ProviderProcess;
beforeEach(async () => {
  t = await testWorld();
  process = t.process();
});
afterEach(() => t.stop());

/** An instance with a fate, refreshed when it has come true; what a preview would then say. */
async function afterStory(story: Story, program: Bag, hours = 1) {
  t.world.tell({ times: 1, story });
  const { id, outs } = await process.up(program);
  await t.clock.sleep(hours * 3_600_000);
  process.lines.length = 0;
  const { props = {} } = await process.instance.read(id, outs);
  const { inputs } = await process.instance.check(props, program);
  const news: Bag = { ...inputs, __provider: HANDLER };
  const diff = await process.instance.diff(id, props, news);
  const warnings = process.lines.filter(({ kind }) => kind === "warning").map(({ text }) => text);
  return { id, props, news, diff, warnings };
}

const bid = (inputs: Bag = {}) => anInstance({ bidDollarsPerHour: 0.2, ...inputs });

describe("a refresh tells in words what happened outside", () => {
  it.each<[string, Story, Bag, RegExp]>([
    [
      "outbid",
      { outbid: { afterMinutes: 30 } },
      bid(),
      /was outbid: .* Its data is kept\. Its disk is billed on, .* Raise `bidDollarsPerHour`/,
    ],
    [
      "exited",
      { entrypointExits: { afterMinutes: 20 } },
      anInstance(),
      /ended by itself: .* The GPU is billed on, 0\.30\d \$\/h/,
    ],
    [
      "offline",
      { hostGoesOffline: { afterMinutes: 20 } },
      anInstance(),
      /does not answer: its host is offline\. It is not gone/,
    ],
    [
      "priceRaised",
      { priceRises: { afterMinutes: 20, toDollarsPerHour: 0.7 } },
      anInstance(),
      /became dearer: 0\.70\d \$\/h instead of 0\.30\d \$\/h/,
    ],
    [
      "priceIncreasePending",
      { priceIncreaseProposed: { afterMinutes: 20, toDollarsPerHour: 0.7 } },
      anInstance(),
      /is to become dearer: its host asks for 0\.7 instead of 0\.3 \$\/h per GPU from \d{4}-.*Z on\. Until you agree it runs at the old price/,
    ],
  ])("%s, and leaves the instance alone", async (name, story, program, words) => {
    const { props, diff, warnings } = await afterStory(story, program);
    expect(props.drift).toEqual([name]);
    expect(warnings).toEqual([expect.stringMatching(words)]);
    expect(diff).toEqual({ changes: false, replaces: [] });
    expect(t.world.billedContracts()).toHaveLength(1);
  });

  it("a proposed price also while Vast does not tell, and forgets it when it is withdrawn", async () => {
    const story = { priceIncreaseProposed: { afterMinutes: 20, toDollarsPerHour: 0.7 } };
    const { id, props } = await afterStory(story, anInstance());
    const refreshed = async () => (await process.instance.read(id, props)).props?.drift;
    t.simulator.faults.add({ on: "GET /api/v0/instances/pending-price-increases/", then: "not-json", times: "always" });
    expect(await refreshed()).toEqual(["priceIncreasePending"]);
    t.simulator.faults.clear();
    expect(await refreshed()).toEqual(["priceIncreasePending"]);

    const { rows } = await process.account.client.priceIncreases.list();
    await fetch(`${t.simulator.url}/api/v0/instances/reject-price-increase/`, {
      method: "PUT",
      headers: { authorization: "Bearer key-a" },
      body: JSON.stringify({ pending_price_increase_id: rows[0]?.pending_price_increase_id }),
    });
    expect(await refreshed()).toBeUndefined();
  });

  it("a start that waits for its GPU, refresh after refresh, and the next up waits for it", async () => {
    const { id, outs } = await process.up(anInstance());
    t.world.act(Number(id), { do: "stop" });
    await t.clock.sleep(60_000);
    t.world.takeGpusOf(Number(id));
    await process.account.client.instances.setState(Number(id), "running");
    const planned = async (props: Bag, program: Bag) => {
      const { inputs } = await process.instance.check(props, program);
      return { news: { ...inputs, __provider: HANDLER }, diff: await process.instance.diff(id, props, { ...inputs }) };
    };
    let props: Bag = outs;
    for (let refreshes = 0; refreshes < 2; refreshes += 1) {
      props = (await process.instance.read(id, props)).props ?? {};
      expect(props.drift).toEqual(["startQueued"]);
    }
    expect(process.lines.at(-1)?.text).toMatch(/waits for its GPU, .* Its disk is billed on/);
    expect((await planned(props, anInstance({ onDrift: { startQueued: "ignore" } }))).diff.replaces).toEqual([]);
    expect((await planned(props, anInstance({ onDrift: { startQueued: "replace" } }))).diff.replaces).toEqual([
      "onDrift",
    ]);

    const { diff, news } = await planned(props, anInstance());
    expect(diff).toEqual({ changes: true, replaces: [] });
    const update = process.instance.update(id, props, news);
    await t.clock.sleep(120_000);
    t.world.freeGpusOf(Number(id));
    const updated = (await update).outs;
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(id), actualStatus: "running" }]);
    expect(updated).not.toHaveProperty("drift");

    // Wanted to be stopped, it is stopped: a start that somebody queued would come some day.
    const stopping = await planned(props, anInstance({ targetState: "stopped" }));
    expect(stopping.diff).toEqual({ changes: true, replaces: [] });
  });

  it("nothing when all is well", async () => {
    const { props, warnings } = await afterStory({}, anInstance());
    expect(props).not.toHaveProperty("drift");
    expect(warnings).toEqual([]);
  });

  it("and forgets it when it is over", async () => {
    const { id, props } = await afterStory({ hostGoesOffline: { afterMinutes: 20, forMinutes: 60 } }, anInstance());
    expect(props.drift).toEqual(["offline"]);
    await t.clock.sleep(3_600_000);
    expect((await process.instance.read(id, props)).props).not.toHaveProperty("drift");
  });
});

describe("the next up does what onDrift says", () => {
  it("restarts a container that ended", async () => {
    const program = anInstance({ onDrift: { exited: "restart" } });
    const { id, props, news, diff } = await afterStory({ entrypointExits: { afterMinutes: 20 } }, program);
    expect(diff).toEqual({ changes: true, replaces: [] });
    const { outs } = await process.instance.update(id, props, news);
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(id), actualStatus: "running" }]);
    expect(outs).not.toHaveProperty("drift");
  });

  const raising = (inputs: Bag = {}) => bid({ onDrift: { outbid: "raiseBid", maxBidDollarsPerHour: 2 }, ...inputs });
  const bids = () => t.world.view().requests.filter(({ path }) => path.includes("bid_price"));
  const status = () => t.world.billedContracts()[0]?.actualStatus;

  it("does not raise the bid above the cap", async () => {
    const onDrift = { outbid: "raiseBid", maxBidDollarsPerHour: 0.25 };
    const { id, props, news } = await afterStory({ outbid: { afterMinutes: 30 } }, bid({ onDrift }));
    process.lines.length = 0;
    await process.instance.update(id, props, news);
    expect(bids()).toEqual([]);
    expect(process.lines.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/stays outbid: .* 0\.250 \$\/h/),
    );
  });

  it("raises the bid until the instance runs again, and leaves it there", async () => {
    const { id, props, news, diff } = await afterStory({ outbid: { afterMinutes: 30 } }, raising());
    expect(diff).toEqual({ changes: true, replaces: [] });
    const { outs } = await process.instance.update(id, props, news);
    await t.clock.sleep(600_000);
    expect(status()).toBe("running");

    // Somebody bids 0.30 $/h; the raised bid lies 5 % above the least that beats it.
    const refreshed = (await process.instance.read(id, { ...outs, __provider: HANDLER })).props ?? {};
    expect(refreshed).not.toHaveProperty("drift");
    expect(refreshed.dollarsPerHour).toBeCloseTo(0.301 * 1.05 + 0.002, 2);
    expect(await process.instance.diff(id, refreshed, news)).toEqual({ changes: false, replaces: [] });
    expect(bids()).toHaveLength(1);
  });

  it("never lowers the bid to raise it, also when Vast names a lower one as the least", () => {
    const wanted = { onDrift: { outbid: "raiseBid", maxBidDollarsPerHour: 2 } } as const;
    expect(winningBid({ id: 1, dph_base: 0.2, min_bid: 0.15 }, wanted)).toBe(0.21);
    expect(winningBid({ id: 1, dph_base: 0.2, min_bid: 0.4 }, wanted)).toBe(0.42);
  });

  it("lowers a raised bid when the program says another one", async () => {
    const { id, props, news } = await afterStory({ outbid: { afterMinutes: 30 } }, raising());
    const { outs } = await process.instance.update(id, props, news);
    const refreshed = (await process.instance.read(id, { ...outs, __provider: HANDLER })).props ?? {};
    const lower = { ...news, bidDollarsPerHour: 0.25 };
    expect(await process.instance.diff(id, refreshed, lower)).toEqual({ changes: true, replaces: [] });
    await process.instance.update(id, refreshed, lower);
    expect((await process.account.look(Number(id)))?.dph_base).toBe(0.25);
  });

  it.each<[string, Story, Bag]>([
    ["offline", { hostGoesOffline: { afterMinutes: 20 } }, anInstance({ onDrift: { offline: "replace" } })],
    ["exited", { entrypointExits: { afterMinutes: 20 } }, anInstance({ onDrift: { exited: "replace" } })],
    [
      "priceRaised",
      { priceRises: { afterMinutes: 20, toDollarsPerHour: 0.7 } },
      anInstance({ onDrift: { priceRaised: "replace" } }),
    ],
    ["outbid", { outbid: { afterMinutes: 30 } }, bid({ onDrift: { outbid: "replace" } })],
    [
      "priceIncreasePending",
      { priceIncreaseProposed: { afterMinutes: 20, toDollarsPerHour: 0.7 } },
      anInstance({ onDrift: { priceIncreasePending: "replace" } }),
    ],
  ])("replaces when %s", async (_, story, program) => {
    const { diff } = await afterStory(story, program);
    expect(diff).toEqual({ changes: true, replaces: ["onDrift"] });
  });

  it("renames an instance that is offline without waiting for it", async () => {
    const { id, props, news } = await afterStory({ hostGoesOffline: { afterMinutes: 20 } }, anInstance());
    const before = t.clock.now();
    await process.instance.update(id, props, { ...news, label: "champion" });
    expect(t.clock.now() - before).toBeLessThan(30_000);
    expect(t.world.billedContracts()[0]?.label).toMatch(/^champion /);
  });
});
