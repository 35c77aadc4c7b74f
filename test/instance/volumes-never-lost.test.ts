import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { anInstance, failureOf, HANDLER, type TestWorld, TOKEN, testWorld } from "../support/harness.js";
import { created, plan } from "../support/steps.js";
import { aVolume, MACHINE } from "../volume/given.js";

const RENT = "PUT /api/v0/asks/*";
const DELETE_VOLUME = "DELETE /api/v0/volumes/";
const LIST_VOLUMES = "GET /api/v0/volumes/";
const NAME = `trainer_${TOKEN}`;

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const withVolume = (inputs: Bag = {}) => anInstance({ volumes: [{ sizeGb: 50, mountPath: "/data" }], ...inputs });
const warningsOf = ({ lines }: { lines: readonly { kind: string; text: string }[] }) =>
  lines.filter(({ kind }) => kind === "warning").map(({ text }) => text);

/** The one instance and the one volume that are billed, belonging together. */
function expectOnePair({ id, outs }: { id: string; outs: Bag }): void {
  expect(t.world.billedContracts()).toMatchObject([{ id: Number(id), label: `trainer pulumi:${TOKEN}` }]);
  expect(t.world.billedVolumes()).toMatchObject([{ mountedBy: [Number(id)] }]);
  expect(outs.createdVolumeIds).toEqual(t.world.billedVolumes().map((volume) => volume.id));
}

async function untilRented(): Promise<void> {
  while (t.world.contracts().length === 0) await t.clock.sleep(100);
}

/** A run that is killed: nothing of it reaches the state. */
async function killedRun(afterMs: number, inputs: Bag = {}): Promise<void> {
  const dead = t.process();
  void failureOf(dead.up(withVolume(inputs)));
  await t.clock.sleep(afterMs);
  dead.cancel();
  await t.clock.sleep(5_000);
}

describe("a rent with a new volume whose answer is lost", () => {
  it.each(["500-after", "hang-up-after", "not-json", "truncated", "slow"] as const)(
    "is found with its volume when the effect took place (%s)",
    async (then) => {
      t.simulator.faults.add({ on: RENT, then });
      expectOnePair(await t.process().up(withVolume()));
      expect(t.world.volumes()).toHaveLength(1);
    },
  );

  it("makes the volume under another name on the next machine when it did not take place", async () => {
    t.simulator.faults.add({ on: RENT, then: "hang-up-before" });
    const made = await t.process().up(withVolume());
    expectOnePair(made);
    expect(made.outs.createdVolumeName).toBe(`${NAME}_2`);
  });

  it("is named with its volume when nothing could be rented after it", async () => {
    t.simulator.faults.add({ on: RENT, then: "hang-up-before", times: "always" });
    const failure = await failureOf(t.process().up(withVolume({ maxAttempts: 1 })));
    expect(failure.message).toContain(`So may a volume be that is named "${NAME}".`);
  });

  it("leaves no volume without an instance that the lost rent had made", async () => {
    t.simulator.faults.add({ on: RENT, then: "hang-up-before" });
    const process = t.process();
    const creating = process.up(withVolume());
    await t.clock.sleep(30_000);
    await process.account.client.volumes.rent({ id: 60_000_000 + MACHINE, size: 50, name: NAME });
    expectOnePair(await creating);
    expect(t.world.volumes().map(({ name, deletedAt }) => [name, deletedAt === null])).toEqual([
      [NAME, false],
      [`${NAME}_2`, true],
    ]);
  });

  it.each([
    ["ends the volume of a contract that shows up late and never ran", "stopped", true],
    ["keeps and names the volume of one that ran", "running", false],
  ] as const)("%s", async (_what, target_state, isDeleted) => {
    t.simulator.faults.add({ on: RENT, then: "hang-up-before" });
    const process = t.process();
    const creating = process.up(withVolume());
    await t.clock.sleep(90_000);
    t.world.settings.bootMinutes = [0.1, 0.1];
    const [offer] = t.world.offers().slice(3);
    const volume_info = {
      create_new: true,
      volume_id: 60_000_000 + (offer?.machineId ?? 0),
      size: 50,
      mount_path: "/data",
      name: NAME,
    };
    await t.process().account.client.instances.rent(offer?.id ?? 0, {
      client_id: "me",
      image: "ubuntu:22.04",
      disk: 10,
      env: {},
      label: `pulumi:${TOKEN}:pending`,
      target_state,
      cancel_unavail: true,
      volume_info,
    });
    const { id, outs } = await creating;
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(id) }]);
    const late = t.world.volumes().find(({ name }) => name === NAME);
    expect(late?.deletedAt === null).toBe(!isDeleted);
    expect(warningsOf(process).some((text) => text.includes(`vastai delete volume ${late?.id}`))).toBe(!isDeleted);
    expect(outs.createdVolumeName).toBe(`${NAME}_2`);
  });

  it("does not take a volume for its own that existed already", async () => {
    const { id: volumeId } = await created(t.process().volume, aVolume());
    t.simulator.faults.add({ on: RENT, then: "hang-up-after" });
    const { outs } = await t
      .process()
      .up(anInstance({ keepVolumes: false, volumes: [{ volumeId: Number(volumeId), mountPath: "/data" }] }));
    expect(outs.createdVolumeIds).toBeUndefined();
  });
});

describe("a new volume whose instance does not boot", () => {
  it.each([{ noSpace: true }, { ociError: true }] as const)(
    "is deleted before the next machine is rented (%o)",
    async (story) => {
      t.world.tell({ times: 1, story });
      const process = t.process();
      const made = await process.up(withVolume());
      expectOnePair(made);
      const [first, second] = t.world.volumes();
      expect(first?.machineId).not.toBe(second?.machineId);
      expect(Date.parse(first?.deletedAt ?? "")).toBeLessThanOrEqual(Date.parse(second?.createdAt ?? ""));
    },
  );

  it("is waited for while it is still in use", async () => {
    t.world.settings.volumeInUseSeconds = 90;
    t.world.tell({ story: { imageNotFound: true } });
    const failure = await failureOf(t.process().up(withVolume()));
    expect(failure.message).toMatch(/It was destroyed/);
    expect([t.world.billedContracts(), t.world.billedVolumes()]).toEqual([[], []]);
  });

  it("is looked for until the list must show it, when the contract of a refused bid is given back at once", async () => {
    const [only] = t.world.replaceOffers([{ dph_base: 0.6, min_bid: 0.2 }]);
    t.world.settings.listLagSeconds = 50;
    t.simulator.faults.add({ on: "POST /api/v0/bundles", then: "slow", seconds: 20 });
    const failing = failureOf(t.process().up(withVolume({ bidDollarsPerHour: 0.25 })));
    await t.clock.sleep(10_000);
    t.world.setMinBid(only ?? 0, 0.5);
    expect((await failing).message).toMatch(/refused: Bid is below the minimum/);
    expect(t.world.volumes()).toHaveLength(1);
    expect([t.world.billedContracts(), t.world.billedVolumes()]).toEqual([[], []]);
  });

  it("is named in the error and found by the next run when it cannot be deleted", async () => {
    t.world.settings.volumeInUseSeconds = 3 * 3600;
    t.world.tell({ times: 1, story: { imageNotFound: true } });
    const failure = await failureOf(t.process().up(withVolume()));
    const [left] = t.world.billedVolumes();
    expect(failure.id).toBeUndefined();
    expect(failure.message).toMatch(
      new RegExp(
        `Volume ${left?.id} \\("${NAME}", 50 GB on machine .*could not be deleted.*vastai delete volume ${left?.id}`,
      ),
    );
    const next = t.process();
    await next.up(withVolume());
    expect(warningsOf(next)).toContainEqual(
      expect.stringMatching(new RegExp(`Volume ${left?.id} .*made by an earlier run.*volumeId: ${left?.id}`)),
    );
    expect(t.world.billedVolumes()).toHaveLength(2);
  });

  it("is said to be billed no more, with its contract, when all machines failed", async () => {
    t.world.tell({ story: { ociError: true } });
    const { message } = await failureOf(t.process().up(withVolume({ maxAttempts: 1 })));
    expect([t.world.billedContracts(), t.world.billedVolumes()]).toEqual([[], []]);
    expect(message).toMatch(/What this run rented was given back, and is not billed any more/);
  });

  it("is named as one that may be billed when the account does not tell its volumes", async () => {
    t.world.tell({ story: { ociError: true } });
    const process = t.process();
    const failing = failureOf(process.up(withVolume({ maxAttempts: 1 })));
    await untilRented();
    t.simulator.faults.add({ on: LIST_VOLUMES, then: "auth-error", times: "always" });
    const failure = await failing;
    expect([t.world.billedContracts().length, t.world.billedVolumes().length]).toEqual([0, 1]);
    const named = new RegExp(`Volume "${NAME}", made with contract \\d+, may exist and be billed`);
    expect(failure.message).toMatch(named);
    expect(failure.message).not.toMatch(/costs nothing|not billed any more/);
    expect(warningsOf(process)).toContainEqual(expect.stringMatching(named));
  });

  it("is named as one that may be billed when Ctrl-C comes while the account is asked, and nothing else is rented", async () => {
    t.world.tell({ times: 1, story: { ociError: true } });
    const process = t.process();
    const failing = failureOf(process.up(withVolume()));
    await untilRented();
    t.simulator.faults.add({ on: LIST_VOLUMES, then: "slow", seconds: 60, times: "always" });
    while (t.world.contracts()[0]?.destroyedAt == null) await t.clock.sleep(100);
    await t.clock.sleep(10_000);
    process.cancel();
    expect((await failing).message).toMatch(/cancelled.* made with contract \d+, may exist and be billed/);
    expect(t.world.contracts()).toHaveLength(1);
  });

  it("is named when the account cannot be asked for it", async () => {
    t.simulator.faults.add({ on: DELETE_VOLUME, then: "502-html", times: "always" });
    t.world.tell({ times: 1, story: { ociError: true } });
    const process = t.process();
    const made = await process.up(withVolume());
    const left = t.world.billedVolumes().find(({ mountedBy }) => mountedBy.length === 0);
    expect(left).toBeDefined();
    expect(warningsOf(process)).toContainEqual(expect.stringContaining(`vastai delete volume ${left?.id}`));
    expect(made.outs.createdVolumeIds).not.toContain(left?.id);
  });

  it("is kept where something ran that can have written to it, unless the program consents", async () => {
    t.world.tell({ story: { entrypointExits: { afterMinutes: 0 } } });
    const failure = await failureOf(t.process().up(withVolume()));
    expect(t.world.billedContracts()).toEqual([]);
    const [kept] = t.world.billedVolumes();
    expect(failure.message).toMatch(new RegExp(`Volume ${kept?.id} .*may hold data \\(.keepVolumes.\\)`));

    await failureOf(t.process().up(withVolume({ keepVolumes: false, ownerToken: "b".repeat(12) })));
    expect(t.world.billedVolumes().map(({ id }) => id)).toEqual([kept?.id]);
  });

  it("is kept where something ran only between two looks", async () => {
    t.world.tell({ times: 1, story: { boots: { afterMinutes: 6 }, hostGoesOffline: { afterMinutes: 6.01 } } });
    await t.process().up(withVolume());
    expect(t.world.volumes().map(({ deletedAt }) => deletedAt)).toEqual([null, null]);
  });

  it("is ended with a contract that turns out dearer than the cap, the volume counted", async () => {
    // 0.30 $/h, a disk of 10 GB and a volume of 50 GB at 0.15 $ per GB and month.
    const cap = 0.3 + (60 * 0.15) / 720 + 0.0001;
    t.world.tell({ times: 1, story: { priceRises: { afterMinutes: 0, toDollarsPerHour: 0.3002 } } });
    const process = t.process();
    expectOnePair(await process.up(withVolume({ maxDollarsPerHour: cap })));
    expect(warningsOf(process)).toContainEqual(expect.stringMatching(/costs 0\.313 \$\/h, above the cap of 0\.313/));
    expect(t.world.volumes().map(({ deletedAt }) => deletedAt === null)).toEqual([false, true]);
  });

  it("outlives a contract of a killed run that is dearer than the cap, the volume counted: it may hold data", async () => {
    t.world.tell({ times: 1, story: { priceRises: { afterMinutes: 0, toDollarsPerHour: 0.33 } } });
    await killedRun(45_000);
    const [left] = t.world.billedContracts();
    const [volume] = t.world.billedVolumes();
    const process = t.process();
    const { id } = await process.up(withVolume({ maxDollarsPerHour: 0.34 }));
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(id) }]);
    expect(t.world.billedVolumes().map(({ mountedBy }) => mountedBy)).toEqual([[], [Number(id)]]);
    expect(warningsOf(process)).toContainEqual(expect.stringContaining(`${volume?.id}`));
    expect(warningsOf(process)).toContainEqual(expect.stringMatching(/costs 0\.343 \$\/h, above the cap of 0\.340/));
    expect(t.world.contract(left?.id ?? 0)?.destroyedAt).not.toBeNull();
  });

  it("does not touch a volume that exists, although an earlier life of the resource had made it", async () => {
    const first = await t.process().up(withVolume());
    await t.process().instance.delete(first.id, first.outs);
    await t.clock.sleep(60_000);
    const [volume] = t.world.billedVolumes();
    t.world.tell({ story: { imageNotFound: true } });
    const volumes = [{ volumeId: volume?.id, mountPath: "/data" }];
    await failureOf(t.process().up(anInstance({ keepVolumes: false, volumes })));
    await killedRun(45_000, { keepVolumes: false, volumes });
    await failureOf(t.process().up(anInstance({ keepVolumes: false, volumes })));
    expect(t.world.billedContracts()).toEqual([]);
    expect(t.world.billedVolumes()).toMatchObject([{ id: volume?.id }]);
  });
});

describe("a run that is killed between the rent and the label", () => {
  it("leaves a volume alone that it had only mounted, whatever the program wants since", async () => {
    const first = await t.process().up(withVolume());
    await t.process().instance.delete(first.id, first.outs);
    await t.clock.sleep(10 * 60_000);
    const [volume] = t.world.billedVolumes();
    t.world.tell({ times: 1, story: { boots: { afterMinutes: 2 }, hostGoesOffline: { afterMinutes: 1 } } });
    await killedRun(30_000, { volumes: [{ volumeId: volume?.id, mountPath: "/data" }] });
    expect(t.world.billedVolumes()).toMatchObject([{ mountedBy: [t.world.billedContracts()[0]?.id] }]);
    const { outs } = await t.process().up(withVolume({ keepVolumes: false }));
    expect(t.world.billedVolumes().map(({ id }) => id)).toEqual([volume?.id, ...(outs.createdVolumeIds as number[])]);
  });

  it("leaves a pair that the next run takes up as its own", async () => {
    await killedRun(45_000);
    const [volume] = t.world.billedVolumes();
    const next = t.process();
    const made = await next.up(withVolume());
    expectOnePair(made);
    expect(made.outs).toMatchObject({ createdVolumeIds: [volume?.id], createdVolumeName: NAME });
    expect(t.world.contracts()).toHaveLength(1);
    expect(await plan(next.instance, { id: made.id, outs: made.outs }, withVolume())).toBe("same");
  });

  it("leaves a pair that shows in the next preview when the program wants another volume since", async () => {
    await killedRun(45_000);
    const next = t.process();
    const changed = withVolume({ volumes: [{ sizeGb: 50, mountPath: "/elsewhere" }] });
    const made = await next.up(changed);
    expect(t.world.contracts()).toHaveLength(1);
    expect(await plan(next.instance, { id: made.id, outs: made.outs }, changed)).toBe("replace");
  });

  it.each([
    ["went offline before anybody saw it run", 1, 0.5],
    ["was seen to run by the run that was killed", 20, 8],
  ])(
    "leaves a pair whose volume is kept when its machine %s: it may hold data",
    async (_, offlineAfter, killedAfter) => {
      await t.stop();
      t = await testWorld({ reachable: true });
      const story = { portsOpenAfter: { minutes: 600 }, hostGoesOffline: { afterMinutes: offlineAfter } };
      t.world.tell({ times: 1, story });
      await killedRun(killedAfter * 60_000, { waitFor: { level: "ssh" } });
      await t.clock.sleep(25 * 60_000);
      const [volume] = t.world.billedVolumes();
      const next = t.process();
      const made = await next.up(withVolume());
      expect(t.world.billedContracts()).toMatchObject([{ id: Number(made.id) }]);
      expect(t.world.volumes().map(({ deletedAt }) => deletedAt)).toEqual([null, null]);
      expect(warningsOf(next)).toContainEqual(expect.stringContaining(`vastai delete volume ${volume?.id}`));
    },
  );

  it("is recorded with its volume when the run is cancelled, and the next update tells its id", async () => {
    const process = t.process();
    const failing = failureOf(process.up(withVolume()));
    await t.clock.sleep(45_000);
    process.cancel();
    const failure = await failing;
    expect(failure.properties.createdVolumeName).toBe(NAME);
    const next = t.process();
    const { inputs } = await next.instance.check(failure.properties, withVolume());
    const { outs } = await next.instance.update(failure.id, failure.properties, { ...inputs, __provider: HANDLER });
    expectOnePair({ id: failure.id, outs });
  });

  it("is destroyed with its volume, known only by name, where the program consents", async () => {
    const process = t.process();
    const failing = failureOf(process.up(withVolume({ keepVolumes: false })));
    await t.clock.sleep(20_000);
    process.cancel();
    const failure = await failing;
    await t.process().instance.delete(failure.id, failure.properties);
    expect([t.world.billedContracts(), t.world.billedVolumes()]).toEqual([[], []]);
  });
});
