import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { anInstance, failureOf, HANDLER, type ProviderProcess, type TestWorld, testWorld } from "../support/harness.js";
import { killedRun, limited, shown, token, warningsOf } from "./limited.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const stackWith = (limits: Readonly<Record<string, string>>): ProviderProcess => limited(t, limits);
const aResource = (n: number, inputs: Bag = {}) => anInstance({ ownerToken: token(n), ...inputs });
const rentCalls = () => t.world.view().requests.filter(({ path }) => path.includes("/asks/"));
const billed = () => t.world.billedContracts();
const perHour = () => t.world.view().billedPerHour;
/** The host asks more than its offer said, from the first moment. */
const dearer = (toDollarsPerHour: number, times = 1) =>
  t.world.tell({ times, story: { priceRises: { afterMinutes: 0, toDollarsPerHour } } });

describe("a stack's budget", () => {
  it("holds across creates that run at the same time", async () => {
    const process = stackWith({ "vastai:maxDollarsPerHour": "1.0" });
    const outcomes = await Promise.allSettled(
      [1, 2, 3, 4].map((n) => process.up(anInstance({ ownerToken: token(n) }))),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    expect(t.world.billedContracts()).toHaveLength(3);
    expect(t.world.view().billedPerHour).toBeLessThanOrEqual(1.0);
    const [refused] = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(String(refused?.reason)).toMatch(
      /Over the stack's budget: the stack would cost 1\.\d+ \$\/h and vastai:maxDollarsPerHour allows 1\. Nothing was rented/,
    );
  });

  it("counts an instance that is made stopped with what it costs stopped", async () => {
    const process = stackWith({ "vastai:maxDollarsPerHour": "0.2" });
    await process.up(aResource(1, { targetState: "stopped" }));
    expect(billed()).toMatchObject([{ curState: "stopped" }]);
    expect(perHour()).toBeLessThanOrEqual(0.2);
  });

  it("counts the instances that are in the state", async () => {
    const before = await t.process().up(anInstance({ ownerToken: token(1) }));
    const process = stackWith({ "vastai:maxDollarsPerHour": "0.5" });
    const { inputs } = await process.instance.check(before.outs, anInstance({ ownerToken: token(1) }));
    await process.instance.diff(before.id, before.outs, { ...inputs, __provider: HANDLER });
    const failure = await failureOf(process.up(anInstance({ ownerToken: token(2) })));
    expect(failure.message).toMatch(/Over the stack's budget/);
    expect(rentCalls()).toHaveLength(1);
  });

  it("counts a resource that was renamed beside a new one of its former name", async () => {
    const made = await t.process().up(aResource(1));
    const process = stackWith({ "vastai:maxDollarsPerHour": "0.5" });
    await process.instance.update(made.id, made.outs, await shown(process, made, aResource(2)));
    expect((await failureOf(process.up(aResource(1)))).message).toMatch(/the stack would cost 0\.614 \$\/h/);
    expect(billed()).toMatchObject([{ id: Number(made.id) }]);
  });

  it("counts a resource that was renamed once", async () => {
    const made = await t.process().up(aResource(1));
    const process = stackWith({ "vastai:maxInstances": "2" });
    await process.instance.update(made.id, made.outs, await shown(process, made, aResource(2)));
    await process.up(aResource(3));
    expect(billed()).toHaveLength(2);
  });

  it("is free again after a destroy", async () => {
    const process = stackWith({ "vastai:maxInstances": "1" });
    const first = await t.process().up(anInstance({ ownerToken: token(1) }));
    await process.instance.delete(first.id, first.outs);
    await process.up(anInstance({ ownerToken: token(2) }));
    expect(t.world.billedContracts()).toHaveLength(1);
  });

  it("stops a preview that has too many instances, before anything is sent", async () => {
    const process = stackWith({ "vastai:maxInstances": "2" });
    for (const n of [1, 2]) {
      expect((await process.instance.check({}, anInstance({ ownerToken: token(n) }))).failures).toEqual([]);
    }
    // The engine checks a resource twice when it replaces it.
    expect((await process.instance.check({}, anInstance({ ownerToken: token(2) }))).failures).toEqual([]);
    const { failures } = await process.instance.check({}, anInstance({ ownerToken: token(3) }));
    expect(failures).toEqual([
      { property: "", reason: expect.stringMatching(/would have 3 instances and vastai:maxInstances allows 2/) },
    ]);
    expect(t.world.view().requests).toEqual([]);
  });

  it("stops a preview whose bids alone are over it", async () => {
    const process = stackWith({ "vastai:maxDollarsPerHour": "0.3" });
    await process.instance.check({}, anInstance({ ownerToken: token(1), bidDollarsPerHour: 0.2 }));
    const { failures } = await process.instance.check({}, anInstance({ ownerToken: token(2), bidDollarsPerHour: 0.2 }));
    expect(failures[0]?.reason).toMatch(/would cost 0\.400 \$\/h and vastai:maxDollarsPerHour allows 0\.3/);
  });

  it("never refuses what is in the state already", async () => {
    const before = await t.process().up(anInstance());
    const process = stackWith({ "vastai:maxInstances": "0", "vastai:maxDollarsPerHour": "0.01" });
    expect((await process.instance.check(before.outs, anInstance())).failures).toEqual([]);
  });

  it("rents nothing while the account has less credit than asked for", async () => {
    t.world.setCredit(4);
    const failure = await failureOf(stackWith({ "vastai:minCredit": "5" }).up(anInstance()));
    expect(failure.message).toMatch(/the account has 4 \$ of credit and vastai:minCredit asks for 5/);
    expect(rentCalls()).toEqual([]);
    t.world.setCredit(50);
    await stackWith({ "vastai:minCredit": "5" }).up(anInstance());
    expect(t.world.billedContracts()).toHaveLength(1);
  });

  it("names a limit that is no number", async () => {
    const { failures } = await stackWith({ "vastai:maxInstances": "many" }).instance.check({}, anInstance());
    expect(failures[0]?.reason).toMatch(/vastai:maxInstances is "many"; it must be a number/);
  });
});

describe("what a contract really costs", () => {
  it("is compared with the budget: one that is dearer than its offer is ended, and the next is tried", async () => {
    dearer(0.9);
    const process = stackWith({ "vastai:maxDollarsPerHour": "0.7" });
    const { id } = await process.up(aResource(1));
    expect(t.world.contracts()).toHaveLength(2);
    expect(billed()).toMatchObject([{ id: Number(id) }]);
    expect(warningsOf(process)).toEqual([
      expect.stringMatching(
        /costs 0\.902 \$\/h, and with it the stack would cost 0\.902 \$\/h and .* allows 0\.7: it is/,
      ),
    ]);
    await process.up(aResource(2));
    expect(perHour()).toBeLessThanOrEqual(0.7);
  });

  it("says so when none could be kept", async () => {
    dearer(0.9, 9);
    const process = stackWith({ "vastai:maxDollarsPerHour": "0.32" });
    const failure = await failureOf(process.up(aResource(1)));
    expect(failure.message).toMatch(
      /None of the 2 offers tried .*its contract costs 0\.902 \$\/h, and with it the stack/s,
    );
    expect(failure.message).toMatch(
      /With the next one the stack would cost 0\.322 \$\/h and .* allows 0\.32\. What this run/,
    );
    expect(failure.id).toBeUndefined();
    expect(billed()).toEqual([]);
  });

  it("ends one alone of two that are too dear together", async () => {
    dearer(0.4, 2);
    const process = stackWith({ "vastai:maxDollarsPerHour": "0.7" });
    const outcomes = await Promise.allSettled([1, 2].map((n) => process.up(aResource(n))));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(billed()).toHaveLength(1);
    expect(perHour()).toBeCloseTo(0.402, 3);
  });

  it("counts for what a killed run left", async () => {
    await killedRun(t, aResource(1));
    const process = stackWith({ "vastai:maxDollarsPerHour": "0.5" });
    const { id } = await process.up(aResource(1));
    expect((await failureOf(process.up(aResource(2)))).message).toMatch(/would cost 0\.614 \$\/h/);
    expect(billed()).toMatchObject([{ id: Number(id) }]);
  });

  it("counts for what a run left in the state that was cut off before its first look", async () => {
    const dead = t.process();
    const dying = failureOf(dead.up(aResource(1, { volumes: [{ sizeGb: 100, mountPath: "/data" }] })));
    while (billed().length === 0) await t.clock.sleep(50);
    dead.cancel();
    const { id, properties } = await dying;
    expect(properties).not.toHaveProperty("machineId");
    const process = stackWith({ "vastai:maxDollarsPerHour": "0.63" });
    await process.instance.diff(id, properties, properties);
    expect((await failureOf(process.up(aResource(2)))).message).toMatch(/would cost 0\.635 \$\/h/);
    expect(billed()).toMatchObject([{ id: Number(id) }]);
  });

  it("counts as soon as an update sees it: what boots beside it is ended", async () => {
    const dead = t.process();
    const priceRises = { afterMinutes: 0, toDollarsPerHour: 0.4 };
    t.world.tell({ times: 1, story: { priceRises, boots: { afterMinutes: 10 } } });
    const dying = failureOf(dead.up(aResource(1)));
    while (billed().length === 0) await t.clock.sleep(50);
    dead.cancel();
    const { id, properties } = await dying;
    const process = stackWith({ "vastai:maxDollarsPerHour": "0.65" });
    const news = await shown(process, { id, outs: properties }, aResource(1));
    const other = failureOf(process.up(aResource(2)));
    while (billed().length < 2) await t.clock.sleep(50);
    const update = process.instance.update(id, properties, news);
    expect((await other).message).toMatch(
      /its contract costs 0\.312 \$\/h, and with it the stack would cost 0\.714 \$\/h/,
    );
    await update;
    expect(billed()).toMatchObject([{ id: Number(id) }]);
  });

  it("ends what a killed run left when the stack is too dear with it, and rents another", async () => {
    dearer(0.9);
    await killedRun(t, aResource(1));
    const [left] = billed();
    const { id } = await stackWith({ "vastai:maxDollarsPerHour": "0.5" }).up(aResource(1));
    expect(Number(id)).not.toBe(left?.id);
    expect(billed()).toMatchObject([{ id: Number(id) }]);
    expect(perHour()).toBeLessThanOrEqual(0.5);
  });

  it("counts with the volume that was made, in this run and in the next", async () => {
    // 200 GB at 0.15 $ per GB and month beside two machines of 0.302 and 0.312 $/h.
    const limits = { "vastai:maxDollarsPerHour": "0.65" };
    const process = stackWith(limits);
    const first = await process.up(aResource(1, { volumes: [{ sizeGb: 200, mountPath: "/data" }] }));
    expect(first.outs.createdVolumeDollarsPerHour).toBeCloseTo((200 * 0.15) / 720, 6);
    const next = stackWith(limits);
    await shown(next, first, aResource(1, { volumes: [{ sizeGb: 200, mountPath: "/data" }] }));
    for (const each of [process, next]) {
      expect((await failureOf(each.up(aResource(2)))).message).toMatch(/would cost 0\.656 \$\/h/);
    }
    expect(billed()).toHaveLength(1);
  });
});

describe("an adopted instance", () => {
  /** An instance that no stack knows, and a program that takes it over. */
  async function aStray() {
    const { id } = await t.process().up(aResource(9, { labelMark: false }));
    return { id: Number(id), program: aResource(1, { offer: undefined, adoptInstanceId: Number(id) }) };
  }

  it("counts with its price", async () => {
    const stray = await aStray();
    const process = stackWith({ "vastai:maxDollarsPerHour": "0.5" });
    await process.up(stray.program);
    expect((await failureOf(process.up(aResource(2)))).message).toMatch(/would cost 0\.614 \$\/h/);
    expect(billed()).toMatchObject([{ id: stray.id }]);
  });

  it("is refused with nothing changed when the stack would be too dear", async () => {
    const stray = await aStray();
    const before = billed();
    const calls = t.world.view().requests.length;
    const failure = await failureOf(stackWith({ "vastai:maxDollarsPerHour": "0.2" }).up(stray.program));
    expect(failure.message).toMatch(
      /with instance \d+, .* costs 0\.302 \$\/h, the stack would .*Nothing was changed: it is not in/,
    );
    expect(failure.id).toBeUndefined();
    expect(billed()).toMatchObject([{ id: stray.id, label: before[0]?.label, actualStatus: "running" }]);
    expect(
      new Set(
        t.world
          .view()
          .requests.slice(calls)
          .map(({ method }) => method),
      ),
    ).toEqual(new Set(["GET"]));
  });
});
