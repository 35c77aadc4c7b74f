// The verdicts one by one, over recorded rows and rows of each state. Pure.
import { describe, expect, it } from "vitest";
import type { WireInstance } from "../../provider/api/instance-row.js";
import type { Bag } from "../../provider/engine/values.js";
import { driftOf } from "../../provider/resources/instance/drift/drift.js";
import { actionFor, decide, driftOutputs, knownDrift } from "../../provider/resources/instance/drift/drift-actions.js";
import { recordedInstance } from "../support/recorded.js";

const NOW = Date.parse("2026-11-21T09:00:00Z");
/** An instance that was up, and that the program wants to run. */
const STATE: Bag = { targetState: "running", rentedDollarsPerHour: 0.302 };
const RUNNING: WireInstance = {
  id: 7,
  actual_status: "running",
  intended_status: "running",
  cur_state: "running",
  dph_base: 0.3,
  dph_total: 0.302,
  storage_total_cost: 0.002,
};
const STOPPED = { actual_status: "exited", intended_status: "stopped", cur_state: "stopped" } as const;

const namesOf = (row: Partial<WireInstance>, before: Bag = STATE) =>
  driftOf({ ...RUNNING, ...row }, before, NOW).map(({ name }) => name);
const wordsOf = (row: Partial<WireInstance>, before: Bag = STATE) =>
  driftOf({ ...RUNNING, ...row }, before, NOW).map(({ tells, remedy }) => `${tells} ${remedy}`);

describe("a state of a contract has a verdict", () => {
  const over = { end_date: NOW / 1000 - 60 };
  it.each<[string, Partial<WireInstance>, string[]]>([
    ["running", {}, []],
    ["stopped throughout", STOPPED, ["stopped"]],
    ["on the way to a stop", { intended_status: "stopped" }, ["stopped"]],
    ["stopped, its end past", { ...STOPPED, ...over }, ["lifetimeEnded"]],
    ["running on past its end", over, []],
    ["a bid that lost", { ...STOPPED, is_bid: true, intended_status: "running" }, ["outbid"]],
    [
      "a bid that lost on a host that went offline",
      { ...STOPPED, is_bid: true, intended_status: "running", actual_status: "offline" },
      ["outbid"],
    ],
    ["a bid below the least one, stopped throughout (dstack)", { ...STOPPED, is_bid: true, min_bid: 0.4 }, ["outbid"]],
    ["a bid that could win, stopped throughout", { ...STOPPED, is_bid: true, min_bid: 0.25 }, ["stopped"]],
    ["a start that waits", { ...STOPPED, intended_status: "running" }, ["startQueued"]],
    ["ended by itself", { actual_status: "exited" }, ["exited"]],
    ["ended by itself, in the other spelling", { actual_status: "stopped" }, ["exited"]],
    ["offline", { actual_status: "offline" }, ["offline"]],
    ["a lost heartbeat", { actual_status: "unknown" }, ["notRunning"]],
    ["paused", { actual_status: "frozen" }, ["notRunning"]],
    ["created", { actual_status: "created" }, ["notRunning"]],
    ["not reported", { actual_status: null }, ["notRunning"]],
    ["a status of tomorrow", { actual_status: "teleporting" }, ["notRunning"]],
    ["dearer", { dph_total: 0.5 }, ["priceRaised"]],
    ["dearer and down", { dph_total: 0.5, actual_status: "exited" }, ["exited", "priceRaised"]],
    ["a bid that follows the market", { dph_total: 0.5, is_bid: true }, []],
  ])("%s", (_, row, names) => {
    expect(namesOf(row)).toEqual(names);
  });

  it("which is none where the program wants it stopped, but for its end and its host", () => {
    const before = { ...STATE, targetState: "stopped" };
    expect(namesOf(STOPPED, before)).toEqual([]);
    expect(namesOf({ ...STOPPED, ...over }, before)).toEqual(["lifetimeEnded"]);
    expect(namesOf({ ...STOPPED, actual_status: "offline" }, before)).toEqual(["offline"]);
  });

  it("which takes nobody's stop for an end by itself while a create goes on", () => {
    expect(namesOf(STOPPED, { targetState: "running" })).toEqual(["notRunning"]);
    expect(wordsOf(STOPPED, { targetState: "running" })).toEqual([
      expect.stringContaining("Its GPU is not billed while its contract is stopped."),
    ]);
  });

  it("by its own intention where there is no program", () => {
    expect(namesOf(STOPPED, {})).toEqual([]);
    expect(namesOf({ actual_status: "exited" }, {})).toEqual(["exited"]);
  });

  it("also as it was recorded", () => {
    const states = (name: string) => driftOf(recordedInstance(name), STATE, NOW).map((drift) => drift.name);
    expect(states("get-instance-stopped")).toEqual(["stopped"]);
    expect(states("get-instance-exited-on-demand")).toContain("stopped");
    expect(states("get-instance-outbid")).toEqual(["outbid"]);
    expect(states("get-instance-loading-pulling")).toContain("notRunning");
    expect(states("get-instance-booting-almost-empty")).toEqual(["notRunning"]);
  });
});

describe("the words of a verdict", () => {
  it("name small prices, and say where Vast tells none", () => {
    const outbid = { ...STOPPED, is_bid: true, intended_status: "running" };
    expect(wordsOf({ ...outbid, storage_total_cost: 0.00045 })).toEqual([
      expect.stringMatching(/pays more than 0\.300 \$\/h\. .* Its disk is billed on, 0\.00045 \$\/h\./),
    ]);
    const { tells = "" } = driftOf(recordedInstance("get-instance-outbid"), STATE, NOW)[0] ?? {};
    expect(tells).toMatch(/pays more than its bid\. .* Its disk is billed on, at a price that Vast does not tell\.$/);
  });

  it("know the disk's price from the place where a list has it", () => {
    const row = { ...STOPPED, storage_total_cost: null, search: { diskHour: 0.004 } };
    expect(wordsOf(row)).toEqual([expect.stringContaining("Its disk is billed on, 0.0040 $/h.")]);
  });

  it("do not claim more of a bid that is stopped throughout than Vast tells", () => {
    expect(wordsOf({ ...STOPPED, is_bid: true, min_bid: 0.4 })).toEqual([
      expect.stringMatching(
        /was outbid, or somebody stopped it, which Vast does not tell apart: .* \(least bid now 0\.400 \$\/h\)/,
      ),
    ]);
  });

  it("name the status that is none of the others, and the money", () => {
    expect(wordsOf({ actual_status: "frozen" })).toEqual([
      expect.stringMatching(
        /reports the status "frozen"\. Its disk is billed on, .* may be billed as well, 0\.302 \$\/h/,
      ),
    ]);
    expect(wordsOf({ actual_status: null })).toEqual([expect.stringContaining("Vast reports no status.")]);
  });
});

describe("what a state says of the last refresh", () => {
  it("is checked: it can hold anything", () => {
    const since = "2026-11-21T08:00:00.000Z";
    const known = knownDrift({ drift: ["outbid", "teleported", 7, null], driftSince: { outbid: since } });
    expect([...known]).toEqual([["outbid", Date.parse(since)]]);
    expect(knownDrift({ drift: "outbid" }).size).toBe(0);
    expect([...knownDrift({ drift: ["exited"], driftSince: "long ago" })]).toEqual([["exited", Number.NaN]]);
    expect(knownDrift({}).size).toBe(0);
  });

  it("keeps the moment when something was found first", () => {
    const first = driftOutputs(["offline"], {}, NOW);
    const next = driftOutputs(["offline", "priceRaised"], first, NOW + 60_000);
    expect(next).toEqual({
      drift: ["offline", "priceRaised"],
      driftSince: { offline: "2026-11-21T09:00:00.000Z", priceRaised: "2026-11-21T09:01:00.000Z" },
    });
    expect(driftOutputs([], next, NOW)).toEqual({ drift: null, driftSince: null });
  });
});

describe("what is done", () => {
  it("is nothing but to wait for a start, unless the program says more", () => {
    const names = ["lifetimeEnded", "outbid", "stopped", "exited", "offline", "notRunning", "priceRaised"] as const;
    for (const name of names) expect.soft(actionFor(name, {}), name).toBe("ignore");
    expect(actionFor("startQueued", { onDrift: {} })).toBe("wait");
    expect(actionFor("exited", { onDrift: { exited: "restart" } })).toBe("restart");
    // Unknown still, as a preview may have it.
    expect(actionFor("exited", { onDrift: { exited: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" } })).toBe("ignore");
    expect(actionFor("exited", { onDrift: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" })).toBe("ignore");
  });

  it("is nothing about what no refresh has told", () => {
    const row = { ...RUNNING, actual_status: "exited" };
    const wanted = { onDrift: { exited: "restart" } };
    const actions = (before: Bag) => decide(driftOf(row, STATE, NOW), row, before, wanted, NOW).map((d) => d.action);
    expect(actions({ drift: ["offline"] })).toEqual(["ignore"]);
    expect(actions({ drift: ["exited"] })).toEqual(["restart"]);
  });

  it("is no replacement of a host that is offline since nobody knows when", () => {
    const row = { ...RUNNING, actual_status: "offline" };
    const [decision] = decide(
      driftOf(row, STATE, NOW),
      row,
      { drift: ["offline"] },
      { onDrift: { offline: "replace" } },
      NOW,
    );
    expect(decision).toMatchObject({ action: "ignore", plan: expect.stringContaining("ten minutes after a refresh") });
  });
});
