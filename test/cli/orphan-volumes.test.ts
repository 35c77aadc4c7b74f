// Volumes that no given state looks after: made with an instance or by themselves, billed, and full of somebody's data.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { anInstance, type TestWorld, testWorld } from "../support/harness.js";
import { created } from "../support/steps.js";
import { aVolume, mountingInstance } from "../volume/given.js";
import {
  A_TOKEN,
  API_KEY,
  aContract,
  anEntry,
  aVolumeEntry,
  B_TOKEN,
  exportOf,
  finished,
  type GivenResource,
  orphans,
  pulumiWith,
  rowOf,
} from "./given.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const OTHER_TOKEN = "dddddddddddd";
const billedIds = () => t.world.billedContracts().map(({ id }) => id);
const volumeIds = () => t.world.billedVolumes().map(({ id }) => id);
const hours = (number: number) => t.clock.advance(number * 3_600_000);
const stateOf = (...resources: GivenResource[]) => pulumiWith({ "": exportOf({ resources }) });

/** A rented instance with a volume that its rent made, and what a state says of it. */
async function withVolume(name: string) {
  const id = await aContract(t, finished(A_TOKEN), name);
  const volumeId = t.world.billedVolumes().find((volume) => volume.name === name)?.id ?? 0;
  const outputs = { ownerToken: A_TOKEN, createdVolumeName: name, createdVolumeIds: [volumeId] };
  return { id, volumeId, entry: anEntry("trainer", id, A_TOKEN, { outputs }) };
}

/** A stack with a machine and its volume, and an orphan of the same resource with another. */
async function anOrphan(name = `trainer_${A_TOKEN}`) {
  const orphan = await withVolume(name);
  const inState = await withVolume(`trainer_${A_TOKEN}_2`);
  hours(1);
  return { orphan, inState, pulumi: stateOf(inState.entry) };
}

/** A stack whose machine was replaced: the volume of the first one was kept, and stands in no state any more. */
async function aKeptVolume() {
  const { orphan, inState: second, pulumi } = await anOrphan();
  t.world.act(orphan.id, { do: "destroy" });
  hours(1);
  return { kept: orphan.volumeId, second, pulumi };
}

/** A machine of another resource, so that the account is that of the states. */
async function another() {
  return anEntry("other", await aContract(t, finished(OTHER_TOKEN)), OTHER_TOKEN);
}

describe("what it lists", () => {
  it("names a volume that was kept, with its age and price, and what it can be used for", async () => {
    const { kept, second, pulumi } = await aKeptVolume();
    const { code, out } = await orphans(t, "", { pulumi });
    expect(code).toBe(1);
    expect(out).toMatch(/^1 orphaned volume in the account of .* \(stack dev\)\.\n\n +ID +VOLUME +SIZE +MACHINE +AGE/);
    expect(rowOf(out, kept)).toMatch(/ trainer_aaaaaaaaaaaa +50 GB +90000\d +2 h 0 m +0\.0104 +0\.02\n/);
    expect(rowOf(out, kept)).toContain(
      `Same resource as trainer (stack dev), which has instance ${second.id}: it holds what was written to it. ` +
        `Mount it with \`volumeId: ${kept}\`, take it into a stack with \`adoptVolumeId: ${kept}\`, or end it by --volumes.`,
    );
    expect(out).toContain("Together 0.010 $/h now.");
    expect(out).toContain(`--destroy --volumes ends volume ${kept}, with all the data.`);
    expect(rowOf(out, second.volumeId)).toBe("");
  });

  it("lists that of an orphan apart from it, with who has it mounted", async () => {
    const { orphan, pulumi } = await anOrphan();
    const { out } = await orphans(t, "", { pulumi });
    expect(out).toMatch(/^1 orphan and 1 orphaned volume in the account/);
    expect(rowOf(out, orphan.volumeId)).toContain(`It cannot end before instance ${orphan.id}, which has it mounted.`);
    expect(out).toContain(
      `--destroy ends ${orphan.id}. --destroy --volumes ends also volume ${orphan.volumeId}, with all the data.`,
    );
    expect(out).not.toContain("Left out");
  });

  it("lists what a watchdog's end left behind once no state has it, though the program does not want it kept", async () => {
    const p = t.process(API_KEY);
    const inputs = { volumes: [{ sizeGb: 50, mountPath: "/data" }], keepVolumes: false, timeToLiveHours: 1 };
    const { id, outs } = await p.up(anInstance({ ownerToken: A_TOKEN, ...inputs }));
    const other = await another();
    t.world.act(Number(id), { do: "destroy" });
    const entry = anEntry("trainer", id, A_TOKEN, { inputs: outs, outputs: outs });
    expect(await orphans(t, "", { pulumi: stateOf(entry, other) })).toMatchObject({ code: 0 });

    const [volumeId = 0] = volumeIds();
    const { code, out } = await orphans(t, "", { pulumi: stateOf(other) });
    expect(code).toBe(1);
    expect(rowOf(out, volumeId)).toContain(`No given state knows its token ${A_TOKEN}`);
    expect(out).toContain(`Left out: volume ${volumeId}: no given state knows the token`);
    expect(out).toContain("--destroy --all all of them. A volume ends only with --volumes.");
    const ended = await orphans(t, "--destroy --yes", { pulumi: stateOf(other) });
    expect(ended.out).toMatch(
      new RegExp(`Volume ${volumeId} stays with all the data, and is billed: 0\\.010 \\$/h\\.\\n$`),
    );
  });

  it("says that the next up takes over what a killed create of a Volume left", async () => {
    const { id } = await created(t.process(API_KEY).volume, aVolume({ ownerToken: B_TOKEN }));
    const other = await another();
    const state = JSON.parse(exportOf({ resources: [other] }));
    const { id: _, ...creating } = aVolumeEntry("data", "", B_TOKEN);
    state.deployment.pending_operations = [{ type: "creating", resource: creating }];
    const { out } = await orphans(t, "", { pulumi: pulumiWith({ "": JSON.stringify(state) }) });
    expect(rowOf(out, Number(id))).toContain(
      "Same resource as data (stack dev): a `pulumi up` may be at work on it; if none is, the next one takes it over when its size and machine fit.",
    );
    expect(out).toContain(`Left out: volume ${id}: a \`pulumi up\` may be at work on it.`);
  });

  it("writes JSON of them", async () => {
    const { orphan, inState, pulumi } = await anOrphan();
    const report = JSON.parse((await orphans(t, "--json", { pulumi })).out);
    expect(report).toMatchObject({ markedContracts: 2, markedVolumes: 2 });
    expect(report.orphanVolumes).toEqual([
      {
        id: orphan.volumeId,
        name: `trainer_${A_TOKEN}`,
        token: A_TOKEN,
        sizeGb: 50,
        machineId: expect.any(Number),
        mountedBy: [orphan.id],
        startedAt: expect.stringMatching(/^2026-11-21T09:0/),
        ageHours: expect.closeTo(1, 0),
        dollarsPerHourNow: expect.closeTo(0.0104, 4),
        dollarsBilledEstimate: expect.closeTo(0.0104, 2),
        resource: { name: "trainer", stack: "dev", urn: expect.any(String), instanceId: inState.id },
        takenUpByNextUp: false,
        doubt: null,
        advice: expect.stringContaining("Same resource as trainer"),
        outcome: "listed",
      },
    ]);
    const [contract] = report.orphans;
    expect(report.dollarsPerHour).toBeCloseTo(contract.dollarsPerHourNow + 0.0104, 4);
    const ended = JSON.parse((await orphans(t, "--json --destroy --volumes --yes", { pulumi })).out);
    expect(ended.orphanVolumes).toMatchObject([{ id: orphan.volumeId, outcome: "ended" }]);
    expect(ended.dollarsPerHourSaved).toBeCloseTo(report.dollarsPerHour, 6);
  });
});

describe("what stands in a state", () => {
  it.each<[string, (volumeId: number) => GivenResource]>([
    ["made with an instance", (id) => anEntry("x", "", B_TOKEN, { outputs: { createdVolumeIds: [id] } })],
    [
      "made with an instance, and known by its name alone",
      () => anEntry("x", "", B_TOKEN, { outputs: { createdVolumeName: `trainer_${A_TOKEN}` } }),
    ],
    ["mounted by an instance", (id) => anEntry("x", "", B_TOKEN, { inputs: { volumes: [{ volumeId: id }] } })],
    ["mounted by its handle", (id) => anEntry("x", "", B_TOKEN, { inputs: { volumes: [{ volumeId: `V.${id}` }] } })],
    ["a resource", (id) => aVolumeEntry("data", id, B_TOKEN)],
    ["a resource that waits for its end", (id) => aVolumeEntry("data", id, B_TOKEN, { delete: true })],
  ])("is no orphan: %s", async (_, entry) => {
    const { kept, second } = await aKeptVolume();
    const { code, out } = await orphans(t, "--destroy --volumes --yes", { pulumi: stateOf(second.entry, entry(kept)) });
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(/^No orphans: 1 marked contract and 2 marked volumes in .*, and each stands in/),
    });
    expect(volumeIds()).toEqual([kept, second.volumeId]);
  });

  it.each([["adoptVolumeId"], ["cloneOf"]])(
    "is no orphan: what a create that is under way needs as %s",
    async (input) => {
      const { kept, second } = await aKeptVolume();
      const state = JSON.parse(exportOf({ resources: [second.entry] }));
      const resource = aVolumeEntry("data", "", B_TOKEN, { inputs: { ownerToken: B_TOKEN, [input]: kept } });
      state.deployment.pending_operations = [{ type: "creating", resource }];
      const pulumi = pulumiWith({ "": JSON.stringify(state) });
      expect(await orphans(t, "--destroy --volumes --all --yes", { pulumi })).toMatchObject({ code: 0 });
      // Once it is made, it has what it needed.
      const made = aVolumeEntry("data", 4711, B_TOKEN, { inputs: resource.inputs });
      expect(await orphans(t, "", { pulumi: stateOf(second.entry, made) })).toMatchObject({ code: 1 });
    },
  );

  it("does not count what a program only reads, nor what an older state has", async () => {
    const { kept, second } = await aKeptVolume();
    const read = aVolumeEntry("data", kept, B_TOKEN, { external: true });
    const { code, out } = await orphans(t, "", { pulumi: stateOf(second.entry, read) });
    expect({ code, row: rowOf(out, kept) }).toEqual({
      code: 1,
      row: expect.stringContaining("Same resource as trainer"),
    });

    const old = exportOf({ resources: [aVolumeEntry("data", kept, B_TOKEN)], time: "2026-11-21T09:30:00Z" });
    const pulumi = pulumiWith({ dev: exportOf({ resources: [second.entry] }) });
    const beside = await orphans(t, "--stack dev --state - --destroy --volumes --yes", { pulumi, stdin: old });
    expect(beside.code).toBe(1);
    expect(rowOf(beside.out, kept)).toContain("An older export has it as data (stack dev)");
    expect(volumeIds()).toEqual([kept, second.volumeId]);
  });
});

describe("--destroy", () => {
  it("ends no volume, and says what stays and what it costs", async () => {
    const { orphan, inState, pulumi } = await anOrphan();
    const { code, out } = await orphans(t, "--destroy --yes", { pulumi });
    expect(code).toBe(1);
    expect(billedIds()).toEqual([inState.id]);
    expect(volumeIds()).toEqual([orphan.volumeId, inState.volumeId]);
    expect(out).toMatch(
      new RegExp(
        `Ended 1 contract: 0\\.3\\d\\d \\$/h saved\\.\\nVolume ${orphan.volumeId} stays with all the data, and is billed: ` +
          `0\\.010 \\$/h\\. --destroy --volumes ends volume ${orphan.volumeId}\\.\\n$`,
      ),
    );
    hours(1);
    const again = await orphans(t, "--destroy --yes", { pulumi });
    expect(again.code).toBe(1);
    expect(rowOf(again.out, orphan.volumeId)).not.toBe("");
    expect(volumeIds()).toEqual([orphan.volumeId, inState.volumeId]);
  });

  it("ends them after their instances with --volumes, when Vast lets them go", async () => {
    const { orphan, inState, pulumi } = await anOrphan();
    const { code, out } = await orphans(t, "--destroy --volumes --yes", { pulumi });
    expect(code).toBe(0);
    expect(out).toMatch(/ is gone\.\nVolume \d+ is gone\.\nEnded 1 contract and 1 volume: 0\.3\d\d \$\/h saved\.\n$/);
    expect(billedIds()).toEqual([inState.id]);
    expect(volumeIds()).toEqual([inState.volumeId]);
    expect(await orphans(t, "", { pulumi })).toMatchObject({ code: 0 });
    expect(orphan.volumeId).not.toBe(inState.volumeId);
  });

  it("names them in its question", async () => {
    const { orphan, pulumi } = await anOrphan();
    const { code, out } = await orphans(t, "--destroy --volumes", { pulumi, answer: () => "no" });
    expect(code).toBe(1);
    expect(out).toContain(
      `End ${orphan.id} and volume ${orphan.volumeId}? What is on their disks is lost. Only \`yes\` ends them: Nothing was ended.`,
    );
    expect(volumeIds()).toHaveLength(2);
    expect(await orphans(t, "--destroy --volumes", { pulumi, answer: () => "yes" })).toMatchObject({ code: 0 });
    expect(volumeIds()).toHaveLength(1);
  });

  it("never ends one that an instance has mounted, whoever's that is", async () => {
    const { kept, second, pulumi } = await aKeptVolume();
    const stranger = await mountingInstance(t, kept, API_KEY);
    for (const flags of ["--yes", "--all --yes", `--only ${kept} --yes`]) {
      const { code, out } = await orphans(t, `--destroy --volumes ${flags}`, { pulumi });
      expect(code).toBe(1);
      expect(out).toContain(`Left out: volume ${kept}: instance ${stranger} has it mounted.`);
    }
    expect(billedIds()).toEqual([second.id, stranger]);
    expect(volumeIds()).toEqual([kept, second.volumeId]);
    expect(t.world.view().requests.filter(({ method }) => method === "DELETE")).toEqual([]);
  });

  it("leaves one alone whose instance could not be ended", async () => {
    const { orphan, inState, pulumi } = await anOrphan();
    t.simulator.faults.add({ on: "DELETE /api/v0/instances/*", then: "500-before", times: "always" });
    const { code, out } = await orphans(t, "--destroy --volumes --yes", { pulumi });
    expect(code).toBe(1);
    expect(out).toContain(`${orphan.id} could not be ended and may still be billed: DELETE`);
    expect(out).toContain(`Left alone: volume ${orphan.volumeId}: instance ${orphan.id} has it mounted.`);
    expect(volumeIds()).toEqual([orphan.volumeId, inState.volumeId]);
  });

  it("leaves one alone that a stack has taken in while its instance ended", async () => {
    const { orphan, inState } = await anOrphan();
    const before = exportOf({ resources: [inState.entry] });
    const after = exportOf({ resources: [inState.entry, aVolumeEntry("data", orphan.volumeId, B_TOKEN)] });
    const pulumi = pulumiWith({ "": [before, after] });
    const { code, out } = await orphans(t, "--destroy --volumes --yes", { pulumi });
    expect(code).toBe(1);
    expect(out).toContain(`Left alone: volume ${orphan.volumeId} changed in the meantime.`);
    expect(billedIds()).toEqual([inState.id]);
    expect(volumeIds()).toEqual([orphan.volumeId, inState.volumeId]);
  });

  it("tells what has ended when nobody can tell any more what the stack has", async () => {
    const { orphan, inState } = await anOrphan();
    const pulumi = pulumiWith({ "": [exportOf({ resources: [inState.entry] }), "no export"] });
    const { code, out } = await orphans(t, "--json --destroy --volumes --yes", { pulumi });
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      orphans: [{ id: orphan.id, outcome: "ended" }],
      orphanVolumes: [{ outcome: "failed", error: expect.stringContaining("cannot be taken for a state") }],
    });
    expect(billedIds()).toEqual([inState.id]);
    expect(volumeIds()).toEqual([orphan.volumeId, inState.volumeId]);
  });

  it("finds one whose name the program gave by the orphan that was rented with it", async () => {
    const { orphan, inState, pulumi } = await anOrphan("data");
    const listed = await orphans(t, "", { pulumi });
    expect(rowOf(listed.out, orphan.volumeId)).toMatch(/ data +50 GB/);
    expect(rowOf(listed.out, orphan.volumeId)).toContain("Its name has no mark: once that instance is gone");
    expect(await orphans(t, "--destroy --volumes --yes", { pulumi })).toMatchObject({ code: 0 });
    expect(volumeIds()).toEqual([inState.volumeId]);
  });

  it("says that it will not find one again whose name has no mark", async () => {
    const { orphan, inState, pulumi } = await anOrphan("data");
    const { code, out } = await orphans(t, "--destroy --yes", { pulumi });
    expect(code).toBe(1);
    expect(out).toContain(`The name of volume ${orphan.volumeId} has no mark, so it is not found here any more`);
    expect(volumeIds()).toEqual([orphan.volumeId, inState.volumeId]);
  });

  it("names what could not be ended, and why", async () => {
    const { kept, second, pulumi } = await aKeptVolume();
    t.simulator.faults.add({ on: "DELETE /api/v0/volumes/", then: "500-before", times: "always" });
    const { code, out } = await orphans(t, "--destroy --volumes --yes", { pulumi });
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`Volume ${kept} could not be ended and may still be billed: DELETE .* was refused`));
    expect(volumeIds()).toEqual([kept, second.volumeId]);
  });

  it("ends none that --only does not name, and none that it names without --volumes", async () => {
    const { orphan, inState, pulumi } = await anOrphan();
    const refused = await orphans(t, `--destroy --only ${orphan.volumeId} --yes`, { pulumi });
    expect(refused).toMatchObject({
      code: 2,
      err: expect.stringContaining("Add --volumes to end it with all its data."),
    });
    expect(volumeIds()).toEqual([orphan.volumeId, inState.volumeId]);
    expect(await orphans(t, `--destroy --volumes --only ${orphan.id} --yes`, { pulumi })).toMatchObject({ code: 1 });
    expect(volumeIds()).toEqual([orphan.volumeId, inState.volumeId]);
    expect(await orphans(t, `--destroy --volumes --only ${orphan.volumeId} --yes`, { pulumi })).toMatchObject({
      code: 0,
    });
    expect(volumeIds()).toEqual([inState.volumeId]);
  });
});
