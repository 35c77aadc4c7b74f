import { existsSync } from "node:fs";
import { delimiter } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TestWorld, testWorld } from "../support/harness.js";
import { aPublicKey } from "../support/public-keys.js";
import { A_TOKEN, API_KEY, aContract, aFile, anEntry, exportOf, finished, pulumiWith } from "./given.js";
import { runImport } from "./import-given.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const inPath = (folder: string) => ({ PATH: `${folder}${delimiter}${process.env.PATH}` });

describe("what a stack has", () => {
  it("is not offered again, with or without a mark", async () => {
    const [unmarked, marked, other] = [
      await aContract(t, "box"),
      await aContract(t, finished(A_TOKEN)),
      await aContract(t, "other"),
    ];
    const state = exportOf({ resources: [anEntry("box", unmarked, ""), anEntry("trainer", marked, A_TOKEN)] });
    const { code, specs, told } = await runImport(t, ["instance", "--all", "--state", aFile(state)]);
    expect({ code, ids: specs().map(({ id }) => id) }).toEqual({ code: 0, ids: [String(other)] });
    expect(told).toMatch(
      new RegExp(`^instance +${unmarked} +box +\\(left out\\)\\n +It stands in stack dev already, as \`box\`\\.`, "m"),
    );
    expect(told).toMatch(/It stands in stack dev already, as `trainer`\./);
  });

  it("is asked of the current stack, and of those that are named", async () => {
    const [one, two] = [await aContract(t, "one"), await aContract(t, "two")];
    const pulumi = pulumiWith({
      "": exportOf({ resources: [anEntry("one", one, "")] }),
      prod: exportOf({ stack: "prod", resources: [anEntry("two", two, "")] }),
    });
    const ids = async (...flags: string[]) =>
      (await runImport(t, ["instance", "--all", ...flags], inPath(pulumi))).specs().map(({ id }) => id);
    expect(await ids()).toEqual([String(two)]);
    expect(await ids("--stack", "prod")).toEqual([String(one)]);
  });

  it("cannot be told without one, which is said; a stack that is named must be there", async () => {
    const id = await aContract(t, "box");
    const pulumi = pulumiWith({});
    const told = await runImport(t, ["instance", String(id)], inPath(pulumi));
    expect(told).toMatchObject({ code: 0, told: expect.stringMatching(/^note: What a stack has already may be/) });
    expect(told.told).not.toContain(API_KEY);
    const named = await runImport(t, ["instance", String(id), "--stack", "nope"], inPath(pulumi));
    expect(named).toMatchObject({ code: 2, told: expect.stringContaining("no stack named 'nope' found") });
    expect(existsSync(named.file)).toBe(false);
  });

  it("what it only reads, and what has the same id in another kind, is offered", async () => {
    const id = await aContract(t, "box");
    const read = anEntry("box", id, "", { external: true });
    const alike = anEntry("box", id, "", { type: "pulumi-nodejs:dynamic/vastai:Volume" });
    const state = aFile(exportOf({ resources: [read, alike] }));
    const { specs } = await runImport(t, ["instance", String(id), "--state", state]);
    expect(specs()).toHaveLength(1);
  });

  it("answers one that is asked for by its id with 1", async () => {
    const id = await aContract(t, "box");
    const state = aFile(exportOf({ resources: [anEntry("box", id, "")] }));
    expect(await runImport(t, ["instance", String(id), "--state", state])).toMatchObject({ code: 1, program: "" });
  });
});

it("imports the kinds that the key may read, says which it may not, and ends with 1", async () => {
  const id = await aContract(t, "box");
  await t.process(API_KEY).account.client.sshKeys.create(aPublicKey(1, "laptop"));
  t.simulator.faults.add({ on: "GET /api/v0/ssh/", then: "auth-error", times: "always" });
  const { code, specs, told } = await runImport(t, ["--all"]);
  expect({ code, ids: specs().map((spec) => spec.id) }).toEqual({ code: 1, ids: [String(id)] });
  expect(told).toMatch(/^warning: No ssh-key was looked at, and none is in the file: .*lacks the permission/m);
  expect(told).not.toContain(API_KEY);
});
