// What each resource of a preview costs, rule by rule.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TestWorld, testWorld } from "../support/harness.js";
import { costJson, step, UNKNOWN, urnOf } from "./cost-given.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

/** The only resource, after the change. */
async function rowAfter(...given: Parameters<typeof costJson>) {
  const { resources, notes, totals } = await costJson(...given);
  const [row, ...others] = resources;
  if (row === undefined || others.length > 0) throw new Error(`${resources.length} rows`);
  return { ...row, notes, totals };
}

const estimate = (dollarsPerHour: number) => ({ is: "estimate", dollarsPerHour: expect.closeTo(dollarsPerHour, 4) });
const billed = (dollarsPerHour: number) => ({ is: "billed", dollarsPerHour: expect.closeTo(dollarsPerHour, 4) });
const DISK = (10 * 0.15) / 720;

describe("an instance that is to be rented", () => {
  it("has the price of the best offer with its disk, in the order that the program asks for", async () => {
    t.world.replaceOffers([
      { dph_base: 0.3, reliability: 0.9 },
      { dph_base: 0.5, reliability: 0.99 },
    ]);
    const cheapest = await rowAfter(t, [step("create", "a", { wanted: { diskGb: 72 } })]);
    expect(cheapest.after).toMatchObject(estimate(0.3 + 72 * (0.15 / 720)));
    expect(cheapest.what).toBe("RTX 4090, 72 GB disk");
    const orderBy = [{ field: "reliability", direction: "desc" }];
    const best = await rowAfter(t, [step("create", "a", { wanted: { orderBy } })]);
    expect(best.after).toMatchObject(estimate(0.5 + DISK));
  });

  it("shares one search with its equals, and each gets the next offer", async () => {
    const steps = ["a", "b", "c"].map((name) => step("create", name, { wanted: {} }));
    const { resources, totals } = await costJson(t, steps);
    expect(resources.map((row) => row.after?.dollarsPerHour)).toEqual(
      [0.3, 0.31, 0.32].map((price) => expect.closeTo(price + DISK, 6)),
    );
    expect(totals.after.dollarsPerHour).toBeCloseTo(0.93 + 3 * DISK, 6);
    expect(t.world.view().requests).toHaveLength(1);
  });

  it("beyond the market has its cap, or nothing", async () => {
    t.world.replaceOffers([{ dph_base: 0.3 }]);
    const capped = { maxDollarsPerHour: 0.4 };
    const steps = ["a", "b"].map((name) => step("create", name, { wanted: capped }));
    const { resources, totals, notes } = await costJson(t, steps);
    expect(resources.map((row) => row.after)).toMatchObject([estimate(0.3 + DISK), { is: "cap", dollarsPerHour: 0.4 }]);
    expect(totals.after).toMatchObject({ capped: 1, cappedDollarsPerHour: 0.4, unknown: 0 });
    expect(notes).toContain("b: no offer on the market fits at this moment.");

    const dear = await rowAfter(t, [step("create", "a", { wanted: { offer: { gpuName: "H100 SXM" } } })]);
    expect(dear.after).toMatchObject({
      is: "unknown",
      dollarsPerHour: 0,
      because: "no offer on the market fits at this moment",
    });
  });

  it("costs its disk when it is to be stopped", async () => {
    const row = await rowAfter(t, [step("create", "a", { wanted: { targetState: "stopped" } })]);
    expect(row.after).toMatchObject(estimate(DISK));
    expect(row.what).toContain("stopped");
  });

  it("costs its bid and the disk when it is interruptible, and a new volume on top", async () => {
    const bid = { rentalType: "interruptible", bidDollarsPerHour: 0.25 };
    expect((await rowAfter(t, [step("create", "a", { wanted: bid })])).after).toMatchObject(estimate(0.25 + DISK));
    const volumes = [{ sizeGb: 72, mountPath: "/data" }];
    const row = await rowAfter(t, [step("create", "a", { wanted: { ...bid, volumes } })]);
    expect(row.after?.dollarsPerHour).toBeGreaterThan(0.25 + DISK + 0.01);
    expect(row.what).toContain("with a volume of 72 GB, bid 0.25 $/h");
  });

  it("is priced by its offer's id, and has no price when that is gone", async () => {
    const [offer] = t.world.offers();
    const wanted = { offer: null, offerId: offer?.id };
    expect((await rowAfter(t, [step("create", "a", { wanted })])).after).toMatchObject(estimate(0.3 + DISK));
    expect((await rowAfter(t, [step("create", "a", { wanted: { ...wanted, offerId: 1 } })])).after?.is).toBe("unknown");
    const tooDear = { ...wanted, maxDollarsPerHour: 0.1 };
    expect((await rowAfter(t, [step("create", "a", { wanted: tooDear })])).after).toMatchObject({
      is: "cap",
      dollarsPerHour: 0.1,
    });
  });

  it.each([
    [{ offer: UNKNOWN }, "`offer` is not known yet"],
    [{ offer: { gpuName: UNKNOWN } }, "`offer` is not known yet"],
    [{ offer: "[secret]" }, "`offer` cannot be read: Invalid input: expected object, received string"],
    [{ adoptInstanceId: 5 }, "instance 5 is taken over, whose price is not told here"],
    [{ volumes: [{ volumeId: 9, mountPath: "/data" }] }, "the machine of volume 9 is not told here"],
  ])("with %j has no price, and says why", async (wanted, because) => {
    const row = await rowAfter(t, [step("create", "a", { wanted })]);
    expect(row.after).toMatchObject({ is: "unknown", because });
    expect(row.notes).toContain(`a: ${because}.`);
    expect(t.world.view().requests).toEqual([]);
  });

  it("has its cap when its query is hidden, and survives a cap that is hidden too", async () => {
    const hidden = { offer: "[secret]", maxDollarsPerHour: 0.5 };
    expect((await rowAfter(t, [step("create", "a", { wanted: hidden })])).after).toMatchObject({
      is: "cap",
      dollarsPerHour: 0.5,
    });
    const both = { offer: UNKNOWN, maxDollarsPerHour: "[secret]", env: { A: "[secret]" }, diskGb: UNKNOWN };
    expect((await rowAfter(t, [step("create", "a", { wanted: both })])).after?.is).toBe("unknown");
  });

  it("on the machine of a volume that the stack has is searched for there", async () => {
    const machineId = t.world.offers()[4]?.machineId;
    const volume = {
      kind: "Volume",
      old: { outputs: { volumeId: 9, machineId, dollarsPerHour: 0.01 } },
      wanted: {},
    } as const;
    const wanted = { volumes: [{ volumeId: 9, mountPath: "/data" }] };
    const { resources } = await costJson(t, [step("same", "data", volume), step("create", "a", { wanted })]);
    expect(resources[0]).toMatchObject({ name: "a", after: estimate(0.34 + DISK) });
  });

  it("with a time to live says when it ends, and what it costs at most until then", async () => {
    const row = await rowAfter(t, [step("create", "a", { wanted: { timeToLiveHours: 8 } })]);
    expect(row.what).toBe("RTX 4090, 10 GB disk, ends by itself after 8 h, at most 2.42 $");
    const unpriced = await rowAfter(t, [step("create", "a", { wanted: { timeToLiveHours: 8, offer: UNKNOWN } })]);
    expect(unpriced.what).toBe("10 GB disk, ends by itself after 8 h");
  });

  it("costs its cap offline, or its bid, and asks nobody", async () => {
    const wants = [{ maxDollarsPerHour: 0.5 }, { rentalType: "interruptible", bidDollarsPerHour: 0.2 }, {}];
    const steps = wants.map((wanted, i) => step("create", `r${i}`, { wanted }));
    const { resources, notes } = await costJson(t, steps, ["--offline"]);
    expect(resources.map((row) => row.after)).toMatchObject([
      { is: "cap", dollarsPerHour: 0.5 },
      { is: "estimate", dollarsPerHour: 0.2 },
      { is: "unknown" },
    ]);
    expect(notes).toContain("r0, r2: the market was not asked (--offline).");
    expect(notes).toContain("r1: the bid without the disk: the market was not asked (--offline).");
    expect(t.world.view().requests).toEqual([]);
  });

  it("does the same when the market does not answer", async () => {
    t.simulator.faults.add({ on: "POST /api/v0/bundles/", times: 99, then: "500-before" });
    const wanted = { maxDollarsPerHour: 0.5 };
    const row = await rowAfter(t, [step("create", "a", { wanted })]);
    expect(row.after).toMatchObject({ is: "cap", dollarsPerHour: 0.5 });
    expect(row.notes[0]).toMatch(/^a: the market could not be asked: .*[^.]\.$/);
  });
});

describe("an instance that exists", () => {
  it("costs another bid in place", async () => {
    const old = { inputs: { bidDollarsPerHour: 0.2 }, outputs: { dollarsPerHour: 0.21 } };
    const row = await rowAfter(t, [step("update", "a", { old, wanted: { bidDollarsPerHour: 0.3 } })]);
    expect(row).toMatchObject({ before: billed(0.21), after: estimate(0.31) });
  });

  it("that was not made to the end has the price at which it was rented, or none", async () => {
    const outputs = { dollarsPerHour: undefined, dollarsPerHourStopped: undefined, rentedDollarsPerHour: 0.35 };
    const rented = await rowAfter(t, [step("same", "a", { old: { outputs }, wanted: {} })]);
    expect(rented.before).toMatchObject(billed(0.35));
    const untold = { ...outputs, rentedDollarsPerHour: "[secret]" };
    const row = await rowAfter(t, [step("same", "a", { old: { outputs: untold }, wanted: {} })]);
    expect(row).toMatchObject({ before: { is: "unknown" }, after: { is: "unknown" } });
    expect(row.totals).toMatchObject({ before: { unknown: 1 }, after: { unknown: 1 } });
  });

  it("with a volume of its own costs that too, and leaves it behind", async () => {
    const volumes = [{ sizeGb: 50, mountPath: "/data" }];
    const made = { inputs: { volumes }, outputs: { createdVolumeIds: [88] } };
    const ofVolume = 50 * (0.144 / 720);
    const kept = await rowAfter(t, [step("delete", "a", { old: made })]);
    expect(kept).toMatchObject({ before: estimate(0.3 + ofVolume), after: estimate(ofVolume) });
    expect(kept.what).toContain("its volume 88 of 50 GB stays, billed");
    const ended = await rowAfter(t, [
      step("delete", "a", { old: { ...made, inputs: { volumes, keepVolumes: false } } }),
    ]);
    expect(ended.after).toBeNull();

    // A replacement deletes it only when state and program both say so.
    const once = {
      old: { ...made, inputs: { volumes, keepVolumes: false } },
      wanted: { volumes: [], keepVolumes: true },
    };
    const replaced = await rowAfter(t, [step("replace", "a", once)]);
    expect(replaced.after).toMatchObject(estimate(0.3 + DISK + ofVolume));
    expect(replaced.what).toContain("the old volume 88 of 50 GB stays, billed");
  });

  it("with a watchdog says when it ends, and from when on a new time to live counts", async () => {
    const old = { inputs: { timeToLiveHours: 8 }, outputs: { expiresAt: "2026-11-22T00:04:47.000Z" } };
    const same = await rowAfter(t, [step("same", "a", { old, wanted: { timeToLiveHours: 8 } })]);
    expect(same.what).toContain("ends by itself at 2026-11-22 00:04 UTC");
    const longer = await rowAfter(t, [step("update", "a", { old, wanted: { timeToLiveHours: 10 } })]);
    expect(longer.what).toContain("ends by itself after 10 h, at most 3.00 $");
    const never = { ...old, outputs: { expiresAt: "never" } };
    const off = await rowAfter(t, [step("same", "a", { old: never, wanted: {} })]);
    expect(off.what).not.toContain("ends by itself");
  });

  it("that a failed replacement left behind is billed until this run deletes it", async () => {
    const { resources, totals } = await costJson(t, [
      step("same", "a", { old: { id: "2", outputs: { dollarsPerHour: 0.4 } }, wanted: {} }),
      step("delete-replaced", "a", { old: { id: "1" } }),
    ]);
    expect(resources.map(({ change, before }) => [change, before?.dollarsPerHour])).toEqual([
      ["deleted", 0.3],
      ["same", 0.4],
    ]);
    expect(totals).toMatchObject({ before: { dollarsPerHour: 0.7 }, after: { dollarsPerHour: 0.4 } });
  });

  it("that the program only reads is not counted", async () => {
    const read = step("same", "a", { old: {}, wanted: {} });
    const external = { ...read, newState: { ...(read.newState as object), external: true } };
    expect((await costJson(t, [external])).resources).toEqual([]);
  });

  it("that a refresh does not find costs nothing now", async () => {
    // The engine may tell what a refresh found as a delete of its own.
    const gone = step("delete", "a", { old: {} });
    const row = await rowAfter(t, [gone, step("create", "a", { wanted: {} })]);
    expect(row).toMatchObject({ change: "new", before: null, after: estimate(0.3 + DISK) });
  });
});

describe("a volume", () => {
  const key = { VAST_API_KEY: "key-a" };

  it("is searched for on the machine of an instance that the stack has", async () => {
    const trainer = step("same", "trainer", { old: {}, wanted: {} });
    const wanted = { sizeGb: 100, onMachineOf: 77 };
    const { resources } = await costJson(t, [trainer, step("create", "data", { kind: "Volume", wanted })], [], key);
    expect(resources[0]).toMatchObject({ name: "data", kind: "Volume", after: estimate(100 * (0.15 / 720)) });
  });

  it.each([
    [{ onMachineOf: 5 }, "the machine where it will be is not told here"],
    [{ onMachineOf: UNKNOWN }, "the machine where it will be is not told here"],
    [{ offer: {}, cloneOf: 4 }, "the size of volume 4 is not told here"],
    [{ adoptVolumeId: 4 }, "volume 4 is taken over, whose price is not told here"],
    [{ offer: {}, sizeGb: UNKNOWN }, "`sizeGb` is not known yet"],
  ])("with %j has no price, and says why", async (wanted, because) => {
    const dependencies = { onMachineOf: [urnOf("elsewhere")] };
    const row = await rowAfter(t, [step("create", "data", { kind: "Volume", wanted, dependencies })], [], key);
    expect(row.after).toMatchObject({ is: "unknown", because });
  });
});

it("names two of one name after their parents", async () => {
  const farm = (name: string) => `urn:pulumi:dev::garage::my:Farm::${name}`;
  const one = step("create", "a", { wanted: {}, parent: farm("east") });
  const two = {
    ...step("create", "a", { wanted: {}, parent: farm("west") }),
    urn: urnOf("a").replace("garage::", "garage::my:Farm$"),
  };
  const { resources } = await costJson(t, [one, two, step("create", "b", { wanted: {}, parent: farm("east") })]);
  expect(resources.map(({ name }) => name)).toEqual(["b", "east/a", "west/a"]);
});
