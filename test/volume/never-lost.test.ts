import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { failureOf, inState, type TestWorld, TOKEN, testWorld } from "../support/harness.js";
import { created, plan, updated } from "../support/steps.js";
import { aVolume, MACHINE, NAME, VOLUME_OFFER } from "./given.js";

const RENT = "PUT /api/v0/volumes/";
const CLONE = "POST /api/v0/volumes/copy/";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const rents = () => t.world.view().requests.filter(({ method, path }) => method === "PUT" && path.includes("/volumes"));
const warnings = (lines: readonly { kind: string; text: string }[]) => lines.filter(({ kind }) => kind === "warning");

describe("a rent whose answer is lost", () => {
  it.each(["500-after", "hang-up-after", "not-json", "truncated", "slow"] as const)(
    "is found by its name and not repeated when the effect took place (%s)",
    async (then) => {
      t.simulator.faults.add({ on: RENT, then });
      const { id } = await created(t.process().volume, aVolume());
      expect(t.world.volumes()).toMatchObject([{ id: Number(id), name: NAME, deletedAt: null }]);
      expect(rents()).toHaveLength(1);
    },
  );

  it("is found under a name of the program's own, too, since it was not there before", async () => {
    t.simulator.faults.add({ on: RENT, then: "hang-up-after" });
    const { id } = await created(t.process().volume, aVolume({ name: "mine" }));
    expect(t.world.volumes()).toMatchObject([{ id: Number(id), name: "mine" }]);
  });

  it("is found although lists show it late", async () => {
    t.world.settings.listLagSeconds = 40;
    t.simulator.faults.add({ on: RENT, then: "500-after" });
    const { id } = await created(t.process().volume, aVolume());
    expect(t.world.volumes()).toMatchObject([{ id: Number(id) }]);
  });

  it.each(["500-before", "hang-up-before", "502-html"] as const)(
    "is never sent again by the same create: the error says what to look for (%s)",
    async (then) => {
      t.simulator.faults.add({ on: RENT, then });
      const failure = await failureOf(created(t.process().volume, aVolume()));
      expect(failure.id).toBeUndefined();
      expect(failure.message).toContain(`is named \`${NAME}\` and is billed. The next \`pulumi up\` looks for it`);
      expect(rents()).toHaveLength(1);
      expect(t.world.volumes()).toEqual([]);
    },
  );

  it("says what it would look like when the lists fail as well", async () => {
    t.simulator.faults.add(
      { on: RENT, then: "hang-up-after" },
      { on: "GET /api/v0/volumes/", then: "auth-error", times: "always", skip: 1 },
    );
    const failure = await failureOf(created(t.process().volume, aVolume({ name: "mine" })));
    expect(failure.message).toMatch(/is named `mine` and is billed\. .*set `adoptVolumeId`, else run again/);
    expect(failure.message).not.toContain("nothing is billed");
  });

  it("is a clone: it is told by what is new on the machine", async () => {
    const process = t.process();
    const source = await created(process.volume, aVolume());
    t.simulator.faults.add({ on: CLONE, then: "hang-up-after" });
    const asked = aVolume({ cloneOf: Number(source.id), ownerToken: "f".repeat(12) });
    const { id } = await created(process.volume, asked);
    expect(t.world.billedVolumes()).toMatchObject([{ id: Number(source.id) }, { id: Number(id) }]);
  });

  it("is a clone, and not what another resource makes on the machine at that moment", async () => {
    const process = t.process();
    const source = await created(process.volume, aVolume());
    t.simulator.faults.add({ on: CLONE, then: "hang-up-before" });
    const cloning = failureOf(
      created(process.volume, aVolume({ cloneOf: Number(source.id), ownerToken: "f".repeat(12) })),
    );
    const hasAsked = () => t.world.view().requests.some(({ path }) => path === "/api/v0/volumes/copy/");
    while (!hasAsked()) await t.clock.sleep(100);
    const { volumes } = t.process().account.client;
    const other = await volumes.rent({ id: VOLUME_OFFER, size: 50, name: `other_${"e".repeat(12)}` });
    expect((await cloning).id).toBeUndefined();
    expect(t.world.billedVolumes().map(({ id }) => id)).toEqual([Number(source.id), other]);
  });

  it("waits and asks again after 429, which never rents", async () => {
    t.simulator.faults.add({ on: RENT, then: "429", times: 3 });
    await created(t.process().volume, aVolume());
    expect(t.world.volumes()).toHaveLength(1);
    expect(rents().map(({ status }) => status)).toEqual([429, 429, 429, 200]);
  });
});

describe("what an earlier run left behind", () => {
  /** A run that was killed after its rent: nothing reached the state. */
  async function leftBehind(inputs = {}): Promise<number> {
    const { id } = await created(t.process().volume, aVolume(inputs));
    return Number(id);
  }

  it("is taken over by the name that carries the mark, and nothing else is rented", async () => {
    const left = await leftBehind();
    const process = t.process();
    const { id, outs } = await created(process.volume, aVolume());
    expect([Number(id), t.world.volumes().length]).toEqual([left, 1]);
    expect(outs).toMatchObject({ name: NAME, sizeGb: 50 });
    expect(warnings(process.lines)).toMatchObject([{ text: expect.stringContaining(`Taking over volume ${left}`) }]);
  });

  it("is named and not rented beside when it is not what the program says any more", async () => {
    const left = await leftBehind();
    const failure = await failureOf(created(t.process().volume, aVolume({ sizeGb: 60 })));
    expect(failure.message).toMatch(/it has 50 GB, and the program says 60 GB/);
    expect(failure.message).toContain(`adoptVolumeId: ${left}`);
    expect(t.world.volumes()).toHaveLength(1);
  });

  it("is refused and named under a name of the program's own, which may be anybody's", async () => {
    const left = await leftBehind({ name: "mine" });
    const failure = await failureOf(created(t.process().volume, aVolume({ name: "mine" })));
    expect(failure.message).toContain(`Set \`adoptVolumeId: ${left}\` to take it over`);
    expect(failure.message).toContain(`vastai delete volume ${left}`);
    expect(t.world.volumes()).toHaveLength(1);
  });

  it("does not stand in the way of a volume of the same name on another machine", async () => {
    await leftBehind({ name: "mine" });
    await created(t.process().volume, aVolume({ name: "mine", machineId: MACHINE + 1 }));
    expect(t.world.billedVolumes()).toHaveLength(2);
  });

  it("is left alone when it belongs to another resource", async () => {
    await leftBehind();
    await created(t.process().volume, aVolume({ ownerToken: "f".repeat(12) }));
    expect(t.world.volumes().map(({ name }) => name)).toEqual([NAME, `data_${"f".repeat(12)}`]);
  });

  it("is never the volume that a replacement takes the place of, nor one that still waits for its deletion", async () => {
    const first = await created(t.process().volume, aVolume({ allowDataLoss: true }));
    const process = t.process();
    const wider = aVolume({ allowDataLoss: true, sizeGb: 60 });
    const planned = await plan(process.volume, first, wider);
    expect(planned).toBe("replace");
    const second = await created(process.volume, wider);
    expect(t.world.volumes()).toMatchObject([{ name: NAME }, { name: `${NAME}_2`, sizeGb: 60 }]);

    // The first one's deletion failed, and a later run replaces again: the engine shows only the second.
    const later = t.process();
    const widest = aVolume({ allowDataLoss: true, sizeGb: 70 });
    await plan(later.volume, second, widest);
    const third = await created(later.volume, widest);
    expect(new Set([first.id, second.id, third.id]).size).toBe(3);
  });
});

describe("an error after the rent", () => {
  it.each([
    ["the list fails for good", { on: "GET /api/v0/volumes/", then: "500-before", times: "always", skip: 1 }],
    ["the key is refused", { on: "GET /api/v0/volumes/", then: "auth-error", times: "always", skip: 1 }],
    ["the list answers garbage", { on: "GET /api/v0/volumes/", then: "not-json", times: "always", skip: 1 }],
  ] as const)("keeps the id in the stack when %s, and the next up goes on", async (_, fault) => {
    t.simulator.faults.add(fault);
    const failure = await failureOf(created(t.process().volume, aVolume()));
    const [volume] = t.world.billedVolumes();
    expect(failure.id).toBe(String(volume?.id));
    expect(failure.properties).toMatchObject({ volumeId: volume?.id, unconfirmed: true });

    t.simulator.faults.clear();
    const process = t.process();
    const kept = { id: failure.id, outs: failure.properties };
    expect(await plan(process.volume, kept, aVolume())).toBe("update");
    const { outs } = await updated(process.volume, kept, aVolume());
    expect(outs).toMatchObject({ machineId: MACHINE, rentedAt: expect.any(String) });
    expect(outs.unconfirmed).toBeUndefined();
    expect(t.world.volumes()).toHaveLength(1);
  });

  it("is not taken for absence while the volume is too young to show", async () => {
    t.world.settings.listLagSeconds = 55;
    const process = t.process();
    const failing = failureOf(created(process.volume, aVolume()));
    await t.clock.sleep(20_000);
    process.cancel();
    const failure = await failing;
    expect(failure.id).toBe(String(t.world.volumes()[0]?.id));
    await expect(t.process().volume.read(failure.id, failure.properties)).rejects.toThrow(/less than a minute ago/);
  });

  it("is taken for absence a minute later, also when another machine's clock says that it was rented in an hour", async () => {
    t.world.settings.listLagSeconds = 7_200;
    const failure = await failureOf(created(t.process().volume, aVolume({ timeouts: { createMinutes: 1 } })));
    await t.process().account.client.volumes.delete(Number(failure.id));
    const rentedAt = new Date(t.clock.now() + 3_600_000).toISOString();
    const askedAt = t.clock.now();
    await t.process().volume.delete(failure.id, { ...failure.properties, allowDataLoss: true, rentedAt });
    expect(t.clock.now() - askedAt).toBeLessThan(90_000);
  });
});

describe("names", () => {
  it("are made of the resource's name as far as Vast's letters and length go", async () => {
    const resourceName = `my data/für-${"x".repeat(80)}`;
    await created(t.process().volume, aVolume({ resourceName }));
    const [{ name = "" } = {}] = t.world.volumes();
    expect(name).toMatch(new RegExp(`^my_data_f_r_x{39}_${TOKEN}$`));
    expect(name).toHaveLength(64);
  });

  it("that Vast refuses are refused before anything is sent", async () => {
    const { failures } = await t.process().volume.check({}, aVolume({ name: "my data" }));
    expect(failures).toMatchObject([
      { property: "name", reason: expect.stringContaining("letters, digits and underscores") },
    ]);
    expect(
      await t.process().account.client.volumes.rent({ id: VOLUME_OFFER, size: 1, name: "a-b" }).catch(String),
    ).toMatch(/422/);
  });
});

describe("a volume that `--replace` replaces, which the engine shows only when it deletes it", () => {
  const consent = { allowDataLoss: true };
  it("is told from a lost one by Pulumi's state", async () => {
    const program = aVolume(consent);
    const old = await created(t.process().volume, program);
    await t.clock.sleep(60_000);
    const process = t.process("key-a", [inState(old.id, old.outs, { kind: "Volume" })]);
    const next = await created(process.volume, program);
    expect(next.id).not.toBe(old.id);
    await process.volume.delete(old.id, old.outs);
    expect(t.world.volumes().filter(({ deletedAt }) => deletedAt === null)).toMatchObject([{ id: Number(next.id) }]);
    expect(warnings(process.lines)).toEqual([]);
  });

  it("keeps its data where the state cannot be asked for: it is taken over, and only its old entry goes", async () => {
    const old = await created(t.process().volume, aVolume(consent));
    await t.clock.sleep(60_000);
    const process = t.process();
    const next = await created(process.volume, aVolume(consent));
    await process.volume.delete(old.id, old.outs);
    expect(next.id).toBe(old.id);
    expect(t.world.volumes()).toMatchObject([{ id: Number(old.id), deletedAt: null }]);
    expect(warnings(process.lines).at(-1)).toMatchObject({
      text: expect.stringMatching(/^Volume \d+ stays, .*--refresh --replace/),
    });

    // Neither does a later run take it for two.
    const later = t.process();
    expect(await plan(later.volume, next, aVolume(consent))).toBe("same");
    await later.volume.delete(old.id, old.outs);
    expect(t.world.volumes()).toMatchObject([{ deletedAt: null }]);
    await t.process().volume.delete(next.id, next.outs);
    expect(t.world.volumes()).toMatchObject([{ deletedAt: expect.any(String) }]);
  });
});
