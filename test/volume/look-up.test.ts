import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lookUpVolumeOffers, lookUpVolumes } from "../../provider/resources/volume/look-up.js";
import { type TestWorld, testWorld } from "../support/harness.js";
import { MACHINE, mountingInstance, VOLUME_OFFER } from "./given.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

describe("getVolumes", () => {
  it("answers all volumes, or those of a name, a machine or an instance", async () => {
    const { account } = t.process();
    const first = await account.client.volumes.rent({ id: VOLUME_OFFER, size: 20, name: "a" });
    const second = await account.client.volumes.rent({ id: VOLUME_OFFER + 1, size: 30, name: "b" });
    const instance = await mountingInstance(t, first ?? 0);
    const ids = async (args: object) => (await lookUpVolumes(args, account)).volumes.map(({ volumeId }) => volumeId);
    expect(await ids({})).toEqual([first, second]);
    expect(await ids({ name: "b" })).toEqual([second]);
    expect(await ids({ machineId: MACHINE })).toEqual([first]);
    expect(await ids({ mountedBy: instance })).toEqual([first]);
    expect(await ids({ name: "c" })).toEqual([]);
    expect((await lookUpVolumes({ name: "a" }, account)).volumes).toMatchObject([
      { volumeId: first, volumeName: `V.${first}`, name: "a", sizeGb: 20, machineId: MACHINE, mountedBy: [instance] },
    ]);
  });
});

describe("getVolumeOffers", () => {
  it("answers the cheapest first, at the price of the size", async () => {
    t.world.replaceOffers([
      { machine_id: 1, storage_cost: 0.36 },
      { machine_id: 2, storage_cost: 0.18, geolocation: "Berlin, DE" },
      { machine_id: 3, storage_cost: 0.1, verification: "unverified" },
    ]);
    const { account } = t.process();
    const machines = async (args: object) =>
      (await lookUpVolumeOffers(args, account)).offers.map(({ machineId }) => machineId);
    expect(await machines({})).toEqual([2, 1]);
    expect(await machines({ limit: 1 })).toEqual([2]);
    expect(await machines({ defaultFilters: false })).toEqual([3, 2, 1]);
    expect(await machines({ offer: { country: "SE" } })).toEqual([1]);
    const { offers } = await lookUpVolumeOffers({ sizeGb: 100, maxDollarsPerMonth: 20 }, account);
    expect(offers).toMatchObject([
      { offerId: 60_000_002, dollarsPerMonth: 18, dollarsPerHour: 0.025, diskSpaceGb: 250 },
    ]);
  });

  it.each([
    [{ offer: { reliability2: { gte: 0.9 } } }, /Did you mean "reliability"/],
    [{ sizeGb: 0 }, /sizeGb is 0; it must be at least 1/],
  ])("refuses %o before anything is sent", async (args, message) => {
    await expect(lookUpVolumeOffers(args as object, t.process().account)).rejects.toThrow(message);
    expect(t.world.view().requests).toEqual([]);
  });
});
