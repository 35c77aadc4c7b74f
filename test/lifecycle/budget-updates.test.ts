// A stack's budget and what is changed in place: only what makes the stack dearer is held to it.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { anInstance, failureOf, type TestWorld, testWorld } from "../support/harness.js";
import { limited, shown, token, warningsOf } from "./limited.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const within = (dollarsPerHour: number) => limited(t, { "vastai:maxDollarsPerHour": `${dollarsPerHour}` });
const aResource = (n: number, inputs: Bag = {}) => anInstance({ ownerToken: token(n), ...inputs });
const billed = () => t.world.billedContracts();
const perHour = () => t.world.view().billedPerHour;
const changesSince = (count: number) =>
  t.world
    .view()
    .requests.slice(count)
    .filter(({ method }) => method !== "GET");
const requests = () => t.world.view().requests.length;

describe("a bid", () => {
  const bidding = (bidDollarsPerHour: number, inputs: Bag = {}) => aResource(1, { bidDollarsPerHour, ...inputs });

  it("is not raised over the budget: nothing is sent, nothing changes, and the preview has said so", async () => {
    const one = await t.process().up(bidding(0.25));
    const process = within(0.3);
    const news = await shown(process, one, bidding(2, { label: "champion" }));
    expect(warningsOf(process)).toEqual([
      expect.stringMatching(
        /with this change the stack would cost 2\.002 \$\/h and .* allows 0\.3\. `pulumi up` refuses it/,
      ),
    ]);
    const count = requests();
    const failure = await failureOf(process.instance.update(one.id, one.outs, news));
    expect(failure.message).toMatch(
      /with a bid of 2 \$\/h instance \d+ would cost 2\.002 \$\/h instead of 0\.252 \$\/h, and the stack would .*Nothing was changed/,
    );
    expect(changesSince(count)).toEqual([]);
    // A failure without an id leaves the state as it was, so that the change stays one.
    expect(failure.id).toBeUndefined();
    expect(perHour()).toBeLessThanOrEqual(0.3);
  });

  it("is raised within the budget, and counts from then on", async () => {
    const one = await t.process().up(bidding(0.25));
    const process = within(0.57);
    const news = await shown(process, one, bidding(0.28));
    const { outs } = await process.instance.update(one.id, one.outs, news);
    expect(warningsOf(process)).toEqual([]);
    expect(outs.dollarsPerHour).toBeCloseTo(0.282, 3);
    // Beside the old bid it would fit.
    expect((await failureOf(process.up(aResource(2)))).message).toMatch(/would cost 0\.584 \$\/h .* allows 0\.57/);
  });

  it("is lowered also where the stack is over its budget", async () => {
    const one = await t.process().up(bidding(0.29));
    const process = within(0.01);
    const news = await shown(process, one, bidding(0.25));
    await process.instance.update(one.id, one.outs, news);
    expect(warningsOf(process)).toEqual([]);
    expect(perHour()).toBeCloseTo(0.252, 3);
  });

  it("is not raised over the budget to win an outbid instance back", async () => {
    t.world.tell({ times: 1, story: { outbid: { afterMinutes: 30 } } });
    const program = bidding(0.2, { onDrift: { outbid: "raiseBid", maxBidDollarsPerHour: 2 } });
    const one = await t.process().up(program);
    await t.clock.sleep(3_600_000);
    const process = within(0.25);
    const { props = {} } = await process.instance.read(one.id, one.outs);
    const news = await shown(process, { id: one.id, outs: props }, program);
    const count = requests();
    const failure = await failureOf(process.instance.update(one.id, props, news));
    expect(failure.message).toMatch(/with a bid of 0\.\d+ \$\/h .* vastai:maxDollarsPerHour allows 0\.25/);
    expect(changesSince(count)).toEqual([]);
  });
});

describe("a start", () => {
  it("is held to the budget, also where several come together, and the preview says so", async () => {
    const made = t.process();
    const all = [1, 2, 3].map((n) => made.up(aResource(n, { targetState: "stopped" })));
    const stopped = await Promise.all(all);
    expect(perHour()).toBeLessThan(0.01);
    const process = within(0.7);
    const news: Bag[] = [];
    for (const [i, one] of stopped.entries()) news.push(await shown(process, one, aResource(i + 1)));
    expect(warningsOf(process)).toEqual([expect.stringMatching(/with this change the stack would cost 0\.936 \$\/h/)]);

    const updates = stopped.map(({ id, outs }, i) => process.instance.update(id, outs, news[i] ?? {}));
    const outcomes = await Promise.allSettled(updates);
    const [refused, ...others] = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(others).toEqual([]);
    expect(String(refused?.reason)).toMatch(
      /with a start instance \d+ would cost 0\.3\d\d \$\/h instead of 0\.0021 \$\/h/,
    );
    expect(
      billed()
        .map(({ curState }) => curState)
        .sort(),
    ).toEqual(["running", "running", "stopped"]);
    expect(perHour()).toBeLessThanOrEqual(0.7);
  });

  it("of somebody else's is no raise of this program's", async () => {
    const one = await t.process().up(aResource(1, { targetState: "stopped" }));
    t.world.act(Number(one.id), { do: "start" });
    await t.clock.sleep(300_000);
    const process = within(0.01);
    const { props = {} } = await process.instance.read(one.id, one.outs);
    const news = await shown(process, { id: one.id, outs: props }, aResource(1));
    await process.instance.update(one.id, props, { ...news, label: "champion" });
    expect(billed()).toMatchObject([{ curState: "running", label: expect.stringMatching(/^champion /) }]);
  });
});

describe("a stack that is over its budget", () => {
  it.each<[string, Bag]>([
    ["a new name", { label: "champion" }],
    ["a new image", { image: "ubuntu:24.04" }],
    ["a stop", { targetState: "stopped" }],
  ])("takes %s", async (_, change) => {
    const one = await t.process().up(aResource(1));
    const process = limited(t, { "vastai:maxDollarsPerHour": "0.001", "vastai:maxInstances": "0" });
    const news = await shown(process, one, aResource(1, change));
    await process.instance.update(one.id, one.outs, news);
    expect(warningsOf(process)).toEqual([]);
    expect(perHour()).toBeLessThanOrEqual(0.302_1);
  });

  it("goes on with what a create left, and says that", async () => {
    const dead = t.process();
    t.world.tell({ times: 1, story: { priceRises: { afterMinutes: 0, toDollarsPerHour: 0.9 } } });
    const dying = failureOf(dead.up(aResource(1)));
    await t.clock.sleep(100);
    dead.cancel();
    const { id, properties } = await dying;
    const process = within(0.7);
    const news = await shown(process, { id, outs: properties }, aResource(1));
    const { outs } = await process.instance.update(id, properties, news);
    expect(outs.dollarsPerHour).toBeCloseTo(0.902, 3);
    expect(warningsOf(process)).toEqual([
      expect.stringMatching(/create of instance \d+ was cut off, it costs 0\.902 \$\/h, and with it the stack/),
    ]);
  });
});
