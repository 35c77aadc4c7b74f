// What the watchdog in a container does after what the provider did: the contract's own start script, run by bash at a moment of the world.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { containerHost, pathOf } from "../support/container.js";
import { anInstance, HANDLER, type ProviderProcess, type TestWorld, testWorld } from "../support/harness.js";

const HOUR_MS = 3_600_000;

let t: TestWorld;
let process: ProviderProcess;
let host: ReturnType<typeof containerHost>;
beforeEach(async () => {
  t = await testWorld({ pacing: false });
  process = t.process();
  host = containerHost();
});
afterEach(async () => {
  host.stop();
  await t.stop();
});

async function change(by: ProviderProcess, id: string, before: Bag, program: Bag) {
  const { inputs, failures } = await by.instance.check(before, program);
  expect(failures).toEqual([]);
  const news = { ...inputs, __provider: HANDLER };
  const diff = await by.instance.diff(id, before, news);
  return { diff, outs: diff.changes ? (await by.instance.update(id, before, news)).outs : before };
}

/** A create that is cut off while its contract boots, and the one that takes it up. */
async function cutOffThenUp(first: Bag, second: Bag) {
  const dead = t.process();
  void dead.up(anInstance(first)).catch(() => {});
  await t.clock.sleep(45_000);
  dead.cancel();
  await t.clock.sleep(5_000);
  return process.up(anInstance(second));
}

/** Runs the container from a moment of the world on until the watchdog has looked three times, or has ended it. */
async function isBilledAt({ id, outs }: { id: string; outs: Bag }, at: number): Promise<boolean> {
  const { onstart } = (await process.account.look(Number(id))) ?? {};
  const contract = () => t.world.contract(Number(id));
  const looks = () => t.world.view().requests.filter(({ path }) => path === `/api/v0/instances/${id}/`).length;
  const isOver = () => contract()?.destroyedAt !== null;
  const before = looks();
  const path = host.pathInstead("date", `echo ${Math.round(at / 1000)}`);
  const key = String(outs.instanceApiKey);
  const { stop } = host.start({ id, key, onstart: onstart ?? "", env: { PATH: path } });
  await expect.poll(() => isOver() || looks() >= before + 3, { timeout: 8_000, interval: 50 }).toBe(true);
  stop();
  return !isOver();
}

const inHours = (hours: number) => t.clock.now() + hours * HOUR_MS;
const label = () => t.world.billedContracts()[0]?.label;
const said = () => process.lines.filter(({ kind }) => kind === "warning").map(({ text }) => text);

describe.runIf(pathOf("curl"))("a container with a time to live", () => {
  it("ends when its time is over, and not before", async () => {
    const trainer = await process.up(anInstance({ timeToLiveHours: 5, onstart: "echo mine" }));
    expect(await isBilledAt(trainer, inHours(4.9))).toBe(true);
    expect(await isBilledAt(trainer, inHours(5.1))).toBe(false);
  });

  it("lives on when it is extended, and ends then", async () => {
    const trainer = await process.up(anInstance({ timeToLiveHours: 5 }));
    await change(process, trainer.id, trainer.outs, anInstance({ timeToLiveHours: 50 }));
    expect(await isBilledAt(trainer, inHours(49))).toBe(true);
    expect(await isBilledAt(trainer, inHours(51))).toBe(false);
  });

  it("stands down when the time to live is taken away, also together with the mark", async () => {
    const trainer = await process.up(anInstance({ timeToLiveHours: 5 }));
    const { outs: after } = await change(process, trainer.id, trainer.outs, anInstance({ labelMark: false }));
    expect(label()).toBe("trainer pulumi:until:never");
    expect(after.expiresAt).toBe("never");
    expect(await isBilledAt(trainer, inHours(6))).toBe(true);
    const { props = {} } = await process.instance.read(trainer.id, after);
    expect((await change(process, trainer.id, props, anInstance({ labelMark: false }))).diff.changes).toBe(false);
  });

  it("has its end in the label without a mark, too", async () => {
    const trainer = await process.up(anInstance({ timeToLiveHours: 5, labelMark: false }));
    await change(process, trainer.id, trainer.outs, anInstance({ timeToLiveHours: 50, labelMark: false }));
    expect(label()).toMatch(/^trainer pulumi:until:\d+$/);
    expect(await isBilledAt(trainer, inHours(49))).toBe(true);
    expect(await isBilledAt(trainer, inHours(51))).toBe(false);
  });

  it.each([
    ["a time to live", {}],
    ["one that the state told of", { timeToLiveHours: undefined, expiresAt: undefined }],
  ])("has no watchdog any more when it is made anew without %s", async (_, forgotten) => {
    const trainer = await process.up(anInstance({ timeToLiveHours: 5 }));
    const before = { ...trainer.outs, ...forgotten };
    const { outs: after } = await change(process, trainer.id, before, anInstance({ image: "ubuntu:24.04" }));
    expect(after.expiresAt).toBeUndefined();
    expect((await process.account.look(Number(trainer.id)))?.onstart ?? "").toBe("");
  });

  it("listens to the stack that has adopted it", async () => {
    const trainer = await process.up(anInstance({ timeToLiveHours: 5 }));
    await change(process, trainer.id, trainer.outs, anInstance({ timeToLiveHours: 20 }));
    const other = t.process();
    const owner = { ownerToken: "b".repeat(12) };
    const adopted = await other.up(
      anInstance({ ...owner, offer: undefined, adoptInstanceId: Number(trainer.id), takeOver: true }),
    );
    expect(adopted.outs.expiresAt).toBe("never");
    expect(await isBilledAt(trainer, inHours(21))).toBe(true);
    await change(t.process(), trainer.id, adopted.outs, anInstance({ ...owner, timeToLiveHours: 50 }));
    expect(await isBilledAt(trainer, inHours(49))).toBe(true);
    expect(await isBilledAt(trainer, inHours(51))).toBe(false);
  });

  it("keeps its extended end when somebody changes the label and it is started again", async () => {
    const trainer = await process.up(anInstance({ timeToLiveHours: 5 }));
    const extended = await change(process, trainer.id, trainer.outs, anInstance({ timeToLiveHours: 50 }));
    expect(await isBilledAt(trainer, inHours(1))).toBe(true);
    t.world.act(Number(trainer.id), { do: "label", label: "my own words" });
    expect(await isBilledAt(trainer, inHours(20))).toBe(true);
    const { props = {} } = await process.instance.read(trainer.id, extended.outs);
    expect(props.expiresAt).toBe(extended.outs.expiresAt);
    const { outs: after } = await change(process, trainer.id, props, anInstance({ timeToLiveHours: 50 }));
    expect(after.expiresAt).toBe(extended.outs.expiresAt);
    expect(label()).toContain(`:until:${Date.parse(String(after.expiresAt)) / 1000}`);
  });
});

describe("a create that was cut off", () => {
  it("without a time to live says that nothing ends it, and the next update makes the container anew with a watchdog", async () => {
    const program = anInstance({ timeToLiveHours: 5 });
    const { id, outs } = await cutOffThenUp({}, { timeToLiveHours: 5 });
    expect(said()).toContainEqual(expect.stringMatching(/has no watchdog yet: .* Nothing ends it but you\./));
    const { diff, outs: after } = await change(process, id, outs, program);
    expect(diff).toEqual({ changes: true, replaces: [] });
    expect((await process.account.look(Number(id)))?.onstart).toMatch(/^# pulumi-vastai watchdog/);
    expect(Math.abs(Date.parse(String(after.expiresAt)) - inHours(5))).toBeLessThan(10 * 60_000);
    expect((await change(process, id, after, program)).diff.changes).toBe(false);
  });

  it("with another time to live keeps that until the next update", async () => {
    const program = anInstance({ timeToLiveHours: 10 });
    const { id, outs } = await cutOffThenUp({ timeToLiveHours: 1 }, { timeToLiveHours: 10 });
    expect(said()).toContainEqual(expect.stringMatching(/The next `pulumi up` moves that to 10 h from then\./));
    expect(Date.parse(String(outs.expiresAt))).toBeLessThan(inHours(1));
    const { diff, outs: after } = await change(process, id, outs, program);
    expect(diff).toEqual({ changes: true, replaces: [] });
    expect(Date.parse(String(after.expiresAt))).toBeGreaterThan(inHours(9.9));
  });

  it("with a time to live that the program has no more stands down", async () => {
    const { outs } = await cutOffThenUp({ timeToLiveHours: 1 }, {});
    expect(outs.expiresAt).toBe("never");
    expect(label()).toMatch(/:until:never$/);
    expect(said()).toContainEqual(expect.stringMatching(/its watchdog stands down, and it is billed until you end it/));
  });
});

describe("a time that is over", () => {
  it("keeps a stopped instance from being started, which would destroy it at once", async () => {
    const { id, outs } = await process.up(anInstance({ timeToLiveHours: 5 }));
    const { outs: stopped } = await change(
      process,
      id,
      outs,
      anInstance({ timeToLiveHours: 5, targetState: "stopped" }),
    );
    await t.clock.sleep(48 * HOUR_MS);
    await expect(change(process, id, stopped, anInstance({ timeToLiveHours: 5 }))).rejects.toThrow(
      /was to end at .* as soon as it starts\. Nothing was changed, .* Raise `timeToLiveHours`/,
    );
    expect(t.world.contract(Number(id))).toMatchObject({ destroyedAt: null, label: stopped.label && label() });
    const { outs: after } = await change(process, id, stopped, anInstance({ timeToLiveHours: 6 }));
    expect(after.status).toBe("running");
  });

  it("keeps a container from being made anew, whose watchdog would end it at once", async () => {
    const { id, outs } = await process.up(anInstance({ timeToLiveHours: 5 }));
    await t.clock.sleep(6 * HOUR_MS);
    await expect(change(process, id, outs, anInstance({ timeToLiveHours: 5, image: "ubuntu:24.04" }))).rejects.toThrow(
      /was to end at .* Nothing was changed/,
    );
    expect(t.world.contract(Number(id))).toMatchObject({ image: "ubuntu:22.04", actualStatus: "running" });
  });

  it.each(["running", "stopped"])("does not keep it from being renamed, %s", async (targetState) => {
    const program = anInstance({ timeToLiveHours: 5, targetState });
    const { id, outs } = await process.up(program);
    await t.clock.sleep(6 * HOUR_MS);
    await change(process, id, outs, { ...program, label: "champion" });
    expect(label()).toMatch(/^champion /);
  });
});

it("shows that nothing ends the instance when its start script was changed outside", async () => {
  const program = anInstance({ timeToLiveHours: 5 });
  const { id, outs } = await process.up(program);
  await process.account.client.instances.updateTemplate(Number(id), { onstart: "echo theirs" });
  const { props = {} } = await process.instance.read(id, outs);
  expect(props.expiresAt).toBeUndefined();
  const { diff } = await change(process, id, props, program);
  expect(diff).toEqual({ changes: true, replaces: [] });
  expect((await process.account.look(Number(id)))?.onstart).toMatch(/^# pulumi-vastai watchdog/);
});
