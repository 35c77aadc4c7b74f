import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import {
  anInstance,
  failureOf,
  HANDLER,
  type ProviderProcess,
  type TestWorld,
  TOKEN,
  testWorld,
} from "../support/harness.js";

let t: TestWorld;
let mine: ProviderProcess;
let other: ProviderProcess;
beforeEach(async () => {
  t = await testWorld();
  mine = t.process("key-a");
  other = t.process("key-b");
});
afterEach(() => t.stop());

const REFUSAL = /is not in the account of the key from .*, and it was last seen with another key\. .*billed there/;

describe("with the key of another account", () => {
  it("an instance is neither taken for gone nor forgotten, whatever is asked", async () => {
    const { id, outs } = await mine.up(anInstance());
    const wanted: Bag = { ...outs, label: "champion", __provider: HANDLER };
    for (const asked of [
      other.instance.read(id, outs),
      other.instance.update(id, outs, wanted),
      other.instance.delete(id, outs),
    ]) {
      expect((await failureOf(asked)).message).toMatch(REFUSAL);
    }
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(id), label: expect.stringMatching(/^trainer /) }]);
    await mine.instance.delete(id, outs);
    expect(t.world.billedContracts()).toEqual([]);
    // Gone for the key that saw it last is gone.
    expect(await mine.instance.read(id, outs)).toEqual({});
  });

  it.each([
    ["a create was not ready in time", false],
    ["an update was not ready in time", true],
  ])("nor one that stays in the stack because %s", async (_, isUpdate) => {
    const program = anInstance({ timeouts: { createMinutes: isUpdate ? 30 : 2, updateMinutes: 2 } });
    const slow = { boots: { afterMinutes: 30 } };
    let kept: { id: string; properties: Bag };
    if (isUpdate) {
      const { id, outs } = await mine.up(program);
      t.world.tell({ story: slow });
      const { inputs } = await mine.instance.check(outs, { ...program, image: "ubuntu:24.04" });
      // A state that does not say with which key it was seen.
      const { seenWithKey: _, ...before } = outs;
      kept = await failureOf(mine.instance.update(id, before, { ...inputs, __provider: HANDLER }));
    } else {
      t.world.tell({ story: slow });
      kept = await failureOf(mine.up(program));
    }
    const { id, properties } = kept;
    await t.clock.sleep(2 * 60_000);
    const { inputs } = await other.instance.check(properties, program);
    for (const asked of [
      other.instance.read(id, properties),
      other.instance.update(id, properties, { ...inputs, __provider: HANDLER }),
      other.instance.delete(id, properties),
    ]) {
      expect((await failureOf(asked)).message).toMatch(REFUSAL);
    }
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(id) }]);
  });

  it("a volume neither", async () => {
    const inputs = { offer: {}, sizeGb: 20, allowDataLoss: true, ownerToken: TOKEN, __provider: HANDLER };
    const checked = await mine.volume.check({}, inputs);
    const { id, outs } = await mine.volume.create({ ...checked.inputs, __provider: HANDLER });
    expect((await failureOf(other.volume.read(id, outs))).message).toMatch(REFUSAL);
    expect((await failureOf(other.volume.delete(id, outs))).message).toMatch(REFUSAL);
    expect(t.world.billedVolumes()).toHaveLength(1);
    await mine.volume.delete(id, outs);
    expect(t.world.billedVolumes()).toEqual([]);
  });
});

it("of another account, a volume that was not seen in time is not taken for gone", async () => {
  t.world.settings.listLagSeconds = 3_600;
  const inputs = { offer: {}, sizeGb: 20, ownerToken: TOKEN, timeouts: { createMinutes: 1 }, __provider: HANDLER };
  const checked = await mine.volume.check({}, inputs);
  const { id, properties } = await failureOf(mine.volume.create({ ...checked.inputs, __provider: HANDLER }));
  await t.clock.sleep(2 * 60_000);
  expect((await failureOf(other.volume.read(id, properties))).message).toMatch(REFUSAL);
  expect((await failureOf(other.volume.delete(id, properties))).message).toMatch(REFUSAL);
  expect(t.world.billedVolumes()).toHaveLength(1);
});

it("a key that sees the instance is remembered from then on, and the state holds no key", async () => {
  const { id, outs } = await mine.up(anInstance());
  expect(JSON.stringify(outs)).not.toContain("key-a");
  const { props = {} } = await mine.instance.read(id, { ...outs, seenWithKey: "00000000" });
  expect(props.seenWithKey).toBe(outs.seenWithKey);
  const { outs: updated = {} } =
    (await mine.instance.update(id, { ...outs, seenWithKey: "00000000" }, { ...outs, label: "champion" })) ?? {};
  expect(updated.seenWithKey).toBe(outs.seenWithKey);
});
