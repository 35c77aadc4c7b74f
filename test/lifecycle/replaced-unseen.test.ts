// `pulumi up --replace`, a taint and `replaceWith`: the engine asks no diff, and shows the machine that is replaced only when it deletes it.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { anInstance, failureOf, HANDLER, inState, type TestWorld, TOKEN, testWorld } from "../support/harness.js";

const FINISHED = `trainer pulumi:${TOKEN}`;

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const billed = () => t.world.billedContracts();
const warnings = ({ lines }: { lines: readonly { kind: string; text: string }[] }) =>
  lines.filter(({ kind }) => kind === "warning").map(({ text }) => text);

interface Old {
  readonly id: string;
  readonly outs: Bag;
}

async function healthy(): Promise<Old> {
  const old = await t.process().up(anInstance());
  await t.clock.sleep(600_000);
  return old;
}

/** One that stands in the state as not initialised. */
async function notReady(): Promise<Old> {
  t.world.tell({ times: 1, story: { boots: { afterMinutes: 600 } } });
  const { id, properties } = await failureOf(t.process().up(anInstance({ timeouts: { createMinutes: 5 } })));
  await t.clock.sleep(600_000);
  return { id, outs: properties };
}

/** The same after Ctrl-C, which leaves no time for its label. */
async function cancelled(): Promise<Old> {
  t.world.tell({ times: 1, story: { boots: { afterMinutes: 600 } } });
  const process = t.process();
  const failing = failureOf(process.up(anInstance()));
  await t.clock.sleep(120_000);
  process.cancel();
  const { id, properties } = await failing;
  t.clock.advance(610 * 60_000);
  return { id, outs: properties };
}

describe.each([
  ["healthy", healthy],
  ["not initialised", notReady],
] as const)("an instance that is %s", (_, made) => {
  it("is replaced: the new one is rented, the old one ended", async () => {
    const old = await made();
    const process = t.process("key-a", [inState(old.id, old.outs)]);
    const next = await process.up(anInstance());
    expect(billed().map(({ id }) => String(id))).toEqual([old.id, next.id]);
    await process.instance.delete(old.id, old.outs);
    expect(billed()).toMatchObject([{ id: Number(next.id), label: FINISHED, actualStatus: "running" }]);
    expect(warnings(process)).toEqual([]);
  });

  it("is replaced after a refresh, and the new one can be found again until the old one is ended", async () => {
    const old = await made();
    const process = t.process();
    const { props = {} } = await process.instance.read(old.id, old.outs);
    const next = await process.up(anInstance());
    // A run that is killed here has recorded nothing of it.
    expect(billed()).toMatchObject([{ id: Number(old.id) }, { id: Number(next.id), label: `pulumi:${TOKEN}:pending` }]);
    await process.instance.delete(old.id, props);
    expect(billed()).toMatchObject([{ id: Number(next.id), label: FINISHED }]);
  });

  it("is not taken for lost by the run after one that was killed in between", async () => {
    const old = await made();
    const { id, outs } = await t.process("key-a", [inState(old.id, old.outs)]).up(anInstance());
    await t.clock.sleep(60_000);
    // The engine shows the new one alone, and then deletes the old one.
    const next = t.process();
    const { inputs } = await next.instance.check(outs, anInstance());
    const news = { ...inputs, __provider: HANDLER };
    expect(await next.instance.diff(id, outs, news)).toEqual({ changes: true, replaces: [] });
    await next.instance.update(id, outs, news);
    await next.instance.delete(old.id, old.outs);
    expect(billed()).toMatchObject([{ id: Number(id), label: FINISHED }]);
    expect(warnings(next)).toEqual([]);
  });

  it("is refused as what is to be adopted: its replacement would end it", async () => {
    const old = await made();
    const process = t.process("key-a", [inState(old.id, old.outs)]);
    const { message } = await failureOf(process.up(anInstance({ adoptInstanceId: Number(old.id) })));
    expect(message).toMatch(/which is in this stack already/);
    expect(billed()).toMatchObject([{ id: Number(old.id) }]);
  });
});

describe("an old machine that waits for its deletion, when its replacement has left the state", () => {
  it("is neither adopted nor taken for lost", async () => {
    const old = await healthy();
    const process = t.process("key-a", [inState(old.id, old.outs, { isLeaving: true })]);
    const next = await process.up(anInstance());
    await process.instance.delete(old.id, old.outs);
    expect(billed()).toMatchObject([{ id: Number(next.id), label: FINISHED }]);
  });
});

describe("where Pulumi cannot be asked for the state", () => {
  it("a healthy instance is neither adopted nor rented beside: the error claims nothing of the state, and says how to replace", async () => {
    const old = await healthy();
    const { message, id } = await failureOf(t.process().up(anInstance()));
    expect(id).toBeUndefined();
    expect(message).toMatch(
      new RegExp(`has not shown to be in the state: ${old.id} .*\`pulumi up --refresh --replace\` with the URN`),
    );
    expect(message).not.toMatch(/does not know/);
    expect(billed()).toMatchObject([{ id: Number(old.id) }]);
  });

  it("one whose create was cancelled is taken up, survives the delete of its old entry, and is said not to be replaced", async () => {
    const old = await cancelled();
    const process = t.process();
    const next = await process.up(anInstance());
    await process.instance.delete(old.id, old.outs);
    expect(next.id).toBe(old.id);
    expect(billed()).toMatchObject([{ id: Number(old.id), label: FINISHED }]);
    expect(warnings(process)).toEqual([
      expect.stringMatching(/^Taking up contract/),
      expect.stringMatching(
        new RegExp(`^Instance ${old.id} stays, and is billed as before: .*pulumi up --refresh --replace`),
      ),
    ]);
  });

  it("it survives also when only a later run comes to the old entry, and goes with its own", async () => {
    const old = await cancelled();
    const next = await t.process().up(anInstance());
    await t.clock.sleep(60_000);
    const later = t.process();
    const { inputs } = await later.instance.check(next.outs, anInstance());
    expect(await later.instance.diff(next.id, next.outs, { ...inputs, __provider: HANDLER })).toMatchObject({
      changes: false,
    });
    await later.instance.delete(old.id, old.outs);
    expect(billed()).toMatchObject([{ id: Number(next.id) }]);
    await t.clock.sleep(60_000);
    await t.process().instance.delete(next.id, next.outs);
    expect(billed()).toEqual([]);
  });

  it.each([
    ["the old entry first", [0, 1]],
    ["its own entry first", [1, 0]],
  ])("it goes without a word of staying when a later run replaces it: %s", async (_, order) => {
    const old = await cancelled();
    const taken = await t.process().up(anInstance());
    await t.clock.sleep(60_000);
    const later = t.process();
    const { inputs } = await later.instance.check(taken.outs, anInstance({ generation: 1 }));
    const news = { ...inputs, __provider: HANDLER };
    expect(await later.instance.diff(taken.id, taken.outs, news)).toMatchObject({ replaces: ["generation"] });
    const next = await later.up(anInstance({ generation: 1 }));
    // The engine deletes both at once.
    const entries = [old, taken];
    await Promise.all(order.map((i) => later.instance.delete(old.id, entries[i]?.outs ?? {})));
    expect(billed()).toMatchObject([{ id: Number(next.id), label: FINISHED }]);
    expect(warnings(later)).toEqual([]);
  });

  it("an instance that was adopted by its id survives likewise", async () => {
    const old = await healthy();
    const process = t.process();
    const next = await process.up(anInstance({ adoptInstanceId: Number(old.id) }));
    await process.instance.delete(old.id, old.outs);
    expect(billed()).toMatchObject([{ id: Number(next.id) }]);
  });
});
