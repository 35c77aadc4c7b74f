// The last steps of a create: what it writes on Vast and into the state, and what it leaves as it was.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { anInstance, failureOf, HANDLER, type TestWorld, TOKEN, testWorld } from "../support/harness.js";
import { rentedByHand } from "../support/steps.js";
import { killedRun, shown, warningsOf } from "./limited.js";

const PENDING = `pulumi:${TOKEN}:pending`;

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const billed = () => t.world.billedContracts();
const labelCalls = () =>
  t.world.view().requests.filter(({ method, path }) => method === "PUT" && path.includes("/instances/"));

/** Rents one that boots so long. */
async function booting(label: string, bootMinutes: number): Promise<number> {
  t.world.tell({ times: 1, story: { boots: { afterMinutes: bootMinutes } } });
  const taken = billed().map(({ offerId }) => offerId);
  return rentedByHand(t, label, t.world.offers().find(({ id }) => !taken.includes(id))?.id);
}

describe("an instance that is adopted", () => {
  it("is not labelled where its label says already whose it is", async () => {
    const { id } = await t.process().up(anInstance());
    const before = labelCalls().length;
    await t.process().up(anInstance({ adoptInstanceId: Number(id) }));
    expect(labelCalls()).toHaveLength(before);
  });

  it("keeps its label when it does not get ready", async () => {
    const id = await booting("by hand", 90);
    const program = anInstance({ adoptInstanceId: id, timeouts: { createMinutes: 1 } });
    const failure = await failureOf(t.process().up(program));
    expect(failure.id).toBe(String(id));
    expect(failure.properties).not.toHaveProperty("unresolvedRent");
    expect(billed()).toMatchObject([{ id, label: "by hand" }]);
  });

  it("leaves alone what a create of this resource left: that is named by the next preview, and ended by its up", async () => {
    const id = await booting("by hand", 3);
    const left = await booting(PENDING, 1);
    const program = anInstance({ adoptInstanceId: id });
    const made = await t.process().up(program);
    expect(billed()).toMatchObject([{ id }, { id: left, label: PENDING }]);

    const next = t.process();
    const news = await shown(next, made, program);
    expect(warningsOf(next)).toEqual([expect.stringContaining(`Contract ${left} of this resource is billed`)]);
    await next.instance.update(made.id, made.outs, news);
    expect(billed()).toMatchObject([{ id }]);
  });
});

describe("an instance that does not get ready", () => {
  it("has its label, with the end of its time to live: it stands in the stack", async () => {
    t.world.tell({ story: { boots: { afterMinutes: 90 } } });
    const program = anInstance({ timeToLiveHours: 5, timeouts: { createMinutes: 1 } });
    const { id, properties } = await failureOf(t.process().up(program));
    const until = Date.parse(String(properties.expiresAt)) / 1000;
    expect(billed()).toMatchObject([{ id: Number(id), label: `trainer pulumi:${TOKEN}:until:${until}` }]);
  });

  it("is not said to be one that may turn up, when the answer of a rent before it was lost", async () => {
    t.simulator.faults.add({ on: "PUT /api/v0/asks/*", then: "hang-up-before" });
    t.world.tell({ story: { boots: { afterMinutes: 90 } } });
    const { id, message } = await failureOf(t.process().up(anInstance({ timeouts: { createMinutes: 1 } })));
    expect(billed()).toMatchObject([{ id: Number(id) }]);
    expect(message).not.toContain("should its contract turn up");
  });
});

it("leaves the pending label to a replacement that does not get ready", async () => {
  const old = await t.process().up(anInstance());
  const process = t.process();
  const program = anInstance({ diskGb: 50, timeouts: { createMinutes: 1 } });
  const news = await shown(process, old, program);
  t.world.tell({ times: 1, story: { boots: { afterMinutes: 90 } } });
  const failure = await failureOf(process.instance.create({ ...news, __provider: HANDLER }));
  expect(billed()).toMatchObject([{ id: Number(old.id) }, { id: Number(failure.id), label: PENDING }]);
});

it("records when an instance was rented, and not of one that was taken up", async () => {
  const startedAt = t.clock.now();
  const { outs } = await t.process().up(anInstance());
  expect(Date.parse(String(outs.rentedAt)) - startedAt).toBeLessThan(10_000);
  expect(outs).not.toHaveProperty("replacedIds");

  const other = { ownerToken: "b".repeat(12) };
  await killedRun(t, anInstance(other));
  expect((await t.process().up(anInstance(other))).outs.rentedAt).toBeUndefined();
});

it("says nothing of the end of an instance that is taken up with the time to live that it has", async () => {
  const program = anInstance({ timeToLiveHours: 5 });
  await killedRun(t, program);
  const process = t.process();
  await process.up(program);
  expect(warningsOf(process)).toEqual([expect.stringMatching(/^Taking up contract/)]);
});
