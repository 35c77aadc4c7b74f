import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RentBody } from "../../provider/api/instances.js";
import type { Bag } from "../../provider/engine/values.js";
import { handlerText } from "../../provider/kinds.js";
import { type TestWorld, testWorld } from "../support/harness.js";
import { A_TOKEN, API_KEY, aFolder, finished, pending } from "./given.js";
import { argsIn, changesAfter, inTheClear, isSecret, NO_CHANGE, runImport } from "./import-given.js";

const MINUTE_MS = 60_000;

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

/** Rents as Vast's own client does, and waits until it runs. */
async function rent(over: Partial<RentBody> = {}): Promise<number> {
  const { client } = t.process(API_KEY).account;
  const { id } = await client.instances.rent(t.world.offers()[0]?.id ?? 0, {
    client_id: "me",
    image: "ubuntu:22.04",
    disk: 16,
    env: {},
    runtype: "ssh_direc ssh_proxy",
    label: "trainer",
    target_state: "running",
    cancel_unavail: true,
    ...over,
  });
  await t.clock.sleep(10 * MINUTE_MS);
  return id;
}

describe("an instance", () => {
  it("becomes a resource that a plain program describes without a change, before and after a refresh", async () => {
    const id = await rent();
    const { code, program, told, specs, mode, file } = await runImport(t, ["instance", String(id)]);
    expect(code).toBe(0);
    expect(mode()).toBe(0o600);
    const [spec, ...others] = specs();
    if (spec === undefined) throw new Error("the file is empty");
    expect(others).toEqual([]);
    expect(spec).toMatchObject({
      type: "pulumi-nodejs:dynamic/vastai:Instance",
      name: "trainer",
      id: String(id),
      inputs: {
        image: "ubuntu:22.04",
        diskGb: 16,
        label: "trainer",
        labelMark: false,
        timeouts: { createMinutes: 30 },
      },
      outputs: { instanceId: id, status: "running", image: "ubuntu:22.04", gpuName: "RTX 4090" },
    });
    for (const bag of [spec.inputs, spec.outputs]) expect(bag.__provider).toBe(handlerText("Instance"));
    expect(isSecret(spec.outputs.jupyterToken)).toBe(true);
    expect(spec.inputs.ownerToken).toBeUndefined();

    expect(argsIn(program)).toEqual({
      offer: { gpuName: "RTX 4090", gpuCount: 1 },
      maxDollarsPerHour: 0.31,
      image: "ubuntu:22.04",
      diskGb: 16,
      labelMark: false,
    });
    expect(told).toContain(`pulumi import --file ${file} --generate-code=false --protect=false`);
    const { planned, afterRefresh } = await changesAfter(t, spec, argsIn(program));
    expect({ planned, afterRefresh }).toEqual({ planned: NO_CHANGE, afterRefresh: NO_CHANGE });
  });

  it("with everything that can be read back brings it all, and hides what sounds secret", async () => {
    const onstart = ["echo `date` \\ $", "{HOME}\r\nsleep 5\n"].join("");
    const id = await rent({
      env: { MODE: "train", HF_TOKEN: "hf-of-the-test", "-p 8080:8080": "1", "-p 53:53/udp": "1", "-h box": "1" },
      onstart,
      runtype: "jupyter_proxy ssh_proxy",
      label: "my 2nd box",
      price: 0.5,
    });
    const { program, specs, told } = await runImport(t, ["instance", String(id)]);
    const [spec] = specs();
    if (spec === undefined) throw new Error("the file is empty");
    expect(program).not.toContain("hf-of-the-test");
    expect(told).toContain("pulumi config set --secret my2ndBoxHfToken  # in the file: env.HF_TOKEN of my-2nd-box\n");
    expect(program).toContain('const my2ndBoxInstance = new vastai.Instance("my-2nd-box", {');
    expect(program).toContain("no input for `-h box`");
    for (const bag of [spec.inputs, spec.outputs]) {
      const env = bag.env as Bag;
      expect([env.MODE, isSecret(env.HF_TOKEN)]).toEqual(["train", true]);
    }
    const args = argsIn(program, { my2ndBoxHfToken: "hf-of-the-test" });
    expect(args).toMatchObject({
      bidDollarsPerHour: 0.5,
      runtype: "jupyter",
      connection: "proxy",
      onstart,
      env: { MODE: "train", HF_TOKEN: "hf-of-the-test" },
      ports: [8080, "53:53/udp"],
      label: "my 2nd box",
    });
    const { planned, afterRefresh } = await changesAfter(t, spec, args);
    expect({ planned, afterRefresh }).toEqual({ planned: NO_CHANGE, afterRefresh: NO_CHANGE });
  });

  it("gets its mark by the update that takes `labelMark: false` out, and nothing else", async () => {
    const id = await rent();
    const { program, specs } = await runImport(t, ["instance", String(id), "box"]);
    const [spec] = specs();
    if (spec === undefined) throw new Error("the file is empty");
    const { labelMark: _, ...args } = argsIn(program);
    const { planned, wanted, props } = await changesAfter(t, spec, args, A_TOKEN);
    expect(planned).toEqual({ changes: true, replaces: [] });
    const { outs } = await t.process(API_KEY).instance.update(spec.id, props, wanted);
    expect(outs).toMatchObject({ ownerToken: A_TOKEN, label: "trainer" });
    expect(t.world.billedContracts()).toMatchObject([{ id, label: finished(A_TOKEN) }]);
    expect(t.world.view().requests.filter(({ method }) => method === "PUT")).toHaveLength(2);
  });

  it("of another stack is left out, and with --take-over gets the mark of its new resource by the first up", async () => {
    const id = await rent({ label: finished(A_TOKEN) });
    const refused = await runImport(t, ["instance", String(id)]);
    expect(refused).toMatchObject({ code: 1, program: "", told: expect.stringContaining("add --take-over") });
    expect(refused.specs).toThrow("ENOENT");

    const { code, program, specs, told } = await runImport(t, ["instance", String(id), "--take-over"]);
    expect(code).toBe(0);
    expect(told).toContain("`pulumi preview` updates the `ownerToken` of trainer, by which it gets this stack's mark");
    const [spec] = specs();
    if (spec === undefined) throw new Error("the file is empty");
    expect(spec.inputs).toMatchObject({ ownerToken: A_TOKEN, label: "trainer", labelMark: true });
    expect(argsIn(program)).not.toHaveProperty("labelMark");
    const { planned, afterRefresh, wanted } = await changesAfter(t, spec, argsIn(program));
    const update = { changes: true, replaces: [] };
    expect({ planned, afterRefresh }).toEqual({ planned: update, afterRefresh: update });
    await t.process(API_KEY).instance.update(spec.id, inTheClear(spec.outputs) as Bag, wanted);
    expect(t.world.billedContracts()).toMatchObject([{ id, label: finished(String(wanted.ownerToken)) }]);
    expect(wanted.ownerToken).not.toBe(A_TOKEN);
  });

  it("that a `pulumi up` may be making is never taken", async () => {
    const id = await rent({ label: pending(A_TOKEN) });
    const { code, told, program } = await runImport(t, ["instance", String(id), "--take-over"]);
    expect({ code, program }).toEqual({ code: 1, program: "" });
    expect(told).toContain("a `pulumi up` is making it");
  });

  it("with a time to live keeps its end", async () => {
    const until = Math.round(t.clock.now() / 1000) + 5 * 3600;
    const id = await rent({ label: `trainer pulumi:${A_TOKEN}:until:${until}` });
    const { program, specs } = await runImport(t, ["instance", String(id), "--take-over"]);
    const [spec] = specs();
    if (spec === undefined) throw new Error("the file is empty");
    expect(argsIn(program)).toMatchObject({ timeToLiveHours: 5 });
    const { planned, afterRefresh, wanted } = await changesAfter(t, spec, argsIn(program), A_TOKEN);
    expect({ planned, afterRefresh }).toEqual({ planned: NO_CHANGE, afterRefresh: NO_CHANGE });
    // Without a refresh before it: the file itself must say when the end is.
    await t.process(API_KEY).instance.update(spec.id, inTheClear(spec.outputs) as Bag, { ...wanted, label: "renamed" });
    expect(t.world.billedContracts()).toMatchObject([{ label: `renamed pulumi:${A_TOKEN}:until:${until}` }]);
  });

  it("keeps a text of Vast's from becoming a statement of the program", async () => {
    const id = await rent({ label: 'x"); process.exit(1); ("', env: { "-h a\u2028process.exit(1);//": "1" } });
    const { program } = await runImport(t, ["instance", String(id)]);
    expect(argsIn(program)).toMatchObject({ label: 'x"); process.exit(1); ("' });
    expect(program.split(/[\n\u2028\u2029]/).filter((line) => line.startsWith("process"))).toEqual([]);
  });
});

describe("--all", () => {
  it("takes what nobody owns, with names of their own, and says why it leaves the rest", async () => {
    const [one, two] = [await rent(), await rent()];
    const [unnamed, owned] = [await rent({ label: "" }), await rent({ label: finished(A_TOKEN, "theirs") })];
    const before = t.world.view().requests.length;
    const { code, specs, told, program } = await runImport(t, ["instance", "--all"]);
    expect(code).toBe(0);
    const named = Object.fromEntries(specs().map(({ id, name }) => [id, name]));
    expect(named).toEqual({ [one]: "trainer", [two]: "trainer-2", [unnamed]: `instance-${unnamed}` });
    expect(program).toContain(`const instance${unnamed}Instance = `);
    // Its default would be the name of the resource.
    expect(program).toContain('label: ""');
    expect(program).toMatch(/"trainer-2", \{[^}]*\},[^}]*label: "trainer"/);
    expect(told).toMatch(
      new RegExp(`^instance +${owned} +theirs +\\(left out\\)\\n +It carries the mark pulumi:${A_TOKEN}`, "m"),
    );
    const methods = t.world
      .view()
      .requests.slice(before)
      .map(({ method }) => method);
    expect(new Set(methods)).toEqual(new Set(["GET"]));
  });

  it("says that there is nothing, and writes nothing", async () => {
    const { code, told, specs } = await runImport(t, ["instance", "--all"]);
    expect({ code, told }).toEqual({ code: 0, told: expect.stringContaining("holds nothing to import") });
    expect(specs).toThrow("ENOENT");
  });
});

describe("a file that is there", () => {
  it("is kept, unless told --force, and then nobody else may read it", async () => {
    const id = await rent();
    const file = join(aFolder(), "mine.json");
    writeFileSync(file, "mine", { mode: 0o644 });
    const before = t.world.view().requests.length;
    const kept = await runImport(t, ["instance", String(id), "--out", file]);
    expect(kept).toMatchObject({ code: 2, program: "", told: expect.stringContaining("is there already") });
    expect(t.world.view().requests).toHaveLength(before);
    const { code, specs, mode } = await runImport(t, ["instance", String(id), "--out", file, "--force"]);
    expect({ code, mode: mode(), count: specs().length }).toEqual({ code: 0, mode: 0o600, count: 1 });
  });
});

it.each([
  [["instance", "7"], 1, "There is no instance 7"],
  [["instance", "seven"], 1, "There is no instance seven"],
  [["instence", "7"], 2, "Did you mean instance?"],
  [["instance"], 2, "Nothing says which instance"],
  [[], 2, "Nothing says what to import"],
  [["instance", "7", "--all"], 2, "Leave one of them out"],
])("ends %j with %i", async (words, code, text) => {
  const imported = await runImport(t, words);
  expect(imported).toMatchObject({ code, program: "", told: expect.stringContaining(text) });
  expect(imported.specs).toThrow("ENOENT");
});

it("says which key was refused, without the key", async () => {
  const { code, told } = await runImport(t, ["--all"], { VAST_API_KEY: "" });
  expect({ code, told }).toEqual({
    code: 2,
    told: expect.stringContaining("Set the environment variable VAST_API_KEY"),
  });
});
