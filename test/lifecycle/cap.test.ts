// The cap of one instance, where the create that rented it did not come to compare it.
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
import { shown, warningsOf } from "./limited.js";

let t: TestWorld;
let process: ProviderProcess;
beforeEach(async () => {
  t = await testWorld();
  process = t.process();
});
afterEach(() => t.stop());

const billed = () => t.world.billedContracts();
const capped = (inputs: Bag = {}) => anInstance({ maxDollarsPerHour: 0.5, ...inputs });

/** A create that Ctrl-C ends as soon as there is a contract, whose host asks for more than its offer said. */
async function cutOff(program: Bag, priceRises = { afterMinutes: 0, toDollarsPerHour: 0.9 }) {
  t.world.tell({ times: 1, story: { priceRises } });
  const dead = t.process();
  const dying = failureOf(dead.up(program));
  while (billed().length === 0) await t.clock.sleep(50);
  dead.cancel();
  const { id, properties } = await dying;
  return { id, outs: properties };
}

describe("an instance above its cap whose create was cut off before its first look", () => {
  it("fails every up until somebody has seen to it, and stays in the stack", async () => {
    let kept = await cutOff(capped());
    for (let runs = 0; runs < 2; runs += 1) {
      const news = await shown(process, kept, capped());
      const failure = await failureOf(process.instance.update(kept.id, kept.outs, news));
      expect(failure.id).toBe(kept.id);
      expect(failure.message).toMatch(
        /^Instance \d+ costs 0\.902 \$\/h, above the cap of 0\.500 \$\/h .*is billed\. Raise the cap, run `pulumi up --refresh --replace` with its URN .*`pulumi destroy`/,
      );
      expect(failure.properties.rentedDollarsPerHour).toBeUndefined();
      kept = { id: failure.id, outs: failure.properties };
    }
    expect(billed()).toMatchObject([{ id: Number(kept.id), label: `pulumi:${TOKEN}:pending` }]);
  });

  it("is not forgotten by a refresh, which forgets that an update failed", async () => {
    const { id, outs } = await cutOff(capped());
    const failure = await failureOf(process.instance.update(id, outs, await shown(process, { id, outs }, capped())));
    const next = t.process();
    const { props = {} } = await next.instance.read(id, failure.properties);
    const { inputs } = await next.instance.check(props, capped());
    const news = { ...inputs, __provider: HANDLER };
    expect(await next.instance.diff(id, props, news)).toEqual({ changes: true, replaces: [] });
    expect(warningsOf(next)).toEqual([expect.stringMatching(/costs 0\.902 \$\/h, above the cap .* Raise the cap/)]);
    await failureOf(next.instance.update(id, props, news));

    const raised = { ...news, maxDollarsPerHour: 1 };
    const { outs: after } = await next.instance.update(id, props, raised);
    expect(after).toMatchObject({ rentedDollarsPerHour: expect.closeTo(0.902, 3) });
    expect(billed()).toMatchObject([{ id: Number(id), label: `trainer pulumi:${TOKEN}`, actualStatus: "running" }]);
    expect(await next.instance.diff(id, after, raised)).toEqual({ changes: false, replaces: [] });
  });

  it("keeps other changes of the program for the run that goes on", async () => {
    const { id, outs } = await cutOff(capped());
    const program = capped({ image: "ubuntu:24.04", env: { MODE: "train" }, onstart: "echo hello" });
    const failure = await failureOf(process.instance.update(id, outs, await shown(process, { id, outs }, program)));
    const kept = { id, outs: failure.properties };
    const news = await shown(process, kept, { ...program, maxDollarsPerHour: 1 });
    await process.instance.update(id, kept.outs, news);
    expect(await process.account.look(Number(id))).toMatchObject({
      image_uuid: expect.stringContaining("24.04"),
      onstart: "echo hello",
    });
    expect(billed()).toHaveLength(1);
  });

  it("is found when its price rises while it is waited for", async () => {
    const { id, outs } = await cutOff(capped(), { afterMinutes: 1, toDollarsPerHour: 0.9 });
    const failure = await failureOf(process.instance.update(id, outs, await shown(process, { id, outs }, capped())));
    expect(failure.message).toMatch(/costs 0\.902 \$\/h, above the cap/);
    expect(failure).toMatchObject({ id, properties: { dollarsPerHour: expect.closeTo(0.902, 3) } });
    expect(failure.properties.rentedDollarsPerHour).toBeUndefined();
  });

  it("counts with the volume that was made", async () => {
    // 0.33 $/h and a volume of 200 GB at 0.15 $ per GB and month.
    const volumes = [{ sizeGb: 200, mountPath: "/data" }];
    const program = capped({ volumes, maxDollarsPerHour: 0.36 });
    const { id, outs } = await cutOff(program, { afterMinutes: 0, toDollarsPerHour: 0.33 });
    const failure = await failureOf(process.instance.update(id, outs, await shown(process, { id, outs }, program)));
    expect(failure.message).toMatch(/costs 0\.374 \$\/h, above the cap of 0\.360/);
  });
});

it("is compared when renting: who lowers it later keeps the machine", async () => {
  const { id, outs } = await process.up(capped());
  const program = capped({ maxDollarsPerHour: 0.1, label: "champion" });
  await process.instance.update(id, outs, await shown(process, { id, outs }, program));
  expect(billed()).toMatchObject([{ label: `champion pulumi:${TOKEN}` }]);
});
