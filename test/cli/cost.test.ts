// `pulumi-vastai cost` over what the real CLI has written.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TestWorld, testWorld } from "../support/harness.js";
import { type CostJson, cost, realPreview, realPreviewText } from "./cost-given.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

async function json(name: string, env: Readonly<Record<string, string>> = {}): Promise<CostJson> {
  const { code, out, err } = await cost(t, [realPreview(name), "--format", "json"], { env });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return JSON.parse(out) as CostJson;
}

/** Each resource as `name: change, before → after`. */
function lines({ resources }: CostJson): string[] {
  const price = (each: CostJson["resources"][number]["before"]) =>
    each === null ? "–" : `${each.is} ${each.dollarsPerHour.toFixed(4)}`;
  return resources.map(({ name, change, before, after }) => `${name}: ${change}, ${price(before)} → ${price(after)}`);
}

describe("real previews", () => {
  it("of new resources: the market's price, without a key the caps of volumes, and what has neither", async () => {
    const report = await json("new");
    expect(lines(report)).toEqual([
      "data: new, – → unknown 0.0000",
      "inner: new, – → estimate 0.2021",
      "store: new, – → cap 0.0556",
      "trainer: new, – → estimate 0.3042",
      "worker: new, – → estimate 0.3042",
    ]);
    expect(report.totals.after).toMatchObject({
      dollarsPerHour: expect.closeTo(0.8104, 4),
      estimatedDollarsPerHour: expect.closeTo(0.8104, 4),
      cappedDollarsPerHour: expect.closeTo(0.0556, 4),
      dollarsPerMonth: expect.closeTo(0.8104 * 730, 1),
      capped: 1,
      unknown: 1,
    });
    expect(report).toMatchObject({ version: 1, project: "garage", stack: "dev", limit: null });
    expect(report.notes[0]).toBe("data, store: its search needs an API key, and there is none.");
    // Four of five share a search, and nothing else was asked.
    expect(t.world.view().requests.map(({ path }) => path)).toEqual(Array(2).fill("/api/v0/bundles/"));
  });

  it("of new volumes with a key: on the market, and on the machine of an instance that is yet to be rented", async () => {
    const report = await json("new", { VAST_API_KEY: "key-a" });
    expect(lines(report).filter((line) => /^(data|store)/.test(line))).toEqual([
      "data: new, – → estimate 0.0104",
      "store: new, – → estimate 0.0208",
    ]);
    expect(report.totals.after).toMatchObject({ capped: 0, unknown: 0 });
    const rented = t.world.view().requests.filter(({ method }) => method !== "POST");
    expect(rented).toEqual([]);
  });

  it("without a change: the price in the state on both sides, and nobody is asked", async () => {
    const report = await json("same");
    expect(lines(report)).toEqual([
      "data: same, billed 0.0104 → billed 0.0104",
      "inner: same, billed 0.2021 → billed 0.2021",
      "store: same, billed 0.0208 → billed 0.0208",
      "trainer: same, billed 0.3042 → billed 0.3042",
      "worker: same, billed 0.3142 → billed 0.3142",
    ]);
    expect(report.totals.changeDollarsPerHour).toBe(0);
    expect(t.world.view().requests).toEqual([]);
  });

  it("without --show-sames: says how many are in no total", async () => {
    const report = await json("same-left-out");
    expect(report.resources).toEqual([]);
    expect(report.notes).toEqual([
      expect.stringMatching(/^9 unchanged resources of this stack are not in this preview/),
    ]);
  });

  it("of an update: a relabelled one costs the same, a stopped one its disk", async () => {
    expect(lines(await json("update"))).toEqual([
      "data: updated, billed 0.0104 → billed 0.0104",
      "trainer: updated, billed 0.3042 → billed 0.3042",
      "worker: updated, billed 0.3142 → billed 0.0042",
    ]);
  });

  it.each([["replace"], ["replace-steps"]])(
    "of a replacement (%s): one row, from the state to the market",
    async (name) => {
      const report = await json(name);
      expect(lines(report)).toEqual([
        "data: updated, billed 0.0104 → billed 0.0104",
        "trainer: replaced, billed 0.3042 → estimate 0.3083",
      ]);
      expect(report.notes).toContain("A replacement is billed beside what it replaces until that is gone.");
    },
  );

  it("of a replacement that deletes first: the two are never billed together", async () => {
    const report = await json("delete-before-replace");
    expect(lines(report)).toContain("trainer: replaced, billed 0.3042 → estimate 0.3083");
    expect(report.notes.join()).not.toContain("beside");
  });

  it("of a delete: nothing is left, and what has no price of its own is not listed", async () => {
    const report = await json("delete");
    expect(lines(report)).toEqual([
      "data: deleted, billed 0.0104 → –",
      "inner: deleted, billed 0.2021 → –",
      "store: deleted, billed 0.0208 → –",
      "trainer: deleted, billed 0.3042 → –",
    ]);
    expect(report.totals.after.dollarsPerHour).toBe(0);
    expect(report.totals.changeDollarsPerHour).toBeCloseTo(-0.5375, 4);
  });

  it("of a start: the running price; an instance that the program only reads is another's", async () => {
    expect(lines(await json("start"))).toEqual(["worker: updated, billed 0.0042 → billed 0.3142"]);
  });

  it("with --refresh: what the refresh found is the price now, and what it did not find is new", async () => {
    const report = await json("refresh");
    expect(lines(report)).toEqual([
      "trainer: updated, billed 0.9042 → billed 0.9042",
      "worker: new, – → estimate 0.3042",
      "third: same, billed 0.9042 → billed 0.9042",
    ]);
  });

  it("with --refresh and without --show-sames: what did not change has no price, for the one of before is no longer true", async () => {
    const report = await json("refresh-left-out");
    expect(lines(report)).toEqual(["worker: new, – → estimate 0.3042"]);
    expect(report.notes[0]).toMatch(/^2 unchanged resources of this stack are not in this preview/);
  });

  it("never repeat a secret", async () => {
    for (const format of ["text", "markdown", "json"]) {
      const { out } = await cost(t, [realPreview("same"), "--format", format]);
      expect(out).not.toContain("[secret]");
    }
  });
});

describe("no preview", () => {
  it.each([
    ["bad-input", /the preview failed: .*maxDollarsPerHour value \{-1\}/],
    ["program-error", /the preview failed: Running program .* Error: my own/],
    ["destroy-events.jsonl", /stream of the engine's events/],
  ])("%s ends with 2 and says why", async (name, why) => {
    const { code, out, err } = await cost(t, [realPreview(name)]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(why);
    expect(err).toContain("nothing was changed");
    // No colours of another program.
    expect(err).not.toContain("[90m");
  });

  it.each([
    ["", "-", /it is empty/],
    ["Previewing update (dev):", "-", /it is not JSON/],
    ["[]", "-", /it is JSON, but not what/],
    ["{}", "-", /it is JSON, but not what/],
    ['{"version": 3, "deployment": {}}', "-", /export of a stack/],
  ])("%j is refused", async (piped, file, why) => {
    const { code, err } = await cost(t, [file], { piped });
    expect(code).toBe(2);
    expect(err).toMatch(why);
  });

  it("a file that is not there is named", async () => {
    const { code, err } = await cost(t, ["nowhere.json"]);
    expect(code).toBe(2);
    expect(err).toContain("nowhere.json cannot be read (ENOENT)");
  });

  it("is refused for a limit when resources are left out: they may be the dear ones", async () => {
    const { code, out, err } = await cost(t, [realPreview("replace"), "--fail-over", "100/h"]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain("leaves out 7 resources");
    expect(err).toContain("--show-sames");
  });
});

it("reads a pipe without being told, and a byte order mark before it", async () => {
  const { code, out } = await cost(t, [], { piped: `\uFEFF${realPreviewText("same")}` });
  expect(code).toBe(0);
  expect(out).toContain("Vast.ai cost of project garage, stack dev");
});
