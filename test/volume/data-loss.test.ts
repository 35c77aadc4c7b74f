import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { failureOf, type TestWorld, testWorld } from "../support/harness.js";
import { created, type Kept, plan, updated } from "../support/steps.js";
import { aVolume, MACHINE, mountingInstance, VOLUME_OFFER } from "./given.js";

let t: TestWorld;
let made: Kept;
beforeEach(async () => {
  t = await testWorld();
  made = await created(t.process().volume, aVolume());
});
afterEach(() => t.stop());

const destroyInstance = (id: number) => t.process().account.client.instances.destroy(id);
const deletes = () =>
  t.world.view().requests.filter(({ method, path }) => method === "DELETE" && path === "/api/v0/volumes/");

describe("a change that would lose the data", () => {
  it.each([
    [{ sizeGb: 100 }, "`sizeGb` from 50 to 100"],
    [{ machineId: MACHINE + 1 }, `\`machineId\` from ${MACHINE} to ${MACHINE + 1}`],
    [{ machineId: undefined, offerId: VOLUME_OFFER + 1 }, `\`offerId\` from nothing to ${VOLUME_OFFER + 1}`],
    [{ name: "other" }, '`name` from "data_0123456789ab" to "other"'],
  ])("is refused in the preview: %o", async (inputs, said) => {
    const failure = await failureOf(plan(t.process().volume, made, aVolume(inputs)));
    expect(failure.message).toContain(`Changing ${said} would delete volume ${made.id} with all its data`);
    expect(failure.message).toContain("`allowDataLoss: true`");
    expect(failure.message).toContain("Take the change back");
    expect(t.world.billedVolumes()).toHaveLength(1);
  });

  it("is made with consent in the same program, and deletes the old volume", async () => {
    const process = t.process();
    const wanted = aVolume({ sizeGb: 100, allowDataLoss: true });
    expect(await plan(process.volume, made, wanted)).toBe("replace");
    const { id } = await created(process.volume, wanted);
    await process.volume.delete(made.id, made.outs);
    expect(t.world.billedVolumes()).toMatchObject([{ id: Number(id), sizeGb: 100 }]);
  });

  it("is announced and not refused while the value is not known", async () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const planned = await plan(t.process().volume, made, aVolume({ sizeGb: unknown }));
    expect(planned).toBe("replace");
  });

  it("needs no consent for a volume that never showed", async () => {
    // Another process on the account: its first list would come too early after that of the first.
    await t.clock.sleep(10_000);
    t.simulator.faults.add({ on: "GET /api/v0/volumes/", then: "500-before", times: "always", skip: 1 });
    const inputs = aVolume({ ownerToken: "f".repeat(12) });
    const { id, properties } = await failureOf(created(t.process().volume, inputs));
    t.simulator.faults.clear();
    const kept = { id, outs: properties };
    const process = t.process();
    const planned = await plan(process.volume, kept, { ...inputs, sizeGb: 10 });
    expect(planned).toBe("replace");
    await process.volume.delete(id, properties);
    expect(t.world.billedVolumes()).toMatchObject([{ id: Number(made.id) }]);
  });
});

describe("a delete", () => {
  it("is refused without consent, and says what to do", async () => {
    const failure = await failureOf(t.process().volume.delete(made.id, made.outs) as Promise<unknown>);
    expect(failure.message).toMatch(
      new RegExp(
        `Volume ${made.id} \\(50 GB on machine ${MACHINE}\\) was not deleted, .*its data is untouched, and it is billed at 0\\.0104`,
      ),
    );
    expect(failure.message).toContain("set `allowDataLoss: true`, run `pulumi up`, then destroy");
    expect(failure.message).toContain(`pulumi config set vastai:allowDataLossOf ${made.id}`);
    expect(t.world.billedVolumes()).toHaveLength(1);
    expect(deletes()).toEqual([]);
  });

  it("is done once the consent is in the state, and confirmed", async () => {
    const process = t.process();
    const agreed = await updated(process.volume, made, aVolume({ allowDataLoss: true }));
    await t.process().volume.delete(made.id, agreed.outs);
    expect(t.world.billedVolumes()).toEqual([]);
    expect(t.world.view().billedPerHour).toBe(0);
  });

  it("is done when the stack's configuration names the volume, and no other", async () => {
    const process = t.process();
    const config = (text: string) =>
      process.volume.configure({ config: { get: (key) => (key === "vastai:allowDataLossOf" ? text : undefined) } });
    await config(`1${made.id}`);
    await expect(process.volume.delete(made.id, made.outs)).rejects.toThrow(/was not deleted/);
    await config(`7, ${made.id}`);
    await process.volume.delete(made.id, made.outs);
    expect(t.world.billedVolumes()).toEqual([]);
  });

  it("of what is gone already asks nobody", async () => {
    await t.process().account.client.volumes.delete(Number(made.id));
    await t.process().volume.delete(made.id, made.outs);
    await t.process().volume.delete(made.id, { ...made.outs, allowDataLoss: true });
    expect(t.world.billedVolumes()).toEqual([]);
  });

  it("waits until Vast lets the volume of a destroyed instance go", async () => {
    const instance = await mountingInstance(t, Number(made.id));
    await destroyInstance(instance);
    const process = t.process();
    await process.volume.delete(made.id, { ...made.outs, allowDataLoss: true });
    expect(t.world.billedVolumes()).toEqual([]);
    expect(deletes().map(({ status }) => status)).toContain(400);
    expect(process.lines.some(({ text }) => text.includes("waiting until Vast lets volume"))).toBe(true);
  });

  it.each(["running", "stopped"] as const)("names the instance that still has it, %s", async (state) => {
    const instance = await mountingInstance(t, Number(made.id));
    t.world.advance(600);
    if (state === "stopped") await t.process().account.client.instances.setState(instance, "stopped");
    const failure = await failureOf(
      t.process().volume.delete(made.id, { ...made.outs, allowDataLoss: true }) as Promise<unknown>,
    );
    expect(failure.message).toContain(`instance ${instance} still has it mounted`);
    expect(failure.message).toContain(`vastai destroy instance ${instance}`);
    expect(t.world.billedVolumes()).toHaveLength(1);
    await destroyInstance(instance);
  });

  it("gives up after its timeout with the server's words, and the volume stays", async () => {
    t.world.settings.volumeInUseSeconds = 3600;
    await destroyInstance(await mountingInstance(t, Number(made.id)));
    const outs = { ...made.outs, allowDataLoss: true, timeouts: { createMinutes: 10, deleteMinutes: 2 } };
    const failure = await failureOf(t.process().volume.delete(made.id, outs) as Promise<unknown>);
    expect(failure.message).toMatch(/still exists after 120 s \(status in-use\) \(".*in use/);
    expect(t.world.billedVolumes()).toHaveLength(1);
  });

  it.each(["500-after", "hang-up-after", "not-json", "429"] as const)("survives %s", async (then) => {
    t.simulator.faults.add({ on: "DELETE /api/v0/volumes/", then });
    await t.process().volume.delete(made.id, { ...made.outs, allowDataLoss: true });
    expect(t.world.billedVolumes()).toEqual([]);
  });

  it("does not take a refused key for absence", async () => {
    t.simulator.faults.add({ on: "DELETE /api/v0/volumes/", then: "auth-error" });
    await expect(t.process().volume.delete(made.id, { ...made.outs, allowDataLoss: true })).rejects.toThrow(/API key/);
    expect(t.world.billedVolumes()).toHaveLength(1);
  });
});
