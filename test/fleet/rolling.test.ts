import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { anInstance, failureOf, HANDLER, type ProviderProcess, type TestWorld, testWorld } from "../support/harness.js";

type Made = { id: string; outs: Bag };

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
  for (let i = 0; i < 8; i += 1) t.world.addOffer({ dph_base: 0.5 + i / 100 });
  t.world.settings.bootMinutes = [1, 1];
});
afterEach(() => t.stop());

function child(number: number, more: Bag = {}, maxUnavailable = 1): Bag {
  const placement = { group: "vastai:index:Fleet::workers", rolling: { maxUnavailable } };
  return anInstance({ label: `workers-${number}`, ownerToken: `0123456789a${number}`, placement, ...more });
}

function upAll(process: ProviderProcess, count: number): Promise<Made[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => process.up(child(i))));
}

/** What the engine does with a resource of the program that is in the state: check, diff, and what follows from it. */
async function engineStep({ instance }: ProviderProcess, { id, outs }: Made, news: Bag): Promise<Made> {
  const { __provider: _, ...olds } = outs;
  const { inputs, failures } = await instance.check(olds, news);
  expect(failures).toEqual([]);
  const wanted = { ...inputs, __provider: HANDLER };
  const { changes, replaces } = await instance.diff(id, outs, wanted);
  if (!changes) return { id, outs };
  if (replaces.length === 0) return { id, outs: (await instance.update(id, outs, wanted)).outs };
  // Of a replacement it asks again as if it were new; then delete and create follow, as `deleteBeforeReplace` has it.
  const again = await instance.check({}, news);
  await instance.delete(id, outs);
  return instance.create({ ...again.inputs, __provider: HANDLER });
}

/** Looks every ten seconds while something goes on; answers the least number of instances that ran. */
async function leastRunning(work: Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  let goesOn = true;
  const done = work.finally(() => {
    goesOn = false;
  });
  while (goesOn) {
    const running = t.world.billedContracts().filter(({ actualStatus }) => actualStatus === "running");
    least = Math.min(least, running.length);
    await t.clock.sleep(10_000);
  }
  await done;
  return least;
}

const stoppedBecause = (why: string) =>
  new RegExp(
    `^The rolling replacement of workers stopped: ${why}\\. Instance \\d+ was left as it is: it was not destroyed or changed, and is billed as before\\.`,
  );
const idsBilled = () => t.world.billedContracts().map(({ id }) => String(id));

describe("a rolling replacement", () => {
  it.each([
    [1, 2],
    [2, 1],
    [9, 0],
  ])("with maxUnavailable %i keeps %i of three running", async (maxUnavailable, kept) => {
    const made = await upAll(t.process(), 3);
    const process = t.process();
    const steps = made.map((one, i) => engineStep(process, one, child(i, { generation: 2 }, maxUnavailable)));
    expect(await leastRunning(Promise.all(steps))).toBe(kept);
    const after = (await Promise.all(steps)).map(({ id }) => id);
    expect(idsBilled().toSorted()).toEqual(after.toSorted());
    expect(after.filter((id) => made.some((old) => old.id === id))).toEqual([]);
  });

  it.each([
    ["on a machine of another name", (n: number) => `${"6".repeat(12)}${"a".repeat(11)}${n}`],
    ["of a fleet that was renamed", (n: number) => `${"5".repeat(12)}${"b".repeat(11)}${n}`],
  ])("%s takes turns as any other", async (_what, tokenOf) => {
    const first = (n: number) => child(n, { ownerToken: `${"5".repeat(12)}${"a".repeat(11)}${n}` });
    const made = await Promise.all([0, 1, 2].map((n) => t.process().up(first(n))));
    const process = t.process();
    const steps = made.map((one, n) => engineStep(process, one, child(n, { ownerToken: tokenOf(n), generation: 2 })));
    expect(await leastRunning(Promise.all(steps))).toBe(2);
    const after = (await Promise.all(steps)).map(({ id }) => id);
    expect(idsBilled().toSorted()).toEqual(after.toSorted());
  });

  it("says whom it waits for", async () => {
    const made = await upAll(t.process(), 2);
    const process = t.process();
    await Promise.all(made.map((one, i) => engineStep(process, one, child(i, { generation: 2 }))));
    expect(process.lines.map(({ text }) => text)).toContain("waiting for its turn: away now workers-0");
  });

  it("stops at the first that does not come up; nothing of the others is destroyed", async () => {
    const made = await upAll(t.process(), 3);
    t.world.tell({ times: 1, story: { imageNotFound: true } });
    const process = t.process();
    const steps = made.map((one, i) => engineStep(process, one, child(i, { generation: 2 })));
    const [first, ...others] = await Promise.all(steps.map(failureOf));
    expect(first?.message).toContain("did not boot because of what it was asked to run");
    for (const { message } of others) expect(message).toMatch(stoppedBecause("workers-0 did not come up"));
    expect(idsBilled()).toEqual(made.slice(1).map(({ id }) => id));
    expect(t.world.contracts()).toHaveLength(4);
  });

  it("stops as well when a machine is there and not ready in time", async () => {
    const made = await upAll(t.process(), 2);
    t.world.tell({ story: { boots: { afterMinutes: 600 } } });
    const process = t.process();
    const late = { generation: 2, timeouts: { createMinutes: 5, updateMinutes: 5 } };
    const [first, second] = await Promise.all(
      made.map((one, i) => failureOf(engineStep(process, one, child(i, late)))),
    );
    expect(first?.message).toContain("is not ready after 5 min");
    expect(second?.message).toMatch(stoppedBecause("workers-0 did not come up"));
    expect(idsBilled()).toEqual([made[1]?.id, first?.id]);

    // The next run goes on waiting for the first, and counts it as away.
    const unfinished = { id: first?.id ?? "", outs: first?.properties ?? {} };
    const next = t.process();
    const steps = [unfinished, made[1] as Made].map((one, i) => failureOf(engineStep(next, one, child(i, late))));
    const [again, other] = await Promise.all(steps);
    expect(again?.message).toContain("is not ready after 5 min");
    expect(other?.message).toMatch(stoppedBecause("workers-0 did not come up"));
    expect(idsBilled()).toEqual([made[1]?.id, first?.id]);
  });

  it("stops when a machine cannot be destroyed", async () => {
    const made = await upAll(t.process(), 2);
    t.simulator.faults.add({ on: "DELETE /api/v0/instances/*", then: "auth-error", times: "always" });
    const process = t.process();
    const steps = made.map((one, i) => failureOf(engineStep(process, one, child(i, { generation: 2 }))));
    const [, second] = await Promise.all(steps);
    expect(second?.message).toMatch(stoppedBecause("workers-0 could not be destroyed"));
    expect(idsBilled()).toEqual(made.map(({ id }) => id));
  });

  it("goes on in the next run with those that are left, and counts the one that is away still", async () => {
    const made = await upAll(t.process(), 3);
    t.world.tell({ times: 1, story: { imageNotFound: true } });
    const process = t.process();
    const steps = made.map((one, i) => engineStep(process, one, child(i, { generation: 2 })));
    await Promise.all(steps.map(failureOf));

    // The engine remembers that the first was deleted, and begins in any order.
    const next = t.process();
    const rest = made.slice(1).map((one, i) => engineStep(next, one, child(i + 1, { generation: 2 })));
    for (let i = 0; i < 15; i += 1) {
      await t.clock.sleep(400);
      await next.instance.check({}, anInstance());
    }
    const again = next.up(child(0, { generation: 2 }));
    expect(await leastRunning(Promise.all([...rest, again]))).toBe(2);
    const after = await Promise.all([again, ...rest]);
    expect(idsBilled().toSorted()).toEqual(after.map(({ id }) => id).toSorted());
  });

  it("ends its waits at once on Ctrl-C; who waits keeps its machine", async () => {
    const made = await upAll(t.process(), 3);
    const process = t.process();
    const steps = made.map((one, i) => failureOf(engineStep(process, one, child(i, { generation: 2 }))));
    await t.clock.sleep(60_000);
    const at = t.clock.now();
    process.cancel();
    const [, ...others] = await Promise.all(steps);
    expect(t.clock.now() - at).toBeLessThan(5_000);
    for (const { message } of others) expect(message).toContain("cancelled");
    expect(idsBilled()).toEqual(expect.arrayContaining(made.slice(1).map(({ id }) => id)));
  });

  it.each([
    ["gives up on it after two minutes", false],
    ["ends its wait at once on Ctrl-C", true],
  ])("whose next create never comes, since the engine stopped for something else, %s", async (_name, isCancelled) => {
    const made = await upAll(t.process(), 2);
    const [first, second] = made as [Made, Made];
    const process = t.process();
    const { inputs } = await process.instance.check(first.outs, child(0, { generation: 2 }));
    await process.instance.diff(first.id, first.outs, { ...inputs, __provider: HANDLER });
    await process.instance.delete(first.id, first.outs);
    const waiting = failureOf(engineStep(process, second, child(1, { generation: 2 })));
    const at = t.clock.now();
    if (isCancelled) {
      await t.clock.sleep(20_000);
      process.cancel();
    }
    const why = stoppedBecause("something else failed before workers-0 was made anew");
    expect((await waiting).message).toMatch(isCancelled ? /cancelled/ : why);
    expect(t.clock.now() - at).toBeLessThan(isCancelled ? 25_000 : 130_000);
    expect(idsBilled()).toEqual([second.id]);
  });
});

describe("what is not held by turns", () => {
  it("a destroy, and a fleet that shrinks while others are replaced", async () => {
    const made = await upAll(t.process(), 4);
    const process = t.process();
    const [first, second, third, fourth] = made as [Made, Made, Made, Made];
    const rolling = engineStep(process, first, child(0, { generation: 2 }));
    await t.clock.sleep(30_000);
    const at = t.clock.now();
    for (const { id, outs } of [third, fourth]) await process.instance.delete(id, outs);
    expect(t.clock.now() - at).toBeLessThan(60_000);
    expect(idsBilled()).toContain(second.id);
    await rolling;

    const last = t.process();
    const [again] = [await rolling];
    await Promise.all([again, second].map(({ id, outs }) => last.instance.delete(id, outs)));
    expect(idsBilled()).toEqual([]);
  });

  it("old machines whose replacements are up already, without `deleteBeforeReplace`", async () => {
    const made = await upAll(t.process(), 2);
    const process = t.process();
    const next = await Promise.all(
      made.map(async ({ id, outs }, i) => {
        const { inputs } = await process.instance.check(outs, child(i, { generation: 2 }));
        await process.instance.diff(id, outs, { ...inputs, __provider: HANDLER });
        return process.instance.create({ ...inputs, __provider: HANDLER });
      }),
    );
    await Promise.all(made.map(({ id, outs }) => process.instance.delete(id, outs)));
    expect(idsBilled().toSorted()).toEqual(next.map(({ id }) => id).toSorted());
  });

  it("an old machine that an earlier run left to be deleted, beside one that stays", async () => {
    const made = await upAll(t.process(), 2);
    const inputs = child(0, { generation: 2 });
    const second = await t.process().up({ ...inputs, adoptInstanceId: Number(made[1]?.id), takeOver: true });
    const process = t.process();
    await engineStep(process, second, inputs);
    const [old] = made as [Made, ...Made[]];
    await process.instance.delete(old.id, old.outs);
    // Nobody is away, so the next one's turn has come.
    await engineStep(process, second, { ...inputs, generation: 3 });
    expect(idsBilled()).toHaveLength(1);
  });

  it("a change of a name, and a replacement while an instance that takes no turns is made", async () => {
    const made = await upAll(t.process(), 2);
    const process = t.process();
    const placement = { group: "vastai:index:Fleet::workers" };
    const other = process.up(anInstance({ placement, label: "other" }));
    await t.clock.sleep(10_000);
    let isRolled = false;
    const rolling = engineStep(process, made[0] as Made, child(0, { generation: 2 })).then(() => {
      isRolled = true;
    });
    await t.clock.sleep(30_000);
    expect(t.world.contract(Number(made[0]?.id))?.destroyedAt).not.toBeNull();
    expect(t.world.billedContracts().find(({ label }) => label?.includes("pending"))).toBeDefined();

    await engineStep(process, made[1] as Made, child(1, { label: "renamed" }));
    expect(t.world.contract(Number(made[1]?.id))?.label).toMatch(/^renamed /);
    expect(isRolled).toBe(false);
    await Promise.all([rolling, other]);
  });
});

describe("containers that are made anew", () => {
  const remade = { image: "ubuntu:24.04" };

  it("are so in turns, on their machines", async () => {
    const made = await upAll(t.process(), 3);
    const process = t.process();
    const steps = made.map((one, i) => engineStep(process, one, child(i, remade)));
    expect(await leastRunning(Promise.all(steps))).toBe(2);
    expect(idsBilled()).toEqual(made.map(({ id }) => id));
    expect(new Set(t.world.billedContracts().map(({ image }) => image))).toEqual(new Set(["ubuntu:24.04"]));
  });

  it("stop at the first that does not come up: the others run what they ran", async () => {
    const made = await upAll(t.process(), 3);
    const process = t.process();
    const bad = { image: "ubuntu:does-not-exist" };
    const steps = made.map((one, i) => failureOf(engineStep(process, one, child(i, bad))));
    const [first, ...others] = await Promise.all(steps);
    expect(first?.message).toContain("did not boot");
    for (const { message } of others) expect(message).toMatch(stoppedBecause("workers-0 did not come up"));
    const images = t.world.billedContracts().map(({ image }) => image);
    expect(images).toEqual(["ubuntu:does-not-exist", "ubuntu:22.04", "ubuntu:22.04"]);

    // The next run counts the one that never came up, before it changes another.
    const next = t.process();
    const unfinished = { id: first?.id ?? "", outs: first?.properties ?? {} };
    const worse = { image: "ubuntu:does-not-exist-either" };
    const again = [engineStep(next, unfinished, child(0, worse)), engineStep(next, made[1] as Made, child(1, worse))];
    const messages = (await Promise.all(again.map(failureOf))).map(({ message }) => message);
    expect(messages[1]).toMatch(stoppedBecause("workers-0 did not come up"));
    expect(t.world.billedContracts()[1]).toMatchObject({ image: "ubuntu:22.04", actualStatus: "running" });
  });
});
