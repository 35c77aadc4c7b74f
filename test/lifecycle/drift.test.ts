import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
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
  ])("%s, and leaves the instance alone", async (name, story, program, words) => {
    const { props, diff, warnings } = await afterStory(story, program);
    expect(props.drift).toEqual([name]);
    expect(warnings).toEqual([expect.stringMatching(words)]);
    expect(diff).toEqual({ changes: false, replaces: [] });
    expect(t.world.billedContracts()).toHaveLength(1);
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

  it("raises the bid, and not above the cap", async () => {
    const story = { outbid: { afterMinutes: 30 } };
    const dear = await afterStory(story, bid({ onDrift: { outbid: "raiseBid", maxBidDollarsPerHour: 0.05 } }));
    await process.instance.update(dear.id, dear.props, dear.news);
    const bids = () => t.world.view().requests.filter(({ path }) => path.includes("bid_price"));
    expect(bids()).toEqual([]);

    const program = bid({ ownerToken: "b".repeat(12), onDrift: { outbid: "raiseBid", maxBidDollarsPerHour: 2 } });
    const other = await afterStory(story, program);
    expect(other.diff).toEqual({ changes: true, replaces: [] });
    await process.instance.update(other.id, other.props, other.news);
    expect(bids()).toHaveLength(1);
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
