// Whose instances count for a stack's `vastai:maxInstances`, and until when.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { anInstance, failureOf, HANDLER, type ProviderProcess, type TestWorld, testWorld } from "../support/harness.js";
import { limited, shown, token, warningsOf } from "./limited.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const stackWith = (limits: Readonly<Record<string, string>>): ProviderProcess => limited(t, limits);
const aResource = (n: number, inputs: Bag = {}) => anInstance({ ownerToken: token(n), ...inputs });
const rentCalls = () => t.world.view().requests.filter(({ path }) => path.includes("/asks/"));
const billed = () => t.world.billedContracts();
const limits = { "vastai:maxInstances": "1" };

describe("a replacement", () => {
  const program = anInstance({ ownerToken: token(1), generation: 2 });

  it("is let in beside the instance that it replaces, and rented when that is gone", async () => {
    const one = await t.process().up(aResource(1));
    const process = stackWith(limits);
    await shown(process, one, program);
    // The engine asks about the replacement as a new resource, before it deletes the old one.
    const { inputs, failures } = await process.instance.check({}, program);
    expect(failures).toEqual([]);
    const news = { ...inputs, __provider: HANDLER };
    expect((await failureOf(process.instance.create(news))).message).toMatch(/would have 2 instances .* allows 1/);
    expect(billed()).toMatchObject([{ id: Number(one.id) }]);

    await process.instance.delete(one.id, one.outs);
    const { id } = await process.instance.create(news);
    expect(billed()).toMatchObject([{ id: Number(id) }]);
  });

  it("is refused before the old one is deleted when the others alone are too many", async () => {
    const [one, two] = [await t.process().up(aResource(1)), await t.process().up(aResource(2))];
    const process = stackWith(limits);
    await shown(process, two, aResource(2));
    await shown(process, one, program);
    const { failures } = await process.instance.check({}, program);
    expect(failures).toMatchObject([{ reason: expect.stringMatching(/would have 2 instances .* allows 1/) }]);
  });

  it("of what a refresh found gone takes its place", async () => {
    const one = await t.process().up(aResource(1));
    t.world.act(Number(one.id), { do: "destroy" });
    await t.clock.sleep(120_000);
    const process = stackWith(limits);
    expect(await process.instance.read(one.id, one.outs)).toEqual({});
    const { id } = await process.up(aResource(1));
    expect(billed()).toMatchObject([{ id: Number(id) }]);
  });
});

describe("a create that leaves nothing", () => {
  it("uses nothing up when its contract was given back", async () => {
    t.world.tell({ times: 1, story: { imageNotFound: true } });
    const process = stackWith(limits);
    expect((await failureOf(process.up(aResource(1, { image: "no/such" })))).id).toBeUndefined();
    expect(billed()).toEqual([]);
    await process.up(aResource(2));
    expect(billed()).toHaveLength(1);
  });

  it("uses nothing up when Vast refused to rent", async () => {
    t.world.setCredit(0);
    const process = stackWith(limits);
    expect((await failureOf(process.up(aResource(1)))).message).toMatch(/Vast refused to rent/);
    t.world.setCredit(50);
    await process.up(aResource(2));
    expect(billed()).toHaveLength(1);
  });

  it("uses nothing up when it did not come to renting, and what is kept does", async () => {
    const process = stackWith(limits);
    t.simulator.faults.add({ on: "GET /api/v1/instances/", then: "auth-error" });
    await failureOf(process.up(aResource(1)));
    expect(rentCalls()).toEqual([]);
    t.world.tell({ times: 1, story: { imageNeverPulls: true } });
    const kept = await failureOf(process.up(aResource(2, { timeouts: { createMinutes: 1 } })));
    expect(billed()).toMatchObject([{ id: Number(kept.id) }]);
    const { failures } = await process.instance.check({}, aResource(3));
    expect(failures).toMatchObject([{ reason: expect.stringMatching(/would have 2 instances/) }]);
  });
});

it("does not count an instance that is only looked up", async () => {
  const stray = await t.process().up(aResource(9));
  const process = stackWith(limits);
  await process.instance.read(stray.id, { ownerToken: token(8), label: "looked up", __provider: HANDLER });
  await process.up(aResource(1));
  expect(billed()).toHaveLength(2);
});

describe("an instance that Pulumi shows late", () => {
  it("is refused with the new one before it, while nothing is rented for that", async () => {
    const old = await t.process().up(aResource(1));
    const process = stackWith(limits);
    expect((await process.instance.check({}, aResource(2))).failures).toEqual([]);
    const { failures } = await process.instance.check(old.outs, aResource(1));
    expect(failures).toMatchObject([{ reason: expect.stringMatching(/would have 2 instances .* allows 1/) }]);
  });

  it("ends what boots for the new one", async () => {
    const old = await t.process().up(aResource(1));
    const process = stackWith(limits);
    const rented = failureOf(process.up(aResource(2)));
    await t.clock.sleep(30_000);
    expect(billed()).toHaveLength(2);
    await shown(process, old, aResource(1));
    expect((await rented).message).toMatch(/None of the 1 offers tried .*the stack would have 2 instances/s);
    expect(billed()).toMatchObject([{ id: Number(old.id) }]);
  });

  it("is told when it is too late: the new one is there", async () => {
    const old = await t.process().up(aResource(1));
    const process = stackWith(limits);
    await process.up(aResource(2));
    await shown(process, old, aResource(1));
    expect(warningsOf(process)).toEqual([
      expect.stringMatching(/^Over the stack's budget: the stack has 2 instances .* allows 1\. Something new/),
    ]);
  });

  it("by its delete is told as well, and not when nothing new was rented", async () => {
    const old = await t.process().up(aResource(1));
    const other = await t.process().up(aResource(3));
    const process = stackWith(limits);
    await process.up(aResource(2));
    await process.instance.delete(old.id, old.outs);
    expect(warningsOf(process)).toEqual([
      expect.stringMatching(
        /^Over the stack's budget until instance \d+ is gone: the stack has 2 instances .* allows 1/,
      ),
    ]);
    const without = stackWith({ "vastai:maxInstances": "0" });
    await without.instance.delete(other.id, other.outs);
    expect(warningsOf(without)).toEqual([]);
  });
});
