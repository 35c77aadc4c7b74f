import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { anInstance, failureOf, type TestWorld, testWorld } from "../support/harness.js";
import { created, plan, refreshed, updated } from "../support/steps.js";
import { aVolume, MACHINE, mountingInstance, NAME, VOLUME_OFFER } from "./given.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const requests = (method: string, path: string) =>
  t.world.view().requests.filter((each) => each.method === method && each.path.startsWith(path));

describe("a new volume", () => {
  it.each([false, true])("is rented once and tells about itself (answer with volume_id: %s)", async (withId) => {
    t.world.settings.volumeIdInAnswer = withId;
    const { id, outs } = await created(t.process().volume, aVolume());
    expect(t.world.billedVolumes()).toMatchObject([{ id: Number(id), name: NAME, sizeGb: 50, machineId: MACHINE }]);
    expect(outs).toMatchObject({
      volumeId: Number(id),
      volumeName: `V.${id}`,
      name: NAME,
      sizeGb: 50,
      machineId: MACHINE,
      status: "created",
      mountedBy: [],
      dollarsPerMonth: 7.5,
      geolocation: "Sweden, SE",
    });
    expect(outs.dollarsPerHour).toBeCloseTo(7.5 / 720, 6);
    expect(outs.unconfirmed).toBeUndefined();
    expect(requests("PUT", "/api/v0/volumes/")).toHaveLength(1);
  });

  it("goes onto the machine of an instance", async () => {
    const process = t.process();
    const [, third] = t.world.offers().slice(1);
    const { outs: instance } = await process.up(anInstance({ offer: undefined, offerId: third?.id }));
    const { outs } = await created(process.volume, aVolume({ machineId: undefined, onMachineOf: instance.instanceId }));
    expect(t.world.billedVolumes()).toMatchObject([{ machineId: third?.machineId }]);
    expect(outs.machineId).toBe(third?.machineId);
  });

  it("goes into the offer that the program names", async () => {
    await created(t.process().volume, aVolume({ machineId: undefined, offerId: VOLUME_OFFER + 3 }));
    expect(t.world.billedVolumes()).toMatchObject([{ machineId: MACHINE + 3 }]);
  });

  it("goes to the cheapest machine that fits, also when the server overlooks a filter", async () => {
    t.world.replaceOffers([
      { machine_id: 1, storage_cost: 0.05, geolocation: "Texas, US" },
      { machine_id: 2, storage_cost: 0.06, verification: "unverified" },
      { machine_id: 3, storage_cost: 0.07, disk_space: 60 },
      { machine_id: 4, storage_cost: 0.1 },
      { machine_id: 5, storage_cost: 0.09 },
    ]);
    await created(t.process().volume, aVolume({ machineId: undefined, offer: { country: "SE" } }));
    expect(t.world.billedVolumes()).toMatchObject([{ machineId: 5 }]);
  });

  it.each([
    ["a machine that is full", { sizeGb: 251 }, /no room for a volume of 251 GB on machine 900001/],
    ["a price above the cap", { maxDollarsPerMonth: 7.49 }, /at 7\.49 \$ a month or less.*raise `maxDollarsPerMonth`/],
    ["an instance that is none", { machineId: undefined, onMachineOf: 5 }, /onMachineOf is 5, and there is no such/],
    [
      "an offer above the cap",
      { machineId: undefined, offerId: VOLUME_OFFER, maxDollarsPerMonth: 7 },
      /costs 7\.50 \$ a/,
    ],
    ["an unknown offer", { machineId: undefined, offerId: 77 }, /no_such_ask.*Nothing was rented/],
  ])("is not rented on %s", async (_, inputs, message) => {
    const failure = await failureOf(created(t.process().volume, aVolume(inputs)));
    expect(failure.message).toMatch(message);
    expect(failure.id).toBeUndefined();
    expect(t.world.volumes()).toEqual([]);
  });

  it("is rented at exactly the cap", async () => {
    await created(t.process().volume, aVolume({ maxDollarsPerMonth: 7.5 }));
    expect(t.world.billedVolumes()).toHaveLength(1);
  });

  it("says what Vast refuses when the account has no credit", async () => {
    t.world.setCredit(0);
    const failure = await failureOf(created(t.process().volume, aVolume()));
    expect(failure.message).toMatch(/Vast refused to rent a volume .*lacks credit.*Nothing was rented/);
  });
});

describe("a volume that stands", () => {
  it("shows no change after a refresh, and whose it is", async () => {
    const made = await created(t.process().volume, aVolume());
    const instance = await mountingInstance(t, Number(made.id));
    const seen = await refreshed(t.process().volume, made);
    expect(seen?.outs).toMatchObject({ status: "in-use", mountedBy: [instance] });
    const planned = await plan(t.process().volume, seen ?? made, aVolume());
    expect(planned).toBe("same");
  });

  it("is gone when somebody deleted it, and only then", async () => {
    const made = await created(t.process().volume, aVolume());
    t.simulator.faults.add({ on: "GET /api/v0/volumes/", then: "auth-error" });
    await expect(refreshed(t.process().volume, made)).rejects.toThrow(/API key/);
    await t.process().account.client.volumes.delete(Number(made.id));
    expect(await t.process().volume.read(made.id, made.outs)).toEqual({});
  });

  it("stays where it is when the instance beside it is another one, and says so", async () => {
    const process = t.process();
    const first = await process.up(anInstance({ offer: undefined, offerId: t.world.offers()[0]?.id }));
    const inputs = { machineId: undefined, onMachineOf: first.outs.instanceId };
    const made = await created(process.volume, aVolume(inputs));
    const second = await process.up(
      anInstance({ offer: undefined, offerId: t.world.offers()[2]?.id, ownerToken: "f".repeat(12) }),
    );
    const next = aVolume({ ...inputs, onMachineOf: second.outs.instanceId });
    const planned = await plan(process.volume, made, next);
    expect(planned).toBe("update");
    await updated(process.volume, made, next);
    expect(t.world.billedVolumes()).toMatchObject([{ id: Number(made.id), machineId: MACHINE }]);
    expect(process.lines.filter(({ kind }) => kind === "warning").map(({ text }) => text)).toEqual([
      expect.stringMatching(/stays on machine 900001, and instance \d+ .* is on machine/),
    ]);
  });

  it("keeps what the program leaves out later", async () => {
    const made = await created(t.process().volume, aVolume({ name: "mine" }));
    const planned = await plan(t.process().volume, made, aVolume({ machineId: undefined, offer: {}, name: undefined }));
    expect(planned).toBe("same");
  });
});

describe("adoptVolumeId", () => {
  it("takes over a volume as it is", async () => {
    const { client } = t.process().account;
    const id = await client.volumes.rent({ id: VOLUME_OFFER, size: 30, name: "old_data" });
    const { outs } = await created(
      t.process().volume,
      aVolume({ machineId: undefined, sizeGb: undefined, adoptVolumeId: id }),
    );
    expect(outs).toMatchObject({ volumeId: id, name: "old_data", sizeGb: 30, machineId: MACHINE });
    expect(t.world.volumes()).toHaveLength(1);
  });

  it.each([
    [{ sizeGb: 50 }, /has 30 GB, and the program says 50 GB.*`sizeGb: 30`/],
    [{ machineId: 5 }, /is on machine 900001, and the program says machine 5/],
    [{ name: "other" }, /is named "old_data", and the program says "other"/],
  ])("refuses one that differs from %o", async (inputs, message) => {
    const id = await t.process().account.client.volumes.rent({ id: VOLUME_OFFER, size: 30, name: "old_data" });
    const asked = aVolume({ machineId: undefined, sizeGb: undefined, adoptVolumeId: id, ...inputs });
    expect((await failureOf(created(t.process().volume, asked))).message).toMatch(message);
  });

  it("refuses one that is not there, and one that stands in the stack", async () => {
    const process = t.process();
    const absent = await failureOf(created(process.volume, aVolume({ adoptVolumeId: 5 })));
    expect(absent.message).toMatch(/adoptVolumeId is 5, and there is no such volume/);
    const made = await created(process.volume, aVolume());
    const twice = aVolume({ adoptVolumeId: Number(made.id), ownerToken: "f".repeat(12) });
    expect((await failureOf(created(process.volume, twice))).message).toMatch(/in this stack already/);
  });
});

describe("cloneOf", () => {
  it("copies a volume to another machine, with the size of its source", async () => {
    const process = t.process();
    const source = await created(process.volume, aVolume());
    const asked = aVolume({
      machineId: MACHINE + 1,
      sizeGb: undefined,
      cloneOf: Number(source.id),
      ownerToken: "f".repeat(12),
    });
    const { id, outs } = await created(process.volume, asked);
    expect(t.world.billedVolumes()).toMatchObject([
      { id: Number(source.id) },
      { id: Number(id), sizeGb: 50, machineId: MACHINE + 1, clonedFrom: Number(source.id) },
    ]);
    expect(outs).toMatchObject({ sizeGb: 50, name: `V.${id}` });
    const planned = await plan(process.volume, { id, outs }, asked);
    expect(planned).toBe("same");
  });

  it("tells clones of several volumes apart that are made at once, although lists show them late", async () => {
    const process = t.process();
    const tokens = ["a", "b", "c"].map((letter) => letter.repeat(12));
    const sources = await Promise.all(tokens.map((ownerToken) => created(process.volume, aVolume({ ownerToken }))));
    t.world.settings.listLagSeconds = 20;
    const clones = await Promise.all(
      sources.map(({ id }, i) =>
        created(
          process.volume,
          aVolume({ machineId: MACHINE + 1, cloneOf: Number(id), ownerToken: `${i}`.repeat(12) }),
        ),
      ),
    );
    const clonedFrom = (id: string) => t.world.volumes().find((volume) => String(volume.id) === id)?.clonedFrom;
    expect(clones.map(({ id }) => String(clonedFrom(id)))).toEqual(sources.map(({ id }) => id));
    expect(t.world.billedVolumes()).toHaveLength(6);
  });

  it.each([
    [{ cloneOf: 5 }, /cloneOf is 5, and there is no such volume/],
    [{ sizeGb: 20 }, /sizeGb is 20, and volume \d+, which is to be cloned, has 50 GB/],
  ])("refuses %o before anything is rented", async (inputs, message) => {
    const process = t.process();
    const source = await created(process.volume, aVolume());
    const asked = aVolume({ cloneOf: Number(source.id), ownerToken: "f".repeat(12), ...inputs });
    expect((await failureOf(created(process.volume, asked))).message).toMatch(message);
    expect(t.world.volumes()).toHaveLength(1);
  });

  it("is refused beside a young unnamed volume of its size, which a cut-off clone may have left, and names the ways out", async () => {
    const source = await created(t.process().volume, aVolume());
    await t.process().account.client.volumes.clone({ src_id: Number(source.id), dst_id: VOLUME_OFFER });
    const [, left] = t.world.billedVolumes();
    const asked = aVolume({ cloneOf: Number(source.id), machineId: MACHINE + 1, ownerToken: "f".repeat(12) });
    const failure = await failureOf(created(t.process().volume, asked));
    expect(failure.message).toContain(`set \`adoptVolumeId: ${left?.id}\` in the place of \`cloneOf\``);
    expect(failure.message).toContain("`sizeGb: 52`");
    expect(t.world.billedVolumes()).toHaveLength(2);

    await created(t.process().volume, { ...asked, sizeGb: 52 });
    await created(t.process().volume, aVolume({ sizeGb: undefined, adoptVolumeId: left?.id }));
    expect(t.world.billedVolumes()).toHaveLength(3);
  });

  it("is made beside one that has stood for an hour, and points at it", async () => {
    const source = await created(t.process().volume, aVolume());
    await t.process().account.client.volumes.clone({ src_id: Number(source.id), dst_id: VOLUME_OFFER });
    await t.clock.sleep(3_600_000);
    const process = t.process();
    await process.volume.diff(source.id, source.outs, source.outs);
    await created(process.volume, aVolume({ cloneOf: Number(source.id), ownerToken: "f".repeat(12) }));
    expect(process.lines.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/has unnamed volumes of 50 GB already/),
    );
  });
});
