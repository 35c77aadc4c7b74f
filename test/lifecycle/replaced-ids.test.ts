// What a replacement remembers of those before it: the engine shows an old machine that waits for its deletion only when it deletes it.
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { anInstance, HANDLER, type TestWorld, testWorld } from "../support/harness.js";

type Made = { id: string; outs: Bag };
let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

/** A run that replaces it; the old one waits for its deletion. */
async function replaced({ id, outs }: Made, generation: number): Promise<Made> {
  const { instance, up } = t.process();
  const program = anInstance({ generation });
  const { inputs } = await instance.check(outs, program);
  await instance.diff(id, outs, { ...inputs, __provider: HANDLER });
  return up(program);
}
/** A run that has nothing to do for the present one, and deletes another. */
async function ended({ id, outs }: Made, present?: Made): Promise<void> {
  const { instance } = t.process();
  if (present) await instance.diff(present.id, present.outs, present.outs);
  await instance.delete(id, outs);
}

it("forgets those that are ended, however often a resource is replaced", async () => {
  let current = await t.process().up(anInstance());
  for (let generation = 2; generation < 6; generation += 1) {
    const old = current;
    current = await replaced(old, generation);
    await ended(old, current);
    expect(current.outs.replacedIds).toEqual([Number(old.id)]);
  }
  await ended(current);
  expect(t.world.billedContracts()).toEqual([]);
});

it("keeps those that still wait for their deletion, also when no list can be had", async () => {
  const first = await t.process().up(anInstance());
  const second = await replaced(first, 2);
  const third = await replaced(second, 3);
  expect(third.outs.replacedIds).toEqual([second, first].map(({ id }) => Number(id)));
  t.simulator.faults.add({ on: "GET /api/v1/instances/", then: "auth-error", times: 1 });
  const fourth = await replaced(third, 4);
  expect(fourth.outs.replacedIds).toEqual([third, second, first].map(({ id }) => Number(id)));
  await ended(first, fourth);
  const fifth = await replaced(fourth, 5);
  expect(fifth.outs.replacedIds).toEqual([fourth, third, second].map(({ id }) => Number(id)));
});
