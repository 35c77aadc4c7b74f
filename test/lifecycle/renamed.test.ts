// Resources whose state has another token than their program: renamed by an alias or in the state, in a renamed stack, a moved backend, or on a
// machine of another name. Two live resources must never have one token.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { anInstance, failureOf, HANDLER, type ProviderProcess, type TestWorld, testWorld } from "../support/harness.js";

/** Tokens of one stack, as two machines make them, and of resources in it. */
const [STACK, OTHER_HOST] = ["5".repeat(12), "6".repeat(12)];
const A = `${STACK}${"a".repeat(12)}`;
const B = `${STACK}${"b".repeat(12)}`;

type Made = { id: string; outs: Bag };
let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const a = (more: Bag = {}) => anInstance({ label: "a", ownerToken: A, ...more });
const b = (more: Bag = {}) => anInstance({ label: "b", ownerToken: B, ...more });
const billed = () => t.world.billedContracts().map(({ id, label }) => ({ id: String(id), label }));
const warnings = ({ lines }: ProviderProcess) => lines.flatMap(({ kind, text }) => (kind === "warning" ? [text] : []));

/** check and diff, as the engine asks them about what is in the state. */
async function asked({ instance }: ProviderProcess, { id, outs }: Made, program: Bag) {
  const { inputs } = await instance.check(outs, program);
  const news = { ...inputs, __provider: HANDLER };
  return { ...(await instance.diff(id, outs, news)), news };
}

/** And the update, where diff says so. */
async function step(process: ProviderProcess, made: Made, program: Bag): Promise<Made & { changes: boolean }> {
  const { changes, replaces, news } = await asked(process, made, program);
  expect(replaces).toEqual([]);
  if (!changes) return { ...made, changes };
  return { id: made.id, changes, outs: (await process.instance.update(made.id, made.outs, news)).outs };
}

/** A run that rents a replacement and is killed at once: the engine records nothing. */
async function killedReplacement(made: Made, program: Bag): Promise<void> {
  const dead = t.process();
  expect((await asked(dead, made, program)).replaces).toEqual(["generation"]);
  // The engine checks a replacement once more, without the state.
  void failureOf(dead.up(program));
  await t.clock.sleep(20_000);
  dead.cancel();
  await t.clock.sleep(60_000);
}

describe("a resource that was renamed", () => {
  let old: Made;
  beforeEach(async () => {
    old = await t.process().up(a());
    await t.clock.sleep(600_000);
  });

  it("gets the mark of its new name by an update in place, once", async () => {
    const process = t.process();
    const renamed = await step(process, old, b({ label: "a" }));
    expect(billed()).toEqual([{ id: old.id, label: `a pulumi:${B}` }]);
    expect(process.lines).toMatchObject([
      { kind: "info", text: expect.stringContaining("the mark of its present name") },
    ]);
    expect(renamed.outs).toEqual({ ...old.outs, ownerToken: B });
    expect(await step(t.process(), renamed, b({ label: "a" }))).toMatchObject({ changes: false });
  });

  it("is not waited for, also without a mark: it may be outbid, and stay so", async () => {
    t.world.tell({ story: { outbid: { afterMinutes: 30 } } });
    const bare = { bidDollarsPerHour: 0.25, labelMark: false };
    const cheap = await t.process().up(a({ ...bare, ownerToken: `${STACK}${"c".repeat(12)}` }));
    await t.clock.sleep(40 * 60_000);
    const startedAt = t.clock.now();
    const renamed = await step(t.process(), cheap, b({ ...bare, label: "a" }));
    expect(t.clock.now() - startedAt).toBeLessThan(30_000);
    expect(renamed.outs.ownerToken).toBe(B);
    expect(t.world.contract(Number(cheap.id))).toMatchObject({ label: "a", curState: "stopped" });
  });

  it("leaves its former token to a new resource of the old name, that depends on it or comes later", async () => {
    const second = t.process();
    const renamed = await step(second, old, b());
    const made = await second.up(a());
    expect(billed()).toEqual([
      { id: old.id, label: `b pulumi:${B}` },
      { id: made.id, label: `a pulumi:${A}` },
    ]);
    await t.clock.sleep(600_000);
    const third = t.process();
    const again = [await step(third, renamed, b()), await step(third, made, a())];
    expect(again.map(({ changes }) => changes)).toEqual([false, false]);
    expect(third.lines).toEqual([]);
    expect(billed()).toHaveLength(2);
  });

  it("and one that takes the old name and comes first in the program do not take each other's machine", async () => {
    const second = t.process();
    const creating = second.up(a());
    // The account has answered by then.
    await t.clock.sleep(300);
    await step(second, old, b());
    const made = await creating;
    expect(billed()).toEqual([
      { id: old.id, label: `b pulumi:${B}` },
      { id: made.id, label: `a pulumi:${A}` },
    ]);
  });

  it.each(["update", "delete"] as const)(
    "does not end what a new resource of the old name is renting, when its %s looks for what was left behind",
    async (operation) => {
      const unswept = { id: old.id, outs: { ...old.outs, unresolvedRent: new Date(t.clock.now()).toISOString() } };
      const second = t.process();
      const { news } = await asked(second, unswept, b());
      const creating = second.up(a());
      await t.clock.sleep(20_000);
      expect(billed()).toHaveLength(2);
      if (operation === "update") await second.instance.update(old.id, unswept.outs, news);
      else await second.instance.delete(old.id, unswept.outs);
      const made = await creating;
      expect(billed()).toContainEqual({ id: made.id, label: `a pulumi:${A}` });
      expect(t.world.contracts()).toHaveLength(2);
    },
  );

  it("and is replaced in the same run: what that left when it was killed is seen, and ended", async () => {
    await killedReplacement(old, b({ generation: 2 }));
    expect(billed()).toHaveLength(2);
    const later = t.process();
    await step(later, old, b());
    expect(warnings(later)).toMatchObject([expect.stringContaining(`beside instance ${old.id}`), expect.anything()]);
    expect(billed()).toEqual([{ id: old.id, label: `b pulumi:${B}` }]);
  });

  it("and is replaced in the same run: the replacement has its label when the old one is ended", async () => {
    const process = t.process();
    await asked(process, old, b({ generation: 2 }));
    const made = await process.up(b({ generation: 2 }));
    expect(billed()[1]).toEqual({ id: made.id, label: `pulumi:${B}:pending` });
    await process.instance.delete(old.id, old.outs);
    expect(billed()).toEqual([{ id: made.id, label: `b pulumi:${B}` }]);
    expect(await step(t.process(), made, b({ generation: 2 }))).toMatchObject({ changes: false });
  });
});

describe("a program that runs on a machine of another name", () => {
  const elsewhere = (more: Bag = {}) => a({ ownerToken: `${OTHER_HOST}${"a".repeat(12)}`, ...more });
  let made: Made;
  beforeEach(async () => {
    made = await t.process().up(a());
    await t.clock.sleep(600_000);
  });

  it("changes nothing", async () => {
    expect(await step(t.process(), made, elsewhere())).toMatchObject({ changes: false });
  });

  it("replaces under the token that the state has, by which a killed replacement is seen, and ended", async () => {
    await killedReplacement(made, elsewhere({ generation: 2 }));
    expect(billed()[1]?.label).toBe(`pulumi:${A}:pending`);
    expect((await asked(t.process(), made, elsewhere())).changes).toBe(true);
    await t.process().instance.delete(made.id, made.outs);
    expect(billed()).toEqual([]);
  });
});

describe("a stack that was renamed", () => {
  const there = (more: Bag = {}) => a({ ownerToken: `${"7".repeat(12)}${"c".repeat(12)}`, ...more });
  /** What a create leaves that is not ready in time. */
  async function unready(): Promise<Made> {
    t.world.tell({ times: 1, story: { boots: { afterMinutes: 30 } } });
    const { id, properties } = await failureOf(t.process().up(a({ timeouts: { createMinutes: 5 } })));
    return { id, outs: properties };
  }

  it("keeps its machines when a new stack gets its former name, also one that is not ready", async () => {
    const { id } = await unready();
    expect(billed()).toEqual([{ id, label: `a pulumi:${A}` }]);
    const refused = await failureOf(t.process().up(a()));
    expect(refused.message).toMatch(new RegExp(`to be in the state: ${id} .* run \`pulumi up\` there first`));
    expect(billed()).toHaveLength(1);
  });

  it("leaves its former token free with its next up", async () => {
    const made = await unready();
    t.clock.advance(30 * 60_000);
    await step(t.process(), made, there());
    const other = await t.process().up(a());
    expect(billed()).toEqual([
      { id: made.id, label: `a pulumi:${there().ownerToken}` },
      { id: other.id, label: `a pulumi:${A}` },
    ]);
  });
});

describe("what a failed create leaves in the state", () => {
  it("carries the end of its time to live, for its watchdog", async () => {
    t.world.tell({ times: 1, story: { boots: { afterMinutes: 30 } } });
    const limits = { timeToLiveHours: 5, timeouts: { createMinutes: 5 } };
    const { properties } = await failureOf(t.process().up(a(limits)));
    const until = Date.parse(String(properties.expiresAt)) / 1000;
    expect(billed()).toMatchObject([{ label: `a pulumi:${A}:until:${until}` }]);
  });

  it("is in the state also when its label cannot be set, and gets it with the next up", async () => {
    t.world.tell({ times: 1, story: { boots: { afterMinutes: 30 } } });
    t.simulator.faults.add({ on: "PUT /api/v0/instances/*", then: "500-before", times: 20 });
    const startedAt = t.clock.now();
    const { id, properties } = await failureOf(t.process().up(a({ timeouts: { createMinutes: 5 } })));
    expect(t.clock.now() - startedAt).toBeLessThan(6 * 60_000);
    expect(billed()).toEqual([{ id, label: `pulumi:${A}:pending` }]);
    t.simulator.faults.clear();
    t.clock.advance(30 * 60_000);
    await step(t.process(), { id, outs: properties }, a());
    expect(billed()).toEqual([{ id, label: `a pulumi:${A}` }]);
  });
});
