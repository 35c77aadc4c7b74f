import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { adviceOf } from "../../cli/orphans/words.js";
import type { WireInstance } from "../../provider/api/instance-row.js";
import type { StateEntry } from "../../provider/orphan-doubts.js";
import { dollarsBilledAbout, dollarsPerHourNow, findOrphans } from "../../provider/orphans.js";
import { A_TOKEN, finished, pending, STRANGE_TOKEN, urnOf } from "./given.js";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const MINUTE = 60_000;
/** What stands in the states of these tests, and in the account. */
const INSTANCE = 1;

function aRow(label: string | null, over: Partial<WireInstance> = {}): WireInstance {
  return { id: 7, label, actual_status: "running", start_date: (NOW - 60 * MINUTE) / 1000, ...over };
}

function entry(over: Partial<StateEntry> = {}): StateEntry {
  const trueUntil = Number.POSITIVE_INFINITY;
  return {
    urn: urnOf("trainer"),
    token: A_TOKEN,
    noun: "instance",
    id: INSTANCE,
    volumeIds: [],
    volumeName: undefined,
    stage: "standing",
    adopts: undefined,
    createMinutes: 30,
    deleteMinutes: 10,
    trueUntil,
    isOutdated: false,
    ...over,
  };
}
const leaving = entry({ stage: "leaving" });
const creating = entry({ id: undefined, stage: "creating" });
const another = entry({ token: STRANGE_TOKEN });
const adopting = (adopts: number) => ({ ...creating, token: STRANGE_TOKEN, adopts });

const billed = (contracts: readonly WireInstance[]) => ({ contracts, volumes: [] });

function onlyOrphan(row: WireInstance, entries: readonly StateEntry[]) {
  const [orphan, ...others] = findOrphans(billed([row, aRow(null, { id: INSTANCE })]), entries, NOW);
  expect(others).toEqual([]);
  if (!orphan) throw new Error("it is no orphan");
  return orphan;
}

describe("who takes a pending contract up", () => {
  it.each([
    ["a create that was cut off", [creating], true],
    ["a replacement that was cut off", [entry(), creating], true],
    ["a replacement whose old machine is gone already", [entry({ stage: "leaving", id: 2 }), another], true],
    ["a resource that stands has no reason to", [entry()], false],
    ["nobody who is known", [], false],
  ] as const)("%s", (_, entries, isTakenUp) => {
    expect(onlyOrphan(aRow(pending(A_TOKEN)), entries)).toMatchObject({ kind: "pending", isTakenUp });
  });

  it("nobody, when somebody has changed its label", () => {
    const orphan = onlyOrphan(aRow(`mine ${pending(A_TOKEN)}`), [creating]);
    expect(orphan).toMatchObject({ kind: "pending", isTakenUp: false });
    expect(adviceOf(orphan)).toBe(
      "Same resource as trainer (stack dev): a `pulumi up` may be at work on it; if none is, none takes it up. End it then.",
    );
    expect(adviceOf(onlyOrphan(aRow(pending(A_TOKEN)), [entry()]))).toBe(
      "Same resource as trainer (stack dev), which has instance 1: no `pulumi up` takes it up. End it.",
    );
  });
});

describe("what is doubted", () => {
  it.each([
    ["a create that has just begun", 1, [creating], "under way"],
    ["one that may have taken up what is days old", 5000, [creating], "under way"],
    ["one of a replacement", 5000, [entry(), creating], "under way"],
    ["one of another resource", 41, [entry(), { ...creating, token: STRANGE_TOKEN }], undefined],
    ["one that takes over this very contract", 41, [entry(), adopting(7)], "under way"],
    ["one that takes over another", 41, [entry(), adopting(8)], undefined],
    ["one of before that took it over", 41, [entry(), { ...adopting(7), isOutdated: true }], undefined],
    ["a resource that was to take it over, and stands", 41, [entry({ adopts: 7 })], undefined],
    ["a state whose own contract is not there", 41, [entry({ id: 2 }), another], "owner not in the account"],
    ["one of two such states", 41, [entry(), entry({ id: 2 })], "owner not in the account"],
    ["a state that waits for the end of what is gone", 41, [entry(), { ...leaving, id: 2 }], undefined],
    ["a state whose other contracts are not there", 41, [entry(), { ...another, id: 2 }], undefined],
    ["states of another account", 41, [entry({ id: 2 })], "other account"],
    ["states of another account that do not know it", 41, [{ ...another, id: 2 }], "other account"],
    ["an older state of another account", 41, [entry({ id: 2, isOutdated: true }), creating], "under way"],
    ["one that a saved state saw begin", 31, [{ ...creating, trueUntil: NOW - 60 * MINUTE }], "newer than the state"],
    ["a state that does not say when", 31, [entry({ trueUntil: 0 })], "newer than the state"],
    ["an older state beside a newer one", 41, [entry({ trueUntil: 0, isOutdated: true }), entry()], undefined],
    ["an older state of another stack", 41, [entry({ trueUntil: 0 }), entry()], "newer than the state"],
    ["only an older state", 31, [entry({ trueUntil: 0, isOutdated: true })], "unknown token"],
    ["one that an older state has", 31, [entry({ id: 7, isOutdated: true }), entry()], "in an older state"],
  ] as const)("%s", (_, ageMinutes, entries, doubt) => {
    const row = { start_date: (NOW - ageMinutes * MINUTE) / 1000 };
    expect(onlyOrphan(aRow(pending(A_TOKEN), row), entries).doubt).toBe(doubt);
    expect(onlyOrphan(aRow(finished(A_TOKEN), row), entries).doubt).toBe(doubt);
  });

  it.each([
    ["as long as a create and the end of what it leaves may take", 39, {}, "under way"],
    ["no longer", 40, {}, undefined],
    ["as long as the inputs say", 74, { createMinutes: 60, deleteMinutes: 15 }, "under way"],
    ["no longer than they say", 75, { createMinutes: 60, deleteMinutes: 15 }, undefined],
    ["as long as the defaults", 39, { createMinutes: undefined, deleteMinutes: undefined }, "under way"],
    ["no longer than the defaults", 40, { createMinutes: undefined, deleteMinutes: undefined }, undefined],
  ] as const)("a pending contract without a create in the state, %s", (_, ageMinutes, over, doubt) => {
    const row = { start_date: (NOW - ageMinutes * MINUTE) / 1000 };
    expect(onlyOrphan(aRow(pending(A_TOKEN), row), [entry(over)]).doubt).toBe(doubt);
    expect(onlyOrphan(aRow(finished(A_TOKEN), row), [entry(over)]).doubt).toBeUndefined();
  });

  it("a contract of unknown age, as far as age counts", () => {
    const row = aRow(finished(A_TOKEN), { start_date: null });
    expect(onlyOrphan({ ...row, label: pending(A_TOKEN) }, [entry()]).doubt).toBe("under way");
    expect(onlyOrphan(row, [entry({ trueUntil: NOW })]).doubt).toBe("newer than the state");
    expect(onlyOrphan(row, [entry()])).toMatchObject({ doubt: undefined, ageMs: undefined });
  });
});

describe("marks", () => {
  it.each([
    [pending(A_TOKEN), "pending"],
    [`pulumi:${A_TOKEN}`, "finished"],
    [finished(A_TOKEN, "a b"), "finished"],
    [` ${finished(A_TOKEN)} `, "finished"],
  ])("reads %j", (label, kind) => {
    expect(onlyOrphan(aRow(label), [])).toMatchObject({ kind, token: A_TOKEN });
  });

  it.each([
    null,
    "",
    "trainer",
    `xpulumi:${A_TOKEN}`,
    "pulumi:AAAAAAAAAAAA",
    "pulumi:aaaa",
    `pulumi:${A_TOKEN} trainer`,
  ])("finds none in %j", (label) => {
    expect(findOrphans(billed([aRow(label)]), [], NOW)).toEqual([]);
  });
});

describe("money", () => {
  it.each([
    [{ instance: { totalHour: 0.5 }, dph_total: 0.4 }, 0.5],
    [{ dph_total: 0.4, storage_total_cost: 0.01 }, 0.4],
    [{ actual_status: "exited", dph_total: 0.4, storage_total_cost: 0.01 }, 0.01],
    [{ actual_status: null, dph_total: 0.4, search: { diskHour: 0.02 } }, 0.02],
    [{ actual_status: "exited", dph_total: 0.4 }, undefined],
  ])("%j costs %j $/h", (row, price) => {
    expect(dollarsPerHourNow(aRow("x", row as Partial<WireInstance>))).toBe(price);
  });

  it("is age times price, and unknown when one of them is", () => {
    const about = (over: Partial<WireInstance>) => {
      const { row, ageMs } = onlyOrphan(aRow(finished(A_TOKEN), over), []);
      return dollarsBilledAbout(dollarsPerHourNow(row), ageMs);
    };
    expect(about({ dph_total: 0.5, start_date: (NOW - 90 * MINUTE) / 1000 })).toBeCloseTo(0.75);
    expect(about({ dph_total: 0.5, start_date: null })).toBeUndefined();
    expect(about({})).toBeUndefined();
    // A clock that goes wrong is no credit.
    expect(about({ dph_total: 0.5, start_date: (NOW + 90 * MINUTE) / 1000 })).toBe(0);
  });
});

it("never lists what stands in a state or has no mark, and never trusts a token that no state has", () => {
  const token = fc.constantFrom(A_TOKEN, STRANGE_TOKEN);
  const label = fc.oneof(
    token.map(pending),
    token.map((t) => finished(t)),
    fc.constant("mine"),
    fc.constant(null),
  );
  const rows = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 6 }), label), { selector: ([id]) => id });
  const stage = fc.constantFrom("creating", "standing", "leaving" as const);
  const entries = fc.array(
    fc.record({ id: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }), token, stage }),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(rows, entries, (given, states) => {
      const contracts = given.map(([id, text]) => aRow(text, { id }));
      const known = states.map((state) => entry(state));
      const orphans = findOrphans(billed(contracts), known, NOW);
      const expected = given.filter(([id, text]) => text?.includes("pulumi:") && !states.some((s) => s.id === id));
      expect(new Set(orphans.map(({ row }) => row.id))).toEqual(new Set(expected.map(([id]) => id)));
      for (const { token: own, doubt } of orphans.filter((orphan) => orphan.doubt === undefined)) {
        const known = states.filter((state) => state.token === own);
        expect({ doubt, known: known.length > 0 }).toEqual({ doubt: undefined, known: true });
        const standing = known.filter(({ stage }) => stage === "standing").flatMap((state) => state.id ?? []);
        expect(contracts.map(({ id }) => id)).toEqual(expect.arrayContaining(standing));
      }
    }),
  );
});
