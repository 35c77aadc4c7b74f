import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { anInstance, failureOf, type TestWorld, TOKEN, testWorld } from "../support/harness.js";

const PENDING = `pulumi:${TOKEN}:pending`;
const FINISHED = `trainer pulumi:${TOKEN}`;

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const rentCalls = () =>
  t.world.view().requests.filter(({ method, path }) => method === "PUT" && path.includes("/asks/"));
const searches = () => t.world.view().requests.filter(({ path }) => path.includes("/bundles"));

describe("creating an instance", () => {
  it("rents the cheapest offer, follows it until it runs, and labels it", async () => {
    const { id, outs } = await t.process().up(anInstance());

    const [contract, ...others] = t.world.billedContracts();
    expect(others).toEqual([]);
    expect(contract).toMatchObject({ id: Number(id), label: FINISHED, actualStatus: "running" });
    expect(outs).toMatchObject({ status: "running", instanceId: Number(id), label: "trainer", gpuName: "RTX 4090" });
    expect(outs.sshCommand).toMatch(/^ssh -p \d+ root@[\d.]+$/);
    expect(outs.dollarsPerHour).toBeCloseTo(0.3, 2);
    expect(t.world.view().unknownRoutes).toEqual([]);
  });

  it("carries the pending label until it is ready", async () => {
    const process = t.process();
    const creating = process.up(anInstance());
    await t.clock.sleep(40_000);
    expect(t.world.billedContracts()).toMatchObject([{ label: PENDING, actualStatus: "loading" }]);
    await creating;
    expect(t.world.billedContracts()).toMatchObject([{ label: FINISHED }]);
  });

  it("shows where it stands, with elapsed time and price, only when that changes", async () => {
    const process = t.process();
    await process.up(anInstance());
    const passing = process.lines.filter(({ kind }) => kind === "passing").map(({ text }) => text);
    expect(passing[0]).toBe("searching: RTX 4090");
    expect(passing[1]).toMatch(/^renting offer \d+ at 0\.30\d \$\/h$/);
    expect(passing.some((text) => /^loading: .* · .* · 0\.30\d \$\/h$/.test(text))).toBe(true);
    const reasons = passing.map((text) => text.split(" · ")[0]);
    expect(reasons.filter((reason, i) => reason === reasons[i - 1])).toEqual([]);
  });

  it("takes the next offer when the best was taken between search and rent", async () => {
    const [best] = t.world.offers().toSorted((a, b) => a.dollarsPerHour - b.dollarsPerHour);
    t.simulator.faults.add({ on: "POST /api/v0/bundles", then: "slow", seconds: 20 });
    const creating = t.process().up(anInstance());
    await t.clock.sleep(10_000);
    t.world.takeOffer(best?.id ?? 0);
    const { outs } = await creating;

    expect(t.world.billedContracts()).toHaveLength(1);
    expect(outs.dollarsPerHour).toBeCloseTo(0.31, 2);
    expect(rentCalls().map(({ status }) => status)).toEqual([400, 200]);
  });

  it("gives up after maxAttempts taken offers and says that nothing is billed", async () => {
    t.simulator.faults.add({ on: "POST /api/v0/bundles", then: "slow", seconds: 4 });
    const creating = failureOf(t.process().up(anInstance({ maxAttempts: 3 })));
    await t.clock.sleep(2_000);
    for (const { id } of t.world.offers()) t.world.takeOffer(id);
    const failure = await creating;

    expect(failure.id).toBeUndefined();
    expect(failure.message).toMatch(
      /None of the 3 offers tried could be kept \(\d+ fitted\):\n {2}- .*\n {2}- .*\n {2}- .*\nThis run rented nothing, so it costs nothing\. Run again/,
    );
    expect(rentCalls()).toHaveLength(3);
    expect(t.world.contracts()).toEqual([]);
  });

  it("says so when no offer fits, and rents nothing", async () => {
    const failure = await failureOf(
      t.process().up(anInstance({ offer: { gpuName: "H100 SXM" }, maxDollarsPerHour: 1 })),
    );
    expect(failure.message).toMatch(
      /No offer fits H100 SXM with 10 GB of disk at 1\.000 \$\/h or less\. This run rented nothing/,
    );
    expect(rentCalls()).toEqual([]);
  });

  it("says which condition rules out how many when none fits, and the same without an answer to that", async () => {
    const program = anInstance({
      offer: { gpuName: "RTX 4090", reliability: { gte: 0.9999 } },
      maxDollarsPerHour: 0.4,
    });
    const failure = await failureOf(t.process().up(program));
    expect(failure.message).toMatch(/Without `reliability ≥ 0\.9999` 8 offers fit, the cheapest at 0\.30\d \$\/h/);
    await t.clock.sleep(10_000);
    t.simulator.faults.add({ on: "POST /api/v0/bundles/", then: "500-before", skip: 1, times: "always" });
    const unexplained = await failureOf(t.process().up(program));
    expect(unexplained.message).toMatch(/^No offer fits .* This run rented nothing, so it costs nothing\. Loosen/);
  });

  it("rents just the offer whose id is given", async () => {
    const dear = t.world.offers().toSorted((a, b) => b.dollarsPerHour - a.dollarsPerHour)[0];
    await t.process().up(anInstance({ offer: undefined, offerId: dear?.id }));
    expect(t.world.billedContracts()).toMatchObject([{ offerId: dear?.id }]);
  });

  it("refuses an offer id above the price cap", async () => {
    const dear = t.world.offers().toSorted((a, b) => b.dollarsPerHour - a.dollarsPerHour)[0];
    const inputs = anInstance({ offer: undefined, offerId: dear?.id, maxDollarsPerHour: 0.2 });
    const failure = await failureOf(t.process().up(inputs));
    expect(failure.message).toMatch(/is not on the market at 0\.200 \$\/h or less\. This run rented nothing/);
    expect(t.world.contracts()).toEqual([]);
  });

  it("destroys a contract that turns out dearer than the cap and takes another", async () => {
    t.world.tell({ times: 1, story: { priceRises: { afterMinutes: 0, toDollarsPerHour: 0.9 } } });
    const { outs } = await t.process().up(anInstance({ maxDollarsPerHour: 0.5 }));
    expect(t.world.contracts().map(({ destroyedAt }) => destroyedAt === null)).toEqual([false, true]);
    expect(t.world.billedContracts()[0]?.dollarsPerHourNow).toBeLessThan(0.5);
    expect(outs.dollarsPerHour).toBeLessThan(0.5);
  });

  it("does not let ten creates race for one offer", async () => {
    for (let i = 0; i < 12; i += 1) t.world.addOffer({ dph_base: 0.35 + i / 100 });
    const process = t.process();
    const tokens = Array.from({ length: 10 }, (_, i) => `${i}`.padStart(12, "a"));
    await Promise.all(tokens.map((ownerToken) => process.up(anInstance({ ownerToken }))));

    const contracts = t.world.billedContracts();
    expect(new Set(contracts.map(({ label }) => label))).toEqual(
      new Set(tokens.map((token) => `trainer pulumi:${token}`)),
    );
    expect(contracts).toHaveLength(10);
    const { requests } = t.world.view();
    expect(requests.filter(({ status }) => status === 429)).toEqual([]);
    expect(rentCalls().filter(({ status }) => status !== 200)).toEqual([]);
    // One list call a tick for all ten, never one for each.
    const minutes = (t.clock.now() - Date.parse("2026-11-21T09:00:00Z")) / 60_000;
    expect(requests.filter(({ path }) => path === "/api/v1/instances").length).toBeLessThan(minutes * 31 + 12);
  });

  it("stops at once when the account has no credit, whatever else is on the market", async () => {
    t.world.setCredit(0);
    const failure = await failureOf(t.process().up(anInstance()));
    expect(failure.message).toMatch(/insufficient_credit.* This run rented nothing, so it costs nothing\. Put credit/);
    expect(rentCalls()).toHaveLength(1);
  });

  it("keeps an interruptible bid that can still win, at the bid", async () => {
    const { outs } = await t.process().up(anInstance({ bidDollarsPerHour: 0.25 }));
    expect(t.world.billedContracts()).toMatchObject([{ isBid: true, actualStatus: "running" }]);
    expect(outs).toMatchObject({ rentalType: "interruptible", isInterruptible: true });
    expect(outs.dollarsPerHour).toBeCloseTo(0.25, 2);
  });

  it("creates a stopped instance when that is wanted", async () => {
    const { outs } = await t.process().up(anInstance({ targetState: "stopped" }));
    expect(t.world.billedContracts()).toMatchObject([{ curState: "stopped", label: FINISHED }]);
    expect(outs.sshCommand).toBeUndefined();
  });

  it("says which key is wrong and rents nothing", async () => {
    t.world.revokeKey("key-a");
    const failure = await failureOf(t.process().up(anInstance()));
    expect(failure.message).toMatch(/API key from the test is wrong, revoked.* changed nothing/);
    expect(failure.message).not.toContain("key-a");
    expect(searches()).toEqual([]);
  });
});

describe("a create that does not get ready", () => {
  it("leaves the instance in the stack when the time is over, and the next run goes on waiting", async () => {
    t.world.tell({ story: { boots: { afterMinutes: 25 } } });
    const first = t.process();
    const failure = await failureOf(first.up(anInstance({ timeouts: { createMinutes: 10 } })));

    expect(failure.id).toBe(String(t.world.billedContracts()[0]?.id));
    expect(failure.properties).toMatchObject({
      __provider: expect.any(String),
      instanceId: Number(failure.id),
      status: "loading",
    });
    expect(failure.message).toMatch(
      /is not ready after 10 min: loading: .* It stays in the stack\. It costs 0\.30\d \$\/h while running.*\(`timeouts\.updateMinutes` says how long\)/,
    );
    expect(failure.reasons).toEqual([failure.message]);

    const second = t.process();
    const { inputs } = await second.instance.check(failure.properties, anInstance({ timeouts: { createMinutes: 10 } }));
    const news = { ...inputs, __provider: failure.properties.__provider };
    expect(await second.instance.diff(failure.id, failure.properties, news)).toEqual({ changes: true, replaces: [] });
    const { outs } = await second.instance.update(failure.id, failure.properties, news);
    expect(outs).toMatchObject({ status: "running", label: "trainer" });
    expect(t.world.contracts()).toMatchObject([{ label: FINISHED, actualStatus: "running" }]);
  });

  it("ends the wait at once on Ctrl-C and keeps the instance in the stack", async () => {
    const process = t.process();
    const failing = failureOf(process.up(anInstance()));
    await t.clock.sleep(45_000);
    const before = t.clock.now();
    process.cancel();
    const failure = await failing;

    expect(t.clock.now() - before).toBeLessThan(1_000);
    expect(failure.id).toBe(String(t.world.billedContracts()[0]?.id));
    expect(failure.message).toMatch(
      /cancelled while instance \d+ was not ready yet\. It stays in the stack and is billed/,
    );
  });

  it("rents nothing when Ctrl-C comes before the rent", async () => {
    const process = t.process();
    t.simulator.faults.add({ on: "POST /api/v0/bundles", then: "slow", seconds: 20 });
    const failing = failureOf(process.up(anInstance()));
    await t.clock.sleep(10_000);
    process.cancel();
    const failure = await failing;
    expect(failure.id).toBeUndefined();
    await t.clock.sleep(120_000);
    expect(t.world.contracts()).toEqual([]);
  });

  it("waits for the answer of a rent that is on its way when Ctrl-C comes", async () => {
    const process = t.process();
    t.simulator.faults.add({ on: "PUT /api/v0/asks/*", then: "slow", seconds: 20 });
    const failing = failureOf(process.up(anInstance()));
    await t.clock.sleep(10_000);
    process.cancel();
    const failure = await failing;
    expect(failure.id).toBe(String(t.world.billedContracts()[0]?.id));
  });

  it("says that nothing is billed when somebody destroys the instance while it boots", async () => {
    const failing = failureOf(t.process().up(anInstance()));
    await t.clock.sleep(40_000);
    t.world.act(t.world.billedContracts()[0]?.id ?? 0, { do: "destroy" });
    const failure = await failing;
    expect(failure.id).toBeUndefined();
    expect(failure.message).toMatch(/disappeared while it was booting.* It is not billed any more/);
  });
});
