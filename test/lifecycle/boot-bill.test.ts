// What a message says that a contract cost, beside what the world billed for it.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import type { Story } from "../../simulator/stories.js";
import { anInstance, failureOf, type TestWorld, testWorld } from "../support/harness.js";

const MINUTE = 60_000;

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld({ reachable: true });
});
afterEach(() => t.stop());

/** The most that a message says was billed. */
const said = (text: string) => Number(/billed at most about (\d+\.\d{4}) \$/.exec(text)?.[1]);
const billed = () => t.world.contracts()[0]?.dollarsBilled ?? Number.NaN;

/** The message of a create that tries one offer. */
async function failing(story: Story, inputs: Bag = {}): Promise<string> {
  t.world.tell({ story });
  const failure = await failureOf(t.process().up(anInstance({ maxAttempts: 1, ...inputs })));
  expect(t.world.billedContracts()).toEqual([]);
  expect(t.world.contracts()).toHaveLength(1);
  return failure.message;
}

describe("the most that is said to be billed is what was billed, or little more", () => {
  const ssh = { waitFor: { level: "ssh" } };
  it.each<[string, Story, Bag, RegExp]>([
    ["a disk alone, of what never ran", { noSpace: true }, {}, /\$, for its disk\)/],
    [
      "a container that ended, whose GPU is billed on",
      { portsOpenAfter: { minutes: 300 }, entrypointExits: { afterMinutes: 10 } },
      ssh,
      /for its disk and 10 min \d+ s of its GPU\)/,
    ],
    [
      "a contract that became too dear",
      {
        boots: { afterMinutes: 1 },
        portsOpenAfter: { minutes: 300 },
        priceRises: { afterMinutes: 10, toDollarsPerHour: 0.9 },
      },
      { ...ssh, maxDollarsPerHour: 0.5 },
      /above the cap of 0\.500 \$\/h \(billed at most about .* of its GPU\)/,
    ],
  ])("for %s", async (_, story, inputs, parts) => {
    const message = await failing(story, inputs);
    expect(message).toMatch(parts);
    expect(said(message)).toBeGreaterThanOrEqual(billed());
    expect(said(message)).toBeLessThan(billed() * 1.03 + 0.0002);
  });

  it("for a machine that ran and went offline, the five minutes included in which it is waited for", async () => {
    const message = await failing({ portsOpenAfter: { minutes: 300 }, hostGoesOffline: { afterMinutes: 20 } }, ssh);
    expect(billed()).toBeGreaterThan(0.08);
    expect(said(message)).toBeGreaterThanOrEqual(billed());
    expect(said(message)).toBeLessThan(billed() + (0.302 * 5.2) / 60);
  });

  it("for a new volume as well", async () => {
    const message = await failing({ noSpace: true }, { volumes: [{ sizeGb: 50, mountPath: "/data" }] });
    const both = billed() + (t.world.volumes()[0]?.dollarsBilled ?? Number.NaN);
    expect(message).toMatch(/for its disk and its new volume\)/);
    expect(said(message)).toBeGreaterThanOrEqual(both);
    expect(said(message)).toBeLessThan(both * 1.2 + 0.0002);
  });

  it("for a bid that was refused and yet made a contract", async () => {
    const [only] = t.world.replaceOffers([{ dph_base: 0.6, min_bid: 0.2 }]);
    t.simulator.faults.add({ on: "POST /api/v0/bundles", then: "slow", seconds: 20 });
    const creating = failureOf(t.process().up(anInstance({ bidDollarsPerHour: 0.25, maxAttempts: 1 })));
    await t.clock.sleep(10_000);
    t.world.setMinBid(only ?? 0, 0.5);
    const { message } = await creating;
    expect(message).toMatch(/refused: .* \(billed at most about/);
    expect(said(message)).toBeGreaterThanOrEqual(billed());
    expect(said(message)).toBeLessThan(billed() + 0.0002);
  });

  it("for what an earlier run rented, from its beginning", async () => {
    t.world.tell({ story: { portsOpenAfter: { minutes: 300 }, entrypointExits: { afterMinutes: 60 } } });
    const program = anInstance({ ...ssh, maxAttempts: 1, timeouts: { createMinutes: 120 } });
    const killed = t.process();
    const first = failureOf(killed.up(program));
    await t.clock.sleep(40 * MINUTE);
    killed.cancel();
    await first;
    const { message } = await failureOf(t.process().up(program));
    expect(t.world.contracts()).toHaveLength(1);
    expect(said(message)).toBeGreaterThanOrEqual(billed());
    expect(said(message)).toBeLessThan(billed() * 1.1);
  });

  it("for what somebody destroyed", async () => {
    t.world.tell({ story: { portsOpenAfter: { minutes: 300 } } });
    const creating = failureOf(t.process().up(anInstance(ssh)));
    await t.clock.sleep(12 * MINUTE);
    t.world.act(t.world.contracts()[0]?.id ?? 0, { do: "destroy" });
    const { message } = await creating;
    expect(said(message)).toBeGreaterThanOrEqual(billed());
    expect(said(message)).toBeLessThan(billed() * 1.1);
  });
});
