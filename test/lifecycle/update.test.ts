import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { anInstance, failureOf, type ProviderProcess, type TestWorld, TOKEN, testWorld } from "../support/harness.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

/** check, diff and update, as the engine does for a resource in the state; replacements are an error. */
async function change(process: ProviderProcess, id: string, before: Bag, program: Bag) {
  const { inputs, failures } = await process.instance.check(before, program);
  expect(failures).toEqual([]);
  const news = { ...inputs, __provider: program.__provider };
  const diff = await process.instance.diff(id, before, news);
  expect(diff.replaces).toEqual([]);
  return { diff, update: () => process.instance.update(id, before, news) };
}

const changesSince = (count: number) =>
  t.world
    .view()
    .requests.slice(count)
    .filter(({ method }) => method !== "GET")
    .map(({ method, path }) => `${method} ${path.replace("/api/v0/instances", "").replace(/\d+/, "{id}")}`);
const requests = () => t.world.view().requests.length;

describe("changing an instance in place", () => {
  const program = anInstance({ env: { MODE: "train" }, onstart: "echo hello" });
  let id: string;
  let before: Bag;
  let process: ProviderProcess;
  beforeEach(async () => {
    process = t.process();
    const created = await process.up(program);
    id = created.id;
    before = created.outs;
  });

  it("finds nothing to do when nothing changed", async () => {
    const { diff } = await change(process, id, before, program);
    expect(diff.changes).toBe(false);
  });

  it("renames without touching the container", async () => {
    const count = requests();
    const { diff, update } = await change(process, id, before, { ...program, label: "champion" });
    expect(diff.changes).toBe(true);
    const { outs } = await update();
    expect(t.world.billedContracts()).toMatchObject([
      { id: Number(id), label: `champion pulumi:${TOKEN}`, actualStatus: "running" },
    ]);
    expect(outs.label).toBe("champion");
    expect(changesSince(count)).toEqual(["PUT /{id}/"]);
  });

  it("takes the mark off the label when told so", async () => {
    const { update } = await change(process, id, before, { ...program, labelMark: false });
    await update();
    expect(t.world.billedContracts()).toMatchObject([{ label: "trainer" }]);
  });

  it("stops and starts, keeping the contract", async () => {
    const stopped = await (await change(process, id, before, { ...program, targetState: "stopped" })).update();
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(id), curState: "stopped" }]);
    expect(stopped.outs.sshCommand).toBeUndefined();
    expect(stopped.outs.publicPorts).toBeUndefined();

    const started = await (await change(process, id, stopped.outs, program)).update();
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(id), curState: "running", actualStatus: "running" }]);
    expect(started.outs.sshCommand).toMatch(/^ssh /);
  });

  it("takes a queued start back when the GPU does not come free in time", async () => {
    const stopped = await (await change(process, id, before, { ...program, targetState: "stopped" })).update();
    t.world.takeGpusOf(Number(id));
    const { update } = await change(process, id, stopped.outs, { ...program, timeouts: { updateMinutes: 5 } });
    const failure = await failureOf(update());
    expect(failure.id).toBe(id);
    expect(failure.message).toMatch(
      /could not start within 5 min: its GPU is rented by somebody else\. The start was taken back/,
    );
    expect(t.world.billedContracts()).toMatchObject([{ intendedStatus: "stopped", curState: "stopped" }]);
    t.world.freeGpusOf(Number(id));
    await t.clock.sleep(600_000);
    expect(t.world.billedContracts()).toMatchObject([{ curState: "stopped" }]);
  });

  it.each([
    ["image", { image: "ubuntu:24.04" }, { image: "ubuntu:24.04" }],
    ["env", { env: { MODE: "serve", LEVEL: "2" } }, {}],
    ["onstart", { onstart: "echo bye" }, {}],
    ["ports", { ports: [8080, "53:53/udp"] }, {}],
  ] as const)("makes the container anew for %s, on the same contract, and waits for it", async (_, changed, shown) => {
    const count = requests();
    const { update } = await change(process, id, before, { ...program, ...changed });
    const { outs } = await update();
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(id), actualStatus: "running", ...shown }]);
    expect(changesSince(count)).toEqual(["PUT /update_template/{id}/"]);
    const again = await change(process, id, (await process.instance.read(id, outs)).props ?? {}, {
      ...program,
      ...changed,
    });
    expect(again.diff.changes).toBe(false);
  });

  it("takes back what the program no longer says", async () => {
    const { onstart: _, ...without } = program;
    const { update } = await change(process, id, before, { ...without, env: {} });
    await update();
    const row = await process.account.look(Number(id));
    expect(row?.onstart ?? "").toBe("");
    expect(row?.extra_env ?? {}).not.toHaveProperty("MODE");
  });

  it("publishes ports and tells where they are", async () => {
    const { update } = await change(process, id, before, { ...program, ports: [8080] });
    const { outs } = await update();
    expect(outs.publicPorts).toMatchObject({ "8080/tcp": expect.any(Number), "22/tcp": expect.any(Number) });
  });

  it("leaves what it cannot change to a replacement", async () => {
    const replaced = {
      diskGb: 64,
      runtype: "jupyter",
      user: "me",
      generation: 2,
      imageLogin: { username: "u", password: "p" },
    };
    const { inputs } = await process.instance.check(before, { ...program, ...replaced });
    const diff = await process.instance.diff(id, before, { ...inputs, __provider: program.__provider });
    expect(diff.replaces.toSorted()).toEqual(Object.keys(replaced).toSorted());
  });

  it("does nothing for inputs that matter only when renting", async () => {
    const ignored = {
      offer: { gpuName: "H100 SXM" },
      maxDollarsPerHour: 9,
      maxAttempts: 2,
      timeouts: { createMinutes: 1 },
    };
    const { diff } = await change(process, id, before, { ...program, ...ignored });
    expect(diff.changes).toBe(false);
  });

  it("says that the instance is gone instead of changing another", async () => {
    t.world.act(Number(id), { do: "destroy" });
    const { update } = await change(process, id, before, { ...program, label: "champion" });
    const failure = await failureOf(update());
    expect(failure.message).toMatch(/does not exist any more.* Nothing is billed for it\. Run `pulumi up --refresh`/);
  });

  it("repeats a change whose answer was lost, which does no harm", async () => {
    t.simulator.faults.add({ on: "PUT /api/v0/instances/*", then: "hang-up-after" });
    const { update } = await change(process, id, before, { ...program, label: "champion" });
    await update();
    expect(t.world.billedContracts()).toMatchObject([{ label: `champion pulumi:${TOKEN}` }]);
  });
});

it("changes a bid in place", async () => {
  const process = t.process();
  const program = anInstance({ bidDollarsPerHour: 0.2 });
  const { id, outs } = await process.up(program);
  const { update } = await change(process, id, outs, { ...program, bidDollarsPerHour: 0.25 });
  const changed = await update();
  expect(t.world.billedContracts()[0]?.dollarsPerHourNow).toBeCloseTo(0.25, 2);
  expect(changed.outs.bidDollarsPerHour).toBe(0.25);
  expect(changed.outs.dollarsPerHour).toBeCloseTo(0.25, 2);
});
