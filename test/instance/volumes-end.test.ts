import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { anInstance, failureOf, type ProviderProcess, type TestWorld, TOKEN, testWorld } from "../support/harness.js";
import { created, type Kept, plan, refreshed, updated } from "../support/steps.js";

const OTHER = "b".repeat(12);

let t: TestWorld;
let process: ProviderProcess;
let kept: Kept;
let volumeId: number;
beforeEach(async () => {
  t = await testWorld();
  process = t.process();
  kept = await created(process.instance, withVolume());
  volumeId = t.world.billedVolumes()[0]?.id ?? 0;
});
afterEach(() => t.stop());

function withVolume(inputs: Bag = {}): Bag {
  return anInstance({ volumes: [{ sizeGb: 50, mountPath: "/data" }], ...inputs });
}
const warnings = ({ lines }: ProviderProcess) => lines.filter(({ kind }) => kind === "warning").map(({ text }) => text);
const staying = () =>
  new RegExp(
    `Volume ${volumeId} \\("trainer_${TOKEN}", 50 GB on machine \\d+, 0\\.0104 \\$/h\\) stays with its data and is billed on`,
  );

describe("destroying an instance with a volume that its rent made", () => {
  it("keeps the volume, and says what it costs and how to end it", async () => {
    await process.instance.delete(kept.id, kept.outs);
    expect(t.world.billedContracts()).toEqual([]);
    expect(t.world.billedVolumes()).toMatchObject([{ id: volumeId }]);
    expect(warnings(process)).toContainEqual(expect.stringMatching(staying()));
    expect(warnings(process).join()).toContain(`vastai delete volume ${volumeId}`);
  });

  it("deletes it only with keepVolumes false, after Vast has let it go", async () => {
    t.world.settings.volumeInUseSeconds = 45;
    const consenting = await updated(process.instance, kept, withVolume({ keepVolumes: false }));
    await t.process().instance.delete(kept.id, consenting.outs);
    expect([t.world.billedContracts(), t.world.billedVolumes()]).toEqual([[], []]);
  });

  it("changes keepVolumes in place, without waiting for an instance that is offline", async () => {
    t.world.tell({ story: { hostGoesOffline: { afterMinutes: 30 } } });
    const other = await created(process.instance, withVolume({ ownerToken: OTHER }));
    await t.clock.sleep(40 * 60_000);
    const at = t.clock.now();
    const { outs } = await updated(process.instance, other, withVolume({ ownerToken: OTHER, keepVolumes: false }));
    expect(outs).toMatchObject({ keepVolumes: false, createdVolumeIds: other.outs.createdVolumeIds });
    expect(t.clock.now() - at).toBeLessThan(30_000);
  });

  it("fails while another instance has it mounted, and ends it when run again", async () => {
    const consenting = await updated(process.instance, kept, withVolume({ keepVolumes: false }));
    t.world.addOffer({ machine_id: t.world.contract(Number(kept.id))?.machineId ?? 0 });
    const volumes = [{ volumeId, mountPath: "/data" }];
    const other = await t.process().up(anInstance({ ownerToken: OTHER, volumes }));
    const failure = await failureOf(t.process().instance.delete(kept.id, consenting.outs));
    expect(failure.message).toMatch(new RegExp(`Volume ${volumeId} was not deleted: instance ${other.id} still has`));
    await t.process().instance.delete(other.id, other.outs);
    expect(t.world.billedVolumes()).toHaveLength(1);
    await t.process().instance.delete(kept.id, consenting.outs);
    expect([t.world.billedContracts(), t.world.billedVolumes()]).toEqual([[], []]);
  });

  it("forgets one that somebody deleted already", async () => {
    const consenting = await updated(process.instance, kept, withVolume({ keepVolumes: false }));
    t.world.act(Number(kept.id), { do: "destroy" });
    await t.clock.sleep(60_000);
    await process.account.client.volumes.delete(volumeId);
    await t.process().instance.delete(kept.id, consenting.outs);
    const late = t.process();
    await late.instance.delete(kept.id, kept.outs);
    expect(warnings(late)).toEqual([]);
  });

  it("names it also when the account cannot be asked", async () => {
    t.simulator.faults.add({ on: "GET /api/v0/volumes/", then: "502-html", times: "always" });
    await process.instance.delete(kept.id, kept.outs);
    expect(t.world.billedContracts()).toEqual([]);
    expect(warnings(process)).toContainEqual(
      expect.stringMatching(new RegExp(`Volume ${volumeId} stays.*show volumes`)),
    );
  });
});

describe("an instance that is gone outside", () => {
  it("leaves a volume that the refresh names", async () => {
    t.world.act(Number(kept.id), { do: "destroy" });
    expect(await refreshed(process.instance, kept)).toBeUndefined();
    expect(warnings(process)).toContainEqual(expect.stringMatching(staying()));
  });
});

describe("replacing an instance with a volume that its rent made", () => {
  const bigger = (inputs: Bag = {}) => withVolume({ diskGb: 20, ...inputs });

  it("says in the preview that the data does not go along, and how it does", async () => {
    expect(await plan(process.instance, kept, bigger())).toBe("replace");
    expect(warnings(process).join()).toMatch(
      new RegExp(`volume ${volumeId} does not go along: it stays, with its data.*volumeId: ${volumeId}`),
    );
  });

  it("says that it is deleted when both programs consent", async () => {
    const consenting = await updated(process.instance, kept, withVolume({ keepVolumes: false }));
    expect(await plan(process.instance, consenting, bigger({ keepVolumes: false }))).toBe("replace");
    expect(warnings(process).join()).toMatch(/does not go along: it is deleted with all its data/);
  });

  it("gets a new one under another name, and keeps the old one", async () => {
    await plan(process.instance, kept, bigger());
    const next = await created(process.instance, bigger());
    await process.instance.delete(kept.id, kept.outs);
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(next.id) }]);
    expect(t.world.billedVolumes().map(({ name, mountedBy }) => [name, mountedBy])).toEqual([
      [`trainer_${TOKEN}`, []],
      [`trainer_${TOKEN}_2`, [Number(next.id)]],
    ]);
    expect(next.outs.createdVolumeIds).not.toEqual(kept.outs.createdVolumeIds);
  });

  it("is not told once more of a volume that its predecessor just left", async () => {
    await plan(process.instance, kept, bigger());
    await process.instance.delete(kept.id, kept.outs);
    await created(process.instance, bigger());
    expect(warnings(process).join()).toContain("stays with its data");
    expect(warnings(process).join()).not.toContain("made by an earlier run");
  });

  it("deletes nothing that the program of now wants kept", async () => {
    const consenting = await updated(process.instance, kept, withVolume({ keepVolumes: false }));
    await plan(process.instance, consenting, bigger({ keepVolumes: true }));
    await created(process.instance, bigger());
    await process.instance.delete(kept.id, consenting.outs);
    expect(t.world.billedVolumes().map(({ id }) => id)).toContain(volumeId);
  });

  it.each([
    ["by its id", (id: number) => id],
    ["by an id that is not known yet", () => "04da6b54-80e4-46f7-96ec-b56ff0331ba9"],
  ])("does not delete, before the replacement, what that mounts %s", async (_how, idOf) => {
    const consenting = await updated(process.instance, kept, withVolume({ keepVolumes: false }));
    const volumes = [{ volumeId: idOf(volumeId), mountPath: "/data" }];
    await plan(process.instance, consenting, bigger({ keepVolumes: false, volumes }));
    await process.instance.delete(kept.id, consenting.outs);
    expect(t.world.billedContracts()).toEqual([]);
    expect(t.world.billedVolumes()).toMatchObject([{ id: volumeId }]);
  });

  it("takes the data along when the program mounts the old one by its id", async () => {
    t.world.addOffer({ machine_id: t.world.contract(Number(kept.id))?.machineId ?? 0 });
    const moved = bigger({ volumes: [{ volumeId, mountPath: "/data" }] });
    expect(await plan(process.instance, kept, moved)).toBe("replace");
    expect(warnings(process)).toEqual([]);
    const next = await created(process.instance, moved);
    await process.instance.delete(kept.id, kept.outs);
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(next.id) }]);
    expect(t.world.billedVolumes()).toMatchObject([{ id: volumeId, mountedBy: [Number(next.id)] }]);
    expect(next.outs.createdVolumeIds).toBeUndefined();
  });
});

describe("a state that is older than these inputs", () => {
  it("shows no change", async () => {
    const plain = await created(t.process().instance, anInstance({ ownerToken: OTHER }));
    const { volumes, keepVolumes, sshKeyIds, sshPublicKeys, ...old } = plain.outs;
    expect([volumes, keepVolumes, sshKeyIds, sshPublicKeys]).toEqual([[], true, [], []]);
    expect(await plan(t.process().instance, { id: plain.id, outs: old }, anInstance({ ownerToken: OTHER }))).toBe(
      "same",
    );
  });
});
