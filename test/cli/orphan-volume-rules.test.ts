import { describe, expect, it } from "vitest";
import type { WireInstance } from "../../provider/api/instance-row.js";
import type { WireVolume } from "../../provider/api/volumes.js";
import type { StateEntry } from "../../provider/orphan-doubts.js";
import { findOrphanVolumes, isFreeAfter } from "../../provider/orphan-volumes.js";
import { findOrphans } from "../../provider/orphans.js";
import { A_TOKEN, finished, STRANGE_TOKEN, urnOf } from "./given.js";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const MINUTE = 60_000;
const agoSeconds = (minutes: number) => (NOW - minutes * MINUTE) / 1000;

/** What stands in the states of these tests, and in the account. */
const instance: WireInstance = { id: 1, label: finished(A_TOKEN), start_date: agoSeconds(500) };

function aRow(over: Partial<WireVolume> = {}): WireVolume {
  return { id: 7, label: `data_${A_TOKEN}`, machine_id: 900, instances: [], start_date: agoSeconds(60), ...over };
}

function entry(over: Partial<StateEntry> = {}): StateEntry {
  return {
    urn: urnOf("trainer"),
    noun: "instance",
    token: A_TOKEN,
    id: instance.id,
    volumeIds: [],
    volumeName: undefined,
    stage: "standing",
    adopts: undefined,
    createMinutes: 30,
    deleteMinutes: 10,
    trueUntil: Number.POSITIVE_INFINITY,
    isOutdated: false,
    ...over,
  };
}
const aVolume = (over: Partial<StateEntry> = {}) => entry({ noun: "volume", id: undefined, ...over });

function find(row: WireVolume, entries: readonly StateEntry[] = [entry()], contracts: readonly WireInstance[] = []) {
  const billed = { contracts: [instance, ...contracts], volumes: [row] };
  return findOrphanVolumes(billed, findOrphans(billed, entries, NOW), entries, NOW);
}

function only(...given: Parameters<typeof find>) {
  const [volume, ...others] = find(...given);
  expect(others).toEqual([]);
  if (!volume) throw new Error("it is no orphan");
  return volume;
}

describe("marks", () => {
  it.each([`data_${A_TOKEN}`, `data_${A_TOKEN}_2`, `_${A_TOKEN}`, `a_b_${A_TOKEN}_13`])("finds one in %j", (label) => {
    expect(only(aRow({ label }))).toMatchObject({ token: A_TOKEN, isMarked: true, doubt: undefined });
  });

  it.each([null, "", "data", A_TOKEN, `data_${A_TOKEN}_`, `data_${A_TOKEN}x`, "data_AAAAAAAAAAAA", "V.7"])(
    "finds none in %j",
    (label) => {
      expect(find(aRow({ label }))).toEqual([]);
    },
  );
});

describe("what is doubted", () => {
  it.each([
    [
      "a create of its resource, however old it is",
      5000,
      [entry(), entry({ stage: "creating", id: undefined })],
      "under way",
    ],
    ["as long as a create may take", 39, [entry()], "under way"],
    ["no longer", 40, [entry()], undefined],
    ["a token that no state knows", 60, [entry({ token: STRANGE_TOKEN })], "unknown token"],
    [
      "a volume that began after the state was saved",
      60,
      [entry({ trueUntil: NOW - 61 * MINUTE })],
      "newer than the state",
    ],
    [
      "a state whose own machine is not there",
      60,
      [entry({ id: 2 }), entry({ token: STRANGE_TOKEN })],
      "owner not in the account",
    ],
    [
      "a state whose own volume is not there",
      60,
      [entry({ token: STRANGE_TOKEN }), aVolume({ id: 8 })],
      "owner not in the account",
    ],
    ["states of another account", 60, [aVolume({ id: 8 })], "other account"],
    ["what an older state has", 60, [entry(), aVolume({ id: 7, isOutdated: true })], "in an older state"],
    [
      "what a machine of an older state had",
      60,
      [entry(), entry({ volumeIds: [7], isOutdated: true })],
      "in an older state",
    ],
  ] as const)("%s", (_, ageMinutes, entries, doubt) => {
    expect(only(aRow({ start_date: agoSeconds(ageMinutes) }), entries).doubt).toBe(doubt);
  });

  it("is not mixed up with a contract of the same number", () => {
    expect(only(aRow(), [entry(), entry({ id: 7, token: STRANGE_TOKEN })]).doubt).toBeUndefined();
    expect(
      only(aRow(), [entry(), entry({ stage: "creating", token: STRANGE_TOKEN, adopts: 7 })]).doubt,
    ).toBeUndefined();
    expect(findOrphans({ contracts: [instance], volumes: [] }, [aVolume({ id: instance.id })], NOW)).toHaveLength(1);
  });
});

describe("who has it mounted", () => {
  const mounting = (flag: string, over: Partial<WireInstance> = {}) =>
    ({ id: 5, machine_id: 900, extra_env: { [flag]: "1" }, ...over }) as WireInstance;

  it.each([
    ["whoever Vast names, also who is not listed", aRow({ instances: [4] }), [], [4]],
    ["an instance that shows it by its handle", aRow(), [mounting("-v V.7:/data")], [5]],
    ["an instance that shows it by its name", aRow(), [mounting(`-v data_${A_TOKEN}:/data`)], [5]],
    [
      "not one elsewhere, with one of that name",
      aRow(),
      [mounting(`-v data_${A_TOKEN}:/data`, { machine_id: 901 })],
      [],
    ],
    ["one that both name once", aRow({ instances: [5] }), [mounting("-v V.7:/data")], [5]],
  ] as const)("%s", (_, row, contracts, mountedBy) => {
    expect(only(row, [entry()], contracts).mountedBy).toEqual(mountedBy);
  });

  it("may be unknown, and then it is not free", () => {
    const inUse = only(aRow({ instances: null, status: "in-use" }));
    expect(inUse).toMatchObject({ mountedBy: [], isInUseByUnknown: true });
    expect(isFreeAfter(inUse, new Set())).toBe(false);
    // Vast says so for half a minute after the last instance went.
    expect(isFreeAfter(only(aRow({ instances: [], status: "in-use" })), new Set())).toBe(true);
  });

  it("decides whether it is free", () => {
    const volume = only(aRow({ instances: [4, 5] }));
    expect([[], [4], [4, 5, 6]].map((ended) => isFreeAfter(volume, new Set(ended)))).toEqual([false, false, true]);
  });
});

describe("a name of the program's own", () => {
  const orphan: WireInstance = { id: 5, label: finished(A_TOKEN), start_date: agoSeconds(60) };

  it("is known by the orphan that it was rented with", () => {
    const row = aRow({ label: "data", instances: [5], start_date: agoSeconds(61) });
    expect(only(row, [entry()], [orphan])).toMatchObject({ token: A_TOKEN, isMarked: false });
  });

  it.each([
    ["is older", { instances: [5], start_date: agoSeconds(63) }],
    ["is mounted by another", { instances: [1], start_date: agoSeconds(60) }],
    ["is of unknown age", { instances: [5], start_date: null }],
  ])("is anybody's when the volume %s", (_, over) => {
    expect(find(aRow({ label: "data", ...over }), [entry()], [orphan])).toEqual([]);
  });
});

it.each([
  ["a create of a Volume that was cut off", [entry({ token: STRANGE_TOKEN }), aVolume({ stage: "creating" })], true],
  ["not a Volume that stands", [entry({ token: STRANGE_TOKEN }), aVolume({ id: 8 })], false],
  ["not an Instance", [entry({ stage: "creating", id: undefined })], false],
] as const)("is taken over by %s", (_, entries, isTakenUp) => {
  expect(only(aRow(), entries).isTakenUp).toBe(isTakenUp);
});
