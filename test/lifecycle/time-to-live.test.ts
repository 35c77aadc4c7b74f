import { afterEach, beforeEach, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { anInstance, HANDLER, type ProviderProcess, type TestWorld, TOKEN, testWorld } from "../support/harness.js";

let t: TestWorld;
let process: ProviderProcess;
beforeEach(async () => {
  t = await testWorld();
  process = t.process();
});
afterEach(() => t.stop());

const epochIn = (hours: number, from: number) => Math.round(from / 1000) + hours * 3600;
const label = () => t.world.billedContracts()[0]?.label;
const remakes = () => t.world.view().requests.filter(({ path }) => path.includes("update_template")).length;
const onstart = async (id: string) => (await process.account.look(Number(id)))?.onstart ?? "";

async function change(id: string, before: Bag, program: Bag) {
  const { inputs, failures } = await process.instance.check(before, program);
  expect(failures).toEqual([]);
  const news = { ...inputs, __provider: HANDLER };
  const diff = await process.instance.diff(id, before, news);
  return { diff, update: async () => (await process.instance.update(id, before, news)).outs };
}

it("a time to live counts from renting, stands in the label and in the outputs, and in the start script", async () => {
  const from = t.clock.now();
  const { id, outs } = await process.up(anInstance({ timeToLiveHours: 5, onstart: "echo mine" }));
  const [, until] = /^trainer pulumi:[0-9a-f]{12}:until:(\d+)$/.exec(label() ?? "") ?? [];
  expect(Math.abs(Number(until) - epochIn(5, from))).toBeLessThan(60);
  expect(outs.expiresAt).toBe(new Date(Number(until) * 1000).toISOString());
  expect(await onstart(id)).toMatch(new RegExp(`^# pulumi-vastai watchdog.*deadline=${until}\\n.*echo mine$`, "s"));
});

it("shows no change later, after a refresh either", async () => {
  const program = anInstance({ timeToLiveHours: 5, onstart: "echo mine" });
  const { id, outs } = await process.up(program);
  await t.clock.sleep(2 * 3_600_000);
  const { props = {} } = await process.instance.read(id, outs);
  expect(props).toEqual(outs);
  expect((await change(id, props, program)).diff.changes).toBe(false);
});

it("is extended in place: the label changes, the container does not", async () => {
  const { id, outs } = await process.up(anInstance({ timeToLiveHours: 5 }));
  await t.clock.sleep(4 * 3_600_000);
  const { diff, update } = await change(id, outs, anInstance({ timeToLiveHours: 8 }));
  expect(diff).toEqual({ changes: true, replaces: [] });
  const after = await update();
  const until = epochIn(8, t.clock.now());
  expect(Math.abs(Date.parse(String(after.expiresAt)) / 1000 - until)).toBeLessThan(60);
  expect(label()).toContain(`:until:${Date.parse(String(after.expiresAt)) / 1000}`);
  expect(remakes()).toBe(0);
});

it("stands down in place when it is taken away, and can come back", async () => {
  const { id, outs } = await process.up(anInstance({ timeToLiveHours: 5 }));
  const without = await (await change(id, outs, anInstance())).update();
  expect(label()).toBe(`trainer pulumi:${TOKEN}:until:never`);
  expect(without.expiresAt).toBe("never");
  expect((await change(id, without, anInstance())).diff.changes).toBe(false);
  const back = await (await change(id, without, anInstance({ timeToLiveHours: 1 }))).update();
  expect(label()).toMatch(/:until:\d+$/);
  expect(Date.parse(String(back.expiresAt))).toBeGreaterThan(t.clock.now());
  expect(remakes()).toBe(0);
});

it("makes the container anew when it is added to one without", async () => {
  const { id, outs } = await process.up(anInstance({ onstart: "echo mine" }));
  const after = await (await change(id, outs, anInstance({ onstart: "echo mine", timeToLiveHours: 2 }))).update();
  expect(remakes()).toBe(1);
  expect(await onstart(id)).toMatch(/^# pulumi-vastai watchdog.*echo mine$/s);
  expect(after.expiresAt).toBeDefined();
});

it("is kept when the container is made anew for something else", async () => {
  const { id, outs } = await process.up(anInstance({ timeToLiveHours: 5 }));
  const after = await (await change(id, outs, anInstance({ timeToLiveHours: 5, image: "ubuntu:24.04" }))).update();
  expect(after.expiresAt).toBe(outs.expiresAt);
  expect(await onstart(id)).toMatch(/^# pulumi-vastai watchdog/);
});

it("is known again when a cut-off create is taken up", async () => {
  const program = anInstance({ timeToLiveHours: 5 });
  const dead = t.process();
  void dead.up(program).catch(() => {});
  await t.clock.sleep(45_000);
  dead.cancel();
  await t.clock.sleep(5_000);
  const { outs } = await process.up(program);
  expect(t.world.contracts()).toHaveLength(1);
  expect(label()).toContain(`:until:${Date.parse(String(outs.expiresAt)) / 1000}`);
});

it("does not hide a finished contract from the next create", async () => {
  await process.up(anInstance({ timeToLiveHours: 5 }));
  await expect(t.process().up(anInstance({ timeToLiveHours: 5 }))).rejects.toThrow(/a contract of this very resource/);
  expect(t.world.contracts()).toHaveLength(1);
});
