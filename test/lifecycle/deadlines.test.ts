// A wait has an end, nothing is rented behind it, and the limit that ended it is named.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { anInstance, failureOf, type TestWorld, testWorld } from "../support/harness.js";

const MINUTE = 60_000;

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld({ reachable: true });
});
afterEach(() => t.stop());

const web = (inputs: Bag) => anInstance({ ports: [8080], ...inputs });
const minutesSince = (startedAt: number) => (t.clock.now() - startedAt) / MINUTE;

async function untilRented(): Promise<number> {
  while (t.world.contracts().length === 0) await t.clock.sleep(100);
  return t.world.contracts()[0]?.id ?? 0;
}

describe("a call that a busy account does not answer", () => {
  it("about an instance that the lists miss does not hold up the end of the wait", async () => {
    t.world.tell({ story: { boots: { afterMinutes: 60 } } });
    const startedAt = t.clock.now();
    const failing = failureOf(t.process().up(anInstance({ timeouts: { createMinutes: 5 } })));
    const id = await untilRented();
    await t.clock.sleep(2 * MINUTE);
    t.world.settings.listLagSeconds = 3600;
    t.simulator.faults.add({ on: "GET /api/v0/instances/*", then: "429", times: "always" });
    const failure = await failing;
    expect(minutesSince(startedAt)).toBeLessThan(6);
    expect(failure.id).toBe(String(id));
    expect(failure.message).toMatch(/is not ready after 5 min: .* It stays in the stack/);
    expect(t.world.billedContracts()).toMatchObject([{ id }]);
  });

  it("for the start of a contract that nobody started does not either", async () => {
    t.world.tell({ story: { neverStarted: true } });
    t.simulator.faults.add({ on: "PUT /api/v0/instances/*", then: "429", times: "always" });
    const startedAt = t.clock.now();
    const failure = await failureOf(t.process().up(anInstance({ timeouts: { createMinutes: 5 } })));
    expect(minutesSince(startedAt)).toBeLessThan(6);
    expect(failure.id).toBe(String(t.world.billedContracts()[0]?.id));
  });
});

describe("a create whose time is over", () => {
  it("has the whole of it for its boot, however long the account was busy before", async () => {
    t.simulator.faults.add({ on: "GET /api/v1/instances", then: "slow", seconds: 120 });
    t.world.tell({ story: { boots: { afterMinutes: 0.7 } } });
    const startedAt = t.clock.now();
    const { id } = await t.process().up(anInstance({ timeouts: { createMinutes: 1 } }));
    expect(minutesSince(startedAt)).toBeGreaterThan(1.7);
    expect(t.world.contracts()).toMatchObject([{ id: Number(id), actualStatus: "running" }]);
  });

  it("rents no other machine when the one that it has fails then, and tells what was tried", async () => {
    t.world.tell({ times: 1, story: { httpStatus: 503, hostGoesOffline: { afterMinutes: 15 } } });
    const waitFor = { level: "http", port: 8080, timeoutMinutes: 60 };
    const failure = await failureOf(t.process().up(web({ timeouts: { createMinutes: 10 }, waitFor })));
    expect(t.world.contracts()).toHaveLength(1);
    expect(t.world.billedContracts()).toEqual([]);
    expect(failure.id).toBeUndefined();
    expect(failure.message).toMatch(
      /^The 10 min of `timeouts\.createMinutes` are over, so no other offer was rented\. What was tried:\n {2}- \d+ \(0\.30\d \$\/h\): did not boot: the host has been offline .*\nWhat this run rented was given back, and is not billed any more \(contract \d+; billed for the time that it stood\)\. Run again, or give it more time\.$/,
    );
  });

  it.each([
    [
      "does not answer",
      undefined,
      /did not answer as wanted .* 20 min after it began to run \(`waitFor\.timeoutMinutes`\)/,
    ],
    [
      "is silent by then",
      20,
      /is not ready 20 min after it began to run: the host is offline\. .*\(`waitFor\.timeoutMinutes` says how long\)/,
    ],
  ] as const)("names the limit that ended it when the instance %s", async (_, offlineAfter, message) => {
    const story = offlineAfter === undefined ? {} : { hostGoesOffline: { afterMinutes: offlineAfter } };
    t.world.tell({ story: { boots: { afterMinutes: 2 }, httpStatus: 503, ...story } });
    const waitFor = { level: "http", port: 8080, timeoutMinutes: 20 };
    const failure = await failureOf(t.process().up(web({ timeouts: { createMinutes: 10 }, waitFor })));
    expect(failure.message).toMatch(message);
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(failure.id) }]);
  });
});
