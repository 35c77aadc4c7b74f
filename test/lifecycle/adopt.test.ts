// Taking over an instance by its id: only one that nobody else has.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { anInstance, failureOf, HANDLER, type ProviderProcess, type TestWorld, testWorld } from "../support/harness.js";

const [STACK, OTHER_STACK] = ["5".repeat(12), "6".repeat(12)];
const tokenOf = (name: string, stack = STACK) => `${stack}${name.repeat(12)}`;
const named = (name: string, more: Bag = {}) => anInstance({ label: name, ownerToken: tokenOf(name), ...more });

type Made = { id: string; outs: Bag };
let t: TestWorld;
let first: Made;
beforeEach(async () => {
  t = await testWorld();
  first = await t.process().up(named("a"));
  await t.clock.sleep(60_000);
});
afterEach(() => t.stop());

const adopting = (name: string, more: Bag = {}) => named(name, { adoptInstanceId: Number(first.id), ...more });
const billed = () => t.world.billedContracts().map(({ id, label }) => ({ id: String(id), label }));
const untouched = () => expect(billed()).toEqual([{ id: first.id, label: `a pulumi:${tokenOf("a")}` }]);
const warnings = ({ lines }: ProviderProcess) => lines.flatMap(({ kind, text }) => (kind === "warning" ? [text] : []));

async function asked({ instance }: ProviderProcess, { id, outs }: Made, program: Bag) {
  const { inputs, failures } = await instance.check(outs, program);
  expect(failures).toEqual([]);
  return instance.diff(id, outs, { ...inputs, __provider: HANDLER });
}

describe("an instance with the mark of another resource", () => {
  it.each([
    ["another resource of this stack", named("b")],
    ["a resource of another stack", named("a", { ownerToken: tokenOf("b", OTHER_STACK) })],
    // As the program of another machine has it, whose state is another one, too.
    ["a resource of another stack", named("a", { ownerToken: tokenOf("a", OTHER_STACK) })],
  ])("is refused: %s", async (whose, program) => {
    const failure = await failureOf(t.process().up({ ...program, adoptInstanceId: Number(first.id) }));
    expect(failure.id).toBeUndefined();
    expect(failure.message).toContain(`carries the mark of ${whose} (pulumi:${tokenOf("a")})`);
    expect(failure.message).toContain("`takeOver: true`");
    untouched();
  });

  it("is taken over when the program says that nobody else has it", async () => {
    const made = await t.process().up(adopting("b", { takeOver: true }));
    expect(made.id).toBe(first.id);
    expect(billed()).toEqual([{ id: first.id, label: `b pulumi:${tokenOf("b")}` }]);
  });

  it("does not end itself any more: its watchdog is told so under the new mark", async () => {
    const limited = await t.process().up(named("l", { timeToLiveHours: 5 }));
    const { outs } = await t.process().up(named("b", { adoptInstanceId: Number(limited.id), takeOver: true }));
    expect(outs.expiresAt).toBe("never");
    expect(billed()[1]?.label).toBe(`b pulumi:${tokenOf("b")}:until:never`);
  });

  it("is refused while it is rented, whatever the program says", async () => {
    const label = `pulumi:${tokenOf("a", OTHER_STACK)}:pending`;
    await t.process().account.client.instances.setLabel(Number(first.id), label);
    const failure = await failureOf(t.process().up(adopting("b", { takeOver: true })));
    expect(failure.message).toMatch(
      /an `up` of a resource of another stack is renting, .* `vastai destroy instance \d+`/,
    );
    expect(billed()).toEqual([{ id: first.id, label }]);
  });
});

describe("an instance that nobody says whose it is", () => {
  it.each([null, "rented by hand", `a pulumi:${tokenOf("a")}`])("is taken over (label %j)", async (label) => {
    await t.process().account.client.instances.setLabel(Number(first.id), label ?? "");
    const { id } = await t.process().up(adopting("a"));
    expect(id).toBe(first.id);
    untouched();
  });

  it("becomes one resource, not two of one run", async () => {
    await t.process().account.client.instances.setLabel(Number(first.id), "");
    const process = t.process();
    const made = await Promise.allSettled(["b", "c"].map((name) => process.up(adopting(name))));
    const [refused, ...others] = made.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []));
    expect(others).toEqual([]);
    expect(refused).toContain("is in this stack already");
    expect(billed()).toHaveLength(1);
  });
});

describe("an instance that the stack has", () => {
  it("is refused by check, when the engine has shown it", async () => {
    const process = t.process();
    await asked(process, first, named("a"));
    const { failures } = await process.instance.check({}, adopting("b", { takeOver: true }));
    expect(failures).toEqual([
      { property: "adoptInstanceId", reason: expect.stringContaining("is in this stack already: two resources") },
    ]);
  });

  it("is refused when the engine shows it a moment later, and has another mark or none", async () => {
    await t.process().account.client.instances.setLabel(Number(first.id), "renamed by hand");
    const process = t.process();
    const creating = failureOf(process.up(adopting("b", { takeOver: true })));
    await t.clock.sleep(300);
    await asked(process, first, named("a"));
    expect((await creating).message).toContain("is in this stack already");
    expect(billed()).toEqual([{ id: first.id, label: "renamed by hand" }]);
  });

  it("can be taken out of it once it is gone", async () => {
    t.world.act(Number(first.id), { do: "destroy" });
    await t.clock.sleep(120_000);
    const process = t.process();
    expect(await process.instance.read(first.id, first.outs)).toEqual({});
    const failure = await failureOf(process.up(adopting("a")));
    expect(failure.message).toContain("there is no such instance in this account");
  });

  it("is not ended by a replacement that would take it over, also with `deleteBeforeReplace`", async () => {
    const adopted = await t.process().up(adopting("a"));
    const process = t.process();
    const next = adopting("a", { generation: 2 });
    expect(await asked(process, adopted, next)).toMatchObject({ replaces: ["generation"] });
    // The engine checks a replacement once more before it deletes or makes anything.
    const { failures } = await process.instance.check({}, next);
    expect(failures).toMatchObject([{ property: "adoptInstanceId" }]);
    untouched();
  });

  it("is not ended by `pulumi up --replace` with `deleteBeforeReplace`, of which no diff tells", async () => {
    const adopted = await t.process().up(adopting("a"));
    const process = t.process();
    await process.instance.check({}, adopting("a"));
    const failure = await failureOf(process.instance.delete(adopted.id, adopted.outs));
    expect(failure.message).toContain("`adoptInstanceId` in the program says to take it over. Nothing was changed");
    untouched();
  });

  it("goes from a resource that leaves the program to the one that takes it over, and runs on", async () => {
    const process = t.process();
    const made = await process.up(adopting("b", { takeOver: true }));
    await process.instance.delete(first.id, first.outs);
    expect(warnings(process)).toEqual([expect.stringContaining(`Instance ${first.id} runs on`)]);
    expect(billed()).toEqual([{ id: made.id, label: `b pulumi:${tokenOf("b")}` }]);
    // It is an ordinary one from then on.
    await t.process().instance.delete(made.id, made.outs);
    expect(billed()).toEqual([]);
  });

  it("does so after a refresh, too, which shows what has left the program", async () => {
    const process = t.process();
    await process.instance.read(first.id, first.outs);
    expect((await process.instance.check({}, adopting("b"))).failures).toHaveLength(1);
    const made = await process.up(adopting("b", { takeOver: true }));
    await process.instance.delete(first.id, first.outs);
    expect(billed()).toEqual([{ id: made.id, label: `b pulumi:${tokenOf("b")}` }]);
  });

  it("is said to stand in the state twice, when the engine shows it after it was taken over", async () => {
    const process = t.process();
    await process.up(adopting("b", { takeOver: true }));
    const failure = await failureOf(asked(process, first, named("a")));
    expect(failure.message).toMatch(/stands in the state twice, .* `pulumi state delete`/);
  });
});
