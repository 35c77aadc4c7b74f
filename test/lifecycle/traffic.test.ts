import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { anInstance, failureOf, type ProviderProcess, type TestWorld, testWorld } from "../support/harness.js";

const MINUTE = 60_000;
const COUNT = 12;

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld({ offers: 0 });
  for (let i = 0; i < COUNT + 4; i += 1) t.world.addOffer({ dph_base: 0.3 + i / 100 });
});
afterEach(() => t.stop());

/** Inputs of the member number `i` of a fleet. */
const member = (i: number, more = {}) =>
  anInstance({ label: `worker-${i}`, ownerToken: `0123456789${String(10 + i)}`, ...more });
const calls = (pattern: RegExp) =>
  t.world
    .view()
    .requests.map(({ method, path, status, time }) => ({ call: `${method} ${path}`, status, at: Date.parse(time) }))
    .filter(({ call }) => pattern.test(call));
const SEARCH = /bundles/;
const RENT = /PUT .*\/asks\//;
const LIST = /GET \/api\/v1\/instances\//;
const RELABEL = /PUT \/api\/v0\/instances\/\d+\//;

describe("a fleet that is made", () => {
  it("asks the market once, rents at the interval that Vast allows, and takes the cheapest offers, each once", async () => {
    const process = t.process();
    const made = await Promise.all(Array.from({ length: COUNT }, (_, i) => process.up(member(i))));

    expect(calls(SEARCH)).toHaveLength(1);
    const rents = calls(RENT);
    expect(rents.map(({ status }) => status)).toEqual(Array.from({ length: COUNT }, () => 200));
    const [first, last] = [rents[0]?.at ?? 0, rents.at(-1)?.at ?? 0];
    expect((last - first) / (COUNT - 1) / 1000).toBeCloseTo(4.5, 0);
    expect(t.world.billedContracts()).toHaveLength(COUNT);
    const prices = made.map(({ outs }) => Number(outs.dollarsPerHour).toFixed(2));
    expect(prices.toSorted()).toEqual(Array.from({ length: COUNT }, (_, i) => (0.3 + i / 100).toFixed(2)));
  });

  it("says who waits for its turn, and lets whoever gives up out of the queue", async () => {
    const process = t.process();
    const impatient = t.process();
    const made = [0, 1, 2].map((i) => process.up(member(i)));
    await t.clock.sleep(3_000);
    expect(process.lines.map(({ text }) => text)).toContain("waiting for its turn to rent: 2 before it");
    const given = impatient.up(member(3)).catch((error: Error) => error.message);
    impatient.cancel();
    expect(await given).toMatch(/cancelled/i);
    await Promise.all(made);
    expect(t.world.billedContracts()).toHaveLength(3);
  });

  it("does not count the wait for a turn as time to boot", async () => {
    t.world.settings.bootMinutes = [1.5, 1.5];
    const process = t.process();
    const timeouts = { createMinutes: 2 };
    const made = await Promise.all(Array.from({ length: COUNT }, (_, i) => process.up(member(i, { timeouts }))));
    const [first, last] = [calls(RENT)[0]?.at ?? 0, calls(RENT).at(-1)?.at ?? 0];
    expect(last - first).toBeGreaterThan(MINUTE / 2);
    expect(made).toHaveLength(COUNT);
  });

  it("searches anew when all that one answer held is taken", async () => {
    t.world.settings.bootMinutes = [1, 1];
    const process = t.process();
    await Promise.all(Array.from({ length: COUNT }, (_, i) => process.up(member(i))));
    for (const { id } of t.world.offers()) t.world.takeOffer(id);
    t.world.addOffer({ dph_base: 0.9 });
    const { outs } = await process.up(member(COUNT));
    expect(outs.dollarsPerHour).toBeCloseTo(0.9, 1);
    expect(calls(SEARCH).length).toBeGreaterThan(1);
  });

  it("looks at the market anew when its own program has taken all that an older answer held", async () => {
    for (const { id } of t.world.offers().slice(1)) t.world.withdrawOffer(id);
    const process = t.process();
    await process.up(member(0));
    t.world.addOffer({ dph_base: 0.9 });
    const { outs } = await process.up(member(1));
    expect(outs.dollarsPerHour).toBeCloseTo(0.9, 1);
    expect(calls(SEARCH)).toHaveLength(2);
  });

  it("takes one of the next best after a lost race, and searches anew when its answer is old", async () => {
    t.world.settings.bootMinutes = [1, 1];
    const process = t.process();
    await process.up(member(0));
    const next = t.world.offers().toSorted((a, b) => a.dollarsPerHour - b.dollarsPerHour)[0];
    await t.clock.sleep(MINUTE);
    t.world.takeOffer(next?.id ?? 0);
    const { outs } = await process.up(member(1));
    expect(calls(RENT).map(({ status }) => status)).toEqual([200, 400, 200]);
    expect(calls(SEARCH)).toHaveLength(2);
    expect(outs.dollarsPerHour).toBeGreaterThan((next?.dollarsPerHour ?? 0) + 0.005);
    expect(outs.dollarsPerHour).toBeLessThan((next?.dollarsPerHour ?? 0) + 0.045);
  });
});

describe("an instance that runs", () => {
  it("has only its label to wait for, when it booted for more than a minute: what was left behind was looked for meanwhile", async () => {
    t.world.settings.bootMinutes = [3, 3];
    await t.process().up(anInstance());
    const runsAt = (calls(RENT)[0]?.at ?? 0) + 3 * MINUTE;
    const after = calls(/./).filter(({ at }) => at >= runsAt);
    expect(after.map(({ call }) => call)).toEqual([expect.stringMatching(LIST), expect.stringMatching(RELABEL)]);
  });

  it("waits for that look when it booted faster", async () => {
    t.world.settings.bootMinutes = [0.2, 0.2];
    const startedAt = t.clock.now();
    const process = t.process();
    await process.up(anInstance());
    const shown = process.lines.filter(({ kind }) => kind === "passing").map(({ text }) => text);
    expect(shown).toContain("making sure that no earlier run left a machine behind");
    const [relabel] = calls(RELABEL);
    expect((relabel?.at ?? 0) - startedAt).toBeGreaterThanOrEqual(MINUTE);
  });
});

describe("a create asks what is pending under its label", () => {
  const spied = ({ account }: ProviderProcess) => ({
    short: vi.spyOn(account, "labelled"),
    whole: vi.spyOn(account, "contracts"),
  });

  it("once in a short list, for its sweep, when it has its machine within a minute", async () => {
    t.world.settings.bootMinutes = [3, 3];
    const process = t.process();
    const { short, whole } = spied(process);
    await process.up(anInstance());
    expect([short.mock.calls.length, whole.mock.calls.length]).toEqual([1, 1]);
  });

  it("no more after races that it has lost: they take no time", async () => {
    t.world.settings.bootMinutes = [3, 3];
    t.simulator.faults.add({ on: "POST /api/v0/bundles", then: "slow", seconds: 10 });
    const process = t.process();
    const { short } = spied(process);
    const up = process.up(anInstance());
    await t.clock.sleep(8_000);
    const best = t.world.offers().toSorted((a, b) => a.dollarsPerHour - b.dollarsPerHour)[0];
    t.world.takeOffer(best?.id ?? 0);
    await up;
    expect(calls(RENT).map(({ status }) => status)).toEqual([400, 200]);
    expect(short).toHaveBeenCalledTimes(1);
  });

  it("once more before it rents after a boot that failed, and not after the next: lists hide nothing any more", async () => {
    t.world.tell({ times: 2, story: { boots: { afterMinutes: 60 }, hostGoesOffline: { afterMinutes: 2 } } });
    const process = t.process();
    const { short, whole } = spied(process);
    await process.up(anInstance({ timeouts: { createMinutes: 90 } }));
    const boots = t.world.contracts().length;
    expect(boots).toBe(3);
    expect([short.mock.calls.length, whole.mock.calls.length]).toEqual([boots + 1, 1]);
  });

  it("no more when it is over", async () => {
    t.world.replaceOffers([]);
    const process = t.process();
    const { short } = spied(process);
    await failureOf(process.up(anInstance()));
    await t.clock.sleep(2 * MINUTE);
    expect(short).not.toHaveBeenCalled();
  });
});
