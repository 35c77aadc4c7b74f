// What a run of this stack left that was cut off, and whose resource no program has any more.
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { anInstance, failureOf, HANDLER, type ProviderProcess, type TestWorld, testWorld } from "../support/harness.js";

const [STACK, OTHER_STACK] = ["5".repeat(12), "6".repeat(12)];
const tokenOf = (name: string, stack = STACK) => `${stack}${name.repeat(12)}`;
const named = (name: string, more: Bag = {}) => anInstance({ label: name, ownerToken: tokenOf(name), ...more });

type Made = { id: string; outs: Bag };
let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const billed = () => t.world.billedContracts();
const idOf = (name: string, stack?: string) =>
  billed().find(({ label }) => label === `pulumi:${tokenOf(name, stack)}:pending`)?.id;
const warnings = ({ lines }: ProviderProcess) => lines.flatMap(({ kind, text }) => (kind === "warning" ? [text] : []));
const naming = (id: number | undefined) =>
  expect.stringMatching(new RegExp(`\\b${id}\\b.*\`vastai destroy instance ${id}\``));

/** Creates that are killed while their machines boot: nothing reaches the state. */
async function killed(...programs: Bag[]): Promise<void> {
  const dead = t.process();
  for (const program of programs) void failureOf(dead.up(program));
  await t.clock.sleep(30_000);
  dead.cancel();
  await t.clock.sleep(60_000);
}

async function asked({ instance }: ProviderProcess, { id, outs }: Made, program: Bag) {
  const { inputs } = await instance.check(outs, program);
  return instance.diff(id, outs, { ...inputs, __provider: HANDLER });
}

it("of a fleet that was killed while it was made, and is smaller now, is named by the creates that are left", async () => {
  await killed(named("a"), named("b"), named("c"));
  const lost = [idOf("b"), idOf("c")];
  const next = t.process();
  await next.up(named("a"));
  expect(warnings(next)).toEqual([expect.stringContaining("Taking up contract"), naming(lost[0])]);
  expect(warnings(next)[1]).toEqual(naming(lost[1]));
  expect(billed().map(({ id }) => id)).toEqual(expect.arrayContaining(lost));
});

it("is named when the resource has another name now, without an alias", async () => {
  await killed(named("a"));
  const id = idOf("a");
  const next = t.process();
  await next.up(named("b"));
  expect(warnings(next)).toEqual([naming(id)]);
});

it("is named by a preview, and by an up that has nothing to do", async () => {
  const made = await t.process().up(named("a"));
  await killed(named("b"));
  const next = t.process();
  expect(await asked(next, made, named("a"))).toMatchObject({ changes: false });
  expect(warnings(next)).toEqual([naming(idOf("b"))]);
});

it("is named by a destroy, once for all resources", async () => {
  const made = [await t.process().up(named("a")), await t.process().up(named("c"))];
  await killed(named("b"));
  const id = idOf("b");
  const next = t.process();
  await Promise.all(made.map(({ id, outs }) => next.instance.delete(id, outs)));
  expect(warnings(next)).toEqual([naming(id)]);
  expect(billed()).toMatchObject([{ id }]);
});

/** A run that replaces a resource and is killed while the new machine boots. */
async function killedReplacement(made: Made, program: Bag): Promise<void> {
  const dead = t.process();
  await asked(dead, made, program);
  void failureOf(dead.up(program));
  await t.clock.sleep(30_000);
  dead.cancel();
  await t.clock.sleep(60_000);
}

it("is named when a replacement was killed before the stack was renamed", async () => {
  const made = await t.process().up(named("a"));
  await killedReplacement(made, named("a", { generation: 2 }));
  const next = t.process();
  await asked(next, made, named("a", { ownerToken: tokenOf("d", OTHER_STACK) }));
  expect(warnings(next)).toEqual([naming(idOf("a"))]);
});

it("is not what a destroy ends beside its own", async () => {
  const a = await t.process().up(named("a"));
  const b = await t.process().up(named("b"));
  await killedReplacement(b, named("b", { generation: 2 }));
  const next = t.process();
  const first = next.instance.delete(a.id, a.outs);
  while (billed().some(({ id }) => String(id) === a.id)) await t.clock.sleep(100);
  await Promise.all([first, next.instance.delete(b.id, b.outs)]);
  expect(warnings(next)).toEqual([expect.stringContaining("Ending contract")]);
  expect(billed()).toEqual([]);
});

it("is not what this run rents, nor what another stack does, or the state has", async () => {
  const made = await t.process().up(named("a"));
  await killed(named("b"), named("c", { ownerToken: tokenOf("c", OTHER_STACK) }));
  const next = t.process();
  const creating = next.up(named("d"));
  await t.clock.sleep(20_000);
  // It was recorded as not initialised, say.
  await next.instance.diff(String(idOf("b")), named("b"), named("b"));
  await asked(next, made, named("a"));
  await creating;
  expect(warnings(next)).toEqual([]);
});

it("is not what a token tells that has no stack in it", async () => {
  await killed(anInstance({ ownerToken: "b".repeat(12) }));
  const next = t.process();
  await next.up(anInstance({ ownerToken: "a".repeat(12) }));
  expect(warnings(next)).toEqual([]);
});
