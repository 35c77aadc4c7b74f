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
let process: ProviderProcess;
let id: string;
let before: Bag;
const program = anInstance({ env: { MODE: "train" } });

beforeEach(async () => {
  t = await testWorld();
  process = t.process();
  const created = await process.up(program);
  id = created.id;
  before = created.outs;
});
afterEach(() => t.stop());

async function diffAfterRefresh(): Promise<{ changes: boolean; replaces: string[]; props: Bag }> {
  const { props = {} } = await process.instance.read(id, before);
  const { inputs } = await process.instance.check(before, program);
  return { ...(await process.instance.diff(id, props, { ...inputs, __provider: HANDLER })), props };
}

describe("refreshing an instance", () => {
  it("changes nothing when nothing happened, however long it runs", async () => {
    await t.clock.sleep(48 * 3_600_000);
    const { props } = await process.instance.read(id, before);
    expect(props).toEqual(before);
  });

  it("finds a label that somebody changed outside, and a stop, which is no change of the program", async () => {
    t.world.act(Number(id), { do: "label", label: "mine" });
    expect(await diffAfterRefresh()).toMatchObject({
      changes: true,
      replaces: [],
      props: { label: "mine", labelMark: false },
    });
    t.world.act(Number(id), { do: "label", label: `trainer pulumi:${TOKEN}` });
    expect(await diffAfterRefresh()).toMatchObject({ changes: false });
    t.world.act(Number(id), { do: "stop" });
    await t.clock.sleep(60_000);
    expect(await diffAfterRefresh()).toMatchObject({
      changes: false,
      replaces: [],
      props: { targetState: "running", currentState: "stopped", drift: ["stopped"] },
    });
  });

  it("finds an environment that was changed outside, and ignores what others add", async () => {
    await process.account.client.instances.updateTemplate(Number(id), { env: { MODE: "train", OTHER: "1" } });
    await t.clock.sleep(300_000);
    expect(await diffAfterRefresh()).toMatchObject({ changes: false });
    await process.account.client.instances.updateTemplate(Number(id), { env: { MODE: "idle" } });
    await t.clock.sleep(300_000);
    expect(await diffAfterRefresh()).toMatchObject({ changes: true, replaces: [], props: { env: { MODE: "idle" } } });
  });

  it("says that it is gone only when it is", async () => {
    t.world.act(Number(id), { do: "destroy" });
    expect(await process.instance.read(id, before)).toEqual({});
  });

  it.each([
    ["a revoked key", "auth-error"],
    ["a server fault", "500-before"],
    ["a gateway's page", "502-html"],
    ["a cut connection", "hang-up-before"],
    ["garbage", "not-json"],
  ] as const)("never takes %s for absence", async (_, then) => {
    t.simulator.faults.add({ on: "GET **", then, times: "always" });
    const failure = await failureOf(process.instance.read(id, before));
    expect(failure).toBeInstanceOf(Error);
    expect(t.world.billedContracts()).toHaveLength(1);
  });

  it("asks by id before it believes a list that does not have the instance", async () => {
    const asked = t.world.view().requests.length;
    t.world.act(Number(id), { do: "destroy" });
    await process.instance.read(id, before);
    const paths = t.world
      .view()
      .requests.slice(asked)
      .map(({ path }) => path);
    expect(paths).toEqual(["/api/v1/instances/", `/api/v0/instances/${id}/`]);
  });

  it("tells that an instance asked for by id does not exist", async () => {
    const failure = await failureOf(process.instance.read("4711", { __provider: HANDLER }));
    expect(failure.message).toMatch(/There is no instance 4711 in this account/);
  });

  it("reads ten instances with one list call, and one look at what hosts propose", async () => {
    const more = await Promise.all(
      Array.from({ length: 5 }, (_, i) => process.up(anInstance({ ownerToken: `${i}`.padStart(12, "c") }))),
    );
    const asked = t.world.view().requests.length;
    await Promise.all(more.map((one) => process.instance.read(one.id, one.outs)));
    const paths = t.world
      .view()
      .requests.slice(asked)
      .map(({ path }) => path);
    expect(paths).toEqual(["/api/v1/instances/", "/api/v0/instances/pending-price-increases/"]);
  });
});

describe("destroying an instance", () => {
  it("ends the bill and confirms it", async () => {
    await process.instance.delete(id, before);
    expect(t.world.billedContracts()).toEqual([]);
    const billed = t.world.view().dollarsBilled;
    await t.clock.sleep(3_600_000);
    expect(t.world.view().dollarsBilled).toBe(billed);
  });

  it("says what it does", async () => {
    const lines = process.lines.length;
    await process.instance.delete(id, before);
    expect(process.lines.slice(lines)).toEqual([{ text: `destroying instance ${id}`, kind: "passing" }]);
  });

  it("is done when somebody destroyed it already", async () => {
    t.world.act(Number(id), { do: "destroy" });
    await process.instance.delete(id, before);
  });

  it.each([
    "500-before",
    "500-after",
    "hang-up-before",
    "hang-up-after",
    "429",
    "502-html",
    "truncated",
    "slow",
  ] as const)("gets there through %s", async (then) => {
    t.simulator.faults.add({ on: "DELETE **", then, times: 2 }, { on: "GET **", then });
    await process.instance.delete(id, before);
    expect(t.world.billedContracts()).toEqual([]);
  });

  it("fails, and leaves the instance in the stack, when the key is refused", async () => {
    t.world.revokeKey("key-a");
    const failure = await failureOf(process.instance.delete(id, before));
    expect(failure.message).toMatch(/API key/);
    expect(t.world.billedContracts()).toHaveLength(1);
  });

  it("sends destroys that come together as one call", async () => {
    const others = await Promise.all(
      Array.from({ length: 4 }, (_, i) => process.up(anInstance({ ownerToken: `${i}`.padStart(12, "d") }))),
    );
    const asked = t.world.view().requests.length;
    await Promise.all([{ id, outs: before }, ...others].map((one) => process.instance.delete(one.id, one.outs)));
    expect(t.world.billedContracts()).toEqual([]);
    const deletes = t.world
      .view()
      .requests.slice(asked)
      .filter(({ method }) => method === "DELETE");
    expect(deletes).toHaveLength(1);
  });
});
