import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { anInstance, failureOf, HANDLER, type TestWorld, TOKEN, testWorld } from "../support/harness.js";
import { created, failuresOf, plan, refreshed, updated } from "../support/steps.js";
import { aVolume, MACHINE } from "../volume/given.js";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const DATA = "/data";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

/** A volume on a machine that is not the cheapest. */
async function aDearVolume(machineId = MACHINE + 3): Promise<number> {
  const { id } = await created(t.process().volume, aVolume({ machineId }));
  return Number(id);
}
const mounting = (inputs: object) => anInstance({ volumes: [{ mountPath: DATA, ...inputs }] });
const bodies = () => t.world.view().requests.filter(({ method, path }) => method === "PUT" && path.includes("/asks/"));

describe("the volumes of an instance", () => {
  it.each([
    ["neither an old nor a new one", [{ mountPath: DATA }], "volumes.0.volumeId", /nothing says which volume/],
    ["both", [{ mountPath: DATA, volumeId: 7, sizeGb: 5 }], "volumes.0.sizeGb", /\(7\).*\(5\).*give one of them/],
    ["a new name for an old one", [{ mountPath: DATA, volumeId: 7, name: "x" }], "volumes.0.name", /rename volume 7/],
    [
      "two",
      [
        { mountPath: "/a", sizeGb: 1 },
        { mountPath: "/b", sizeGb: 1 },
      ],
      "volumes",
      /one volume with a rent/,
    ],
    ["no folder", [{ mountPath: "data", sizeGb: 1 }], "volumes.0.mountPath", /such as \/data.*"data"/],
    ["no place", [{ sizeGb: 1 }], "volumes.0.mountPath", /expected string/],
    ["half a GB", [{ mountPath: DATA, sizeGb: 0.5 }], "volumes.0.sizeGb", /whole number/],
    ["an odd id", [{ mountPath: DATA, volumeId: "vol-7" }], "volumes.0.volumeId", /V\.38186467/],
    ["an odd name", [{ mountPath: DATA, sizeGb: 1, name: "my data" }], "volumes.0.name", /letters, digits/],
    ["a typo", [{ mountPath: DATA, size: 1 }], "volumes.0.size", /`sizeGb`/],
  ])("are refused in the preview with %s", async (_what, volumes, property, reason) => {
    const failures = await failuresOf(t.process().instance, anInstance({ volumes }));
    expect(failures).toContainEqual({ property, reason: expect.stringMatching(reason) });
  });

  it.each([7, "7", "V.7"])("take the id %s, and one that is not known yet", async (volumeId) => {
    const { instance } = t.process();
    const { inputs } = await instance.check({}, { ...mounting({ volumeId }), __provider: HANDLER });
    expect(inputs.volumes).toEqual([{ volumeId: 7, mountPath: DATA }]);
    expect(await failuresOf(instance, mounting({ volumeId: UNKNOWN }))).toEqual([]);
  });
});

describe("a volume that exists", () => {
  it("ties the search to its machine, and is mounted there", async () => {
    const volumeId = await aDearVolume();
    const { id, outs } = await t.process().up(mounting({ volumeId }));
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(id), machineId: MACHINE + 3 }]);
    expect(t.world.billedVolumes()).toMatchObject([{ id: volumeId, mountedBy: [Number(id)] }]);
    expect(outs.createdVolumeIds).toBeUndefined();
  });

  it("stays when the instance goes, whatever keepVolumes says", async () => {
    const volumeId = await aDearVolume();
    const process = t.process();
    const { id, outs } = await process.up({ ...mounting({ volumeId }), keepVolumes: false });
    await process.instance.delete(id, outs);
    await t.clock.sleep(120_000);
    expect(t.world.billedContracts()).toEqual([]);
    expect(t.world.billedVolumes()).toMatchObject([{ id: volumeId }]);
  });

  it("is not hidden by Vast's own filters on the machine, but by the program's", async () => {
    t.world.replaceOffers([
      { machine_id: 777, verification: "unverified" },
      { machine_id: 888, verification: "verified" },
    ]);
    const volumeId = await aDearVolume(777);
    const offer = { gpuName: "RTX 4090", verified: true };
    const failure = await failureOf(t.process().up({ ...mounting({ volumeId }), offer }));
    expect(failure.message).toMatch(
      new RegExp(`No offer fits .* on machine 777 \\(volume ${volumeId} ties the search to it\\).*rented nothing`),
    );
    await t.process().up(mounting({ volumeId }));
    expect(t.world.billedContracts()).toMatchObject([{ machineId: 777 }]);
  });

  it("does not overrule a machine that the program asks for", async () => {
    const volumeId = await aDearVolume();
    const offer = { gpuName: "RTX 4090", machineId: MACHINE };
    const failure = await failureOf(t.process().up({ ...mounting({ volumeId }), offer }));
    expect(failure.message).toContain(`on machine ${MACHINE + 3} (volume ${volumeId} ties the search to it)`);
    expect(t.world.contracts()).toEqual([]);
  });

  it("says that the machine is full when somebody took its last offer", async () => {
    const volumeId = await aDearVolume();
    const offer = t.world.offers().find(({ machineId }) => machineId === MACHINE + 3);
    t.world.takeOffer(offer?.id ?? 0);
    const failure = await failureOf(t.process().up(mounting({ volumeId })));
    expect(failure.message).toMatch(/ties the search to it.*This run rented nothing.*Copy the volume elsewhere/);
    expect(t.world.contracts()).toEqual([]);
  });

  it("is compared with an offer that is chosen by its id", async () => {
    const volumeId = await aDearVolume();
    const [cheap, , , right] = t.world.offers();
    const wrong = { ...mounting({ volumeId }), offer: undefined, offerId: cheap?.id };
    const failure = await failureOf(t.process().up(wrong));
    expect(failure.message).toMatch(
      new RegExp(`machine ${MACHINE}, and volume ${volumeId} on machine ${MACHINE + 3}: a volume cannot move`),
    );
    expect(bodies()).toEqual([]);
    await t.process().up({ ...wrong, offerId: right?.id });
    expect(t.world.billedVolumes()).toMatchObject([{ mountedBy: [t.world.billedContracts()[0]?.id] }]);
  });

  it("is refused when it is not there", async () => {
    const failure = await failureOf(t.process().up(mounting({ volumeId: 4 })));
    expect(failure.message).toMatch(/volumeId is 4, and there is no such volume.*Nothing was rented/);
    expect(bodies()).toEqual([]);
  });

  it("is shared by several instances, and by an instance and its replacement", async () => {
    t.world.replaceOffers([{ machine_id: 777 }, { machine_id: 777 }, { machine_id: 777 }]);
    const volumeId = await aDearVolume(777);
    const process = t.process();
    const first = await process.up(mounting({ volumeId }));
    const second = await process.up({ ...mounting({ volumeId }), ownerToken: "b".repeat(12) });
    const kept = { id: first.id, outs: first.outs };
    const bigger = { ...mounting({ volumeId }), diskGb: 20 };
    expect(await plan(process.instance, kept, bigger)).toBe("replace");
    const third = await process.up(bigger);
    await process.instance.delete(first.id, first.outs);
    expect(t.world.billedVolumes()).toMatchObject([{ mountedBy: [Number(second.id), Number(third.id)] }]);
  });

  it("keeps its mount when the container is made anew", async () => {
    const volumeId = await aDearVolume();
    const { instance } = t.process();
    const kept = await created(instance, mounting({ volumeId }));
    await updated(instance, kept, { ...mounting({ volumeId }), image: "ubuntu:24.04", env: { A: "b" } });
    const update = t.world.view().requests.find(({ path }) => path.includes("update_template"));
    expect(update?.status).toBe(200);
    const { client } = t.process().account;
    const row = await client.instances.show(Number(kept.id));
    expect(row?.extra_env).toMatchObject({ A: "b", [`-v data_${TOKEN}:${DATA}`]: "1" });
  });
});

describe("a volume that is made with the rent", () => {
  it("is on the machine of the instance, named by the outputs, and shows no change afterwards", async () => {
    const process = t.process();
    const kept = await created(process.instance, mounting({ sizeGb: 50 }));
    const [volume] = t.world.billedVolumes();
    expect(volume).toMatchObject({ machineId: MACHINE, sizeGb: 50, mountedBy: [Number(kept.id)] });
    expect(kept.outs).toMatchObject({
      createdVolumeIds: [volume?.id],
      createdVolumeName: `trainer_${TOKEN}`,
      // At 0.15 $ per GB and month.
      createdVolumeDollarsPerHour: expect.closeTo((50 * 0.15) / 720, 6),
      volumes: [{ sizeGb: 50, mountPath: DATA }],
    });
    expect(await plan(process.instance, kept, mounting({ sizeGb: 50 }))).toBe("same");
    const fresh = await refreshed(process.instance, kept);
    expect(fresh?.outs).toEqual(kept.outs);
    expect(process.lines.filter(({ kind }) => kind === "warning")).toEqual([]);
  });

  it("is looked for where there is room", async () => {
    t.world.replaceOffers([
      { machine_id: 777, disk_space: 60, dph_base: 0.2 },
      { machine_id: 888, disk_space: 900, dph_base: 0.4 },
    ]);
    await t.process().up(mounting({ sizeGb: 200 }));
    expect(t.world.billedVolumes()).toMatchObject([{ machineId: 888, sizeGb: 200 }]);
  });

  it("says that no machine has that much room", async () => {
    const failure = await failureOf(t.process().up(mounting({ sizeGb: 100_000 })));
    expect(failure.message).toMatch(/room for a new volume of 100000 GB.*rented nothing.*Take a smaller volume/);
    const [offer] = t.world.offers();
    const chosen = { ...mounting({ sizeGb: 300 }), offer: undefined, offerId: offer?.id };
    expect((await failureOf(t.process().up(chosen))).message).toMatch(/has room for a volume of 250 GB.*is 300/);
    expect(t.world.contracts()).toEqual([]);
  });

  it("counts for the price cap, before and after renting", async () => {
    // 0.30 $/h, a disk of 10 GB at 0.15 $ a month and GB, and a volume at the same price.
    const disk = (gb: number) => (gb * 0.15) / 720;
    const cap = 0.3 + disk(10) + disk(200);
    const failure = await failureOf(t.process().up({ ...mounting({ sizeGb: 200 }), maxDollarsPerHour: cap - 0.001 }));
    expect(failure.message).toContain("No offer fits");
    await t.process().up({ ...mounting({ sizeGb: 200 }), maxDollarsPerHour: cap + 0.001 });
    expect(t.world.billedContracts()).toHaveLength(1);
  });

  it("has the program's name, with a number where the account has that already", async () => {
    const named = (token: string) => ({ ...mounting({ sizeGb: 5, name: "data" }), ownerToken: token });
    const process = t.process();
    const first = await process.up(named("a".repeat(12)));
    const second = await t.process().up(named("b".repeat(12)));
    expect(t.world.billedVolumes().map(({ name }) => name)).toEqual(["data", "data_2"]);
    expect([first.outs.createdVolumeIds, second.outs.createdVolumeIds]).toEqual(
      t.world.billedVolumes().map(({ id }) => [id]),
    );
  });

  it("does not mix up two of one name that are made at the same time", async () => {
    const named = (token: string) => ({ ...mounting({ sizeGb: 5, name: "data" }), ownerToken: token });
    const process = t.process();
    const both = await Promise.all([process.up(named("a".repeat(12))), process.up(named("b".repeat(12)))]);
    for (const { id, outs } of both) {
      const volume = t.world.billedVolumes().find((each) => [each.id].join() === String(outs.createdVolumeIds));
      expect(volume?.mountedBy).toEqual([Number(id)]);
    }
  });

  it("is refused for an instance that is adopted: what it has says otherwise", async () => {
    const { id } = await t.process().up(anInstance({ labelMark: false }));
    const failure = await failureOf(
      t
        .process()
        .up({ ...mounting({ sizeGb: 5 }), ownerToken: "b".repeat(12), adoptInstanceId: Number(id), offer: undefined }),
    );
    expect(failure.message).toMatch(/has no volume mounted, and `volumes` says otherwise/);
    expect(t.world.contracts()).toHaveLength(1);
    expect(t.world.billedVolumes()).toEqual([]);
  });
});
