// In its first minute a contract can be missing from any answer, also when one has shown it: absence proves nothing then.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { anInstance, failureOf, HANDLER, type TestWorld, testWorld } from "../support/harness.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const inputs = anInstance({ timeouts: { createMinutes: 1 } });
const billed = () => t.world.billedContracts();
/** From now on lists lag, and the next answer by id says that there is no such instance. */
function hide(): void {
  t.world.settings.listLagSeconds = 45;
  t.simulator.faults.add({ on: "GET /api/v0/instances/*", then: "null-instance" });
}

/** A contract of some seconds, the second of a create whose time is over, which stands in the state and which a refresh has seen. */
async function youngOne(): Promise<{ id: string; props: Bag }> {
  t.world.settings.listLagSeconds = 45;
  t.world.tell({ times: 1, story: { noSpace: true } });
  const { id, properties } = await failureOf(t.process().up(inputs));
  const { props = {} } = await t.process().instance.read(id, properties);
  expect(props.machineId).toBeDefined();
  return { id, props };
}

describe("an instance of some seconds that an answer hides", () => {
  it("stays in the stack when it is refreshed", async () => {
    const { id, props } = await youngOne();
    hide();
    expect(await t.process().instance.read(id, props)).toMatchObject({ id, props: { machineId: props.machineId } });
    expect(billed()).toMatchObject([{ id: Number(id) }]);
  });

  it("is brought up to date by the next up", async () => {
    const { id, props } = await youngOne();
    const next = t.process();
    hide();
    const { inputs: checked } = await next.instance.check(props, inputs);
    const { outs } = await next.instance.update(id, props, { ...checked, __provider: HANDLER });
    expect(outs.status).toBe("running");
    expect(billed()).toMatchObject([{ id: Number(id) }]);
  });

  it("stays in the stack when the list is read in its first minute, and the answer by id comes late", async () => {
    const { id, props } = await youngOne();
    t.simulator.faults.add({ on: "GET /api/v0/instances/*", then: "429", times: 18 });
    hide();
    expect(await t.process().instance.read(id, props)).toMatchObject({ id });
  });

  it("is not waited for longer than its first minute when it is gone", async () => {
    const { id, props } = await youngOne();
    t.world.act(Number(id), { do: "destroy" });
    expect(await t.process().instance.read(id, props)).toEqual({});
    // The last look takes some seconds.
    expect(t.clock.now()).toBeLessThan(Date.parse(String(props.rentedAt)) + 70_000);
  });

  it("is waited for a minute at most when another machine's clock says that it was rented in an hour", async () => {
    const { id, props } = await youngOne();
    t.world.act(Number(id), { do: "destroy" });
    await t.clock.sleep(3_600_000);
    const rentedAt = new Date(t.clock.now() + 3_600_000).toISOString();
    const askedAt = t.clock.now();
    expect(await t.process().instance.read(id, { ...props, rentedAt })).toEqual({});
    expect(t.clock.now() - askedAt).toBeLessThan(70_000);
  });

  it("has the sweep that is due waited for a minute at most, likewise, by an up and by a destroy", async () => {
    const { id, props } = await youngOne();
    await t.clock.sleep(3_600_000);
    const ahead = { ...props, unresolvedRent: new Date(t.clock.now() + 3_600_000).toISOString() };
    const next = t.process();
    const { inputs: checked } = await next.instance.check(ahead, inputs);
    let askedAt = t.clock.now();
    const { outs } = await next.instance.update(id, ahead, { ...checked, __provider: HANDLER });
    expect(outs.status).toBe("running");
    expect(t.clock.now() - askedAt).toBeLessThan(90_000);
    askedAt = t.clock.now();
    await t.process().instance.delete(id, { ...outs, unresolvedRent: ahead.unresolvedRent });
    expect(t.clock.now() - askedAt).toBeLessThan(90_000);
    expect(billed()).toEqual([]);
  });
});
