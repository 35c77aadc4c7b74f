// What `pulumi-vastai import` makes of the nouns besides the instance.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TemplateDocument } from "../../provider/api/templates.js";
import type { WireVolume } from "../../provider/api/volumes.js";
import { importVolume } from "../../provider/resources/volume/import.js";
import { volumeLifecycle } from "../../provider/resources/volume/lifecycle.js";
import { type TestWorld, testWorld } from "../support/harness.js";
import { aPublicKey } from "../support/public-keys.js";
import { A_TOKEN, API_KEY } from "./given.js";
import { argsIn, changesAfter, isSecret, NO_CHANGE, runImport, type Spec } from "./import-given.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const client = () => t.process(API_KEY).account.client;

/** The one resource of a file. */
function only(specs: readonly Spec[]): Spec {
  const [spec, ...others] = specs;
  if (spec === undefined || others.length > 0) throw new Error(`the file has ${specs.length} resources`);
  return spec;
}

const A_DOCUMENT: TemplateDocument = {
  name: "my vllm",
  image: "vllm/vllm-openai",
  tag: "v0.11.0",
  env: '-e MODEL="Qwen/Qwen3-8B" -e HF_TOKEN=hf-of-the-test -p 8000:8000 -p 53:53/udp -h box',
  onstart: "vllm serve $MODEL\n",
  runtype: "jupyter",
  args_str: "",
  use_ssh: true,
  ssh_direct: true,
  jup_direct: false,
  use_jupyter_lab: true,
  jupyter_dir: "/data",
  docker_login_repo: "",
  docker_login_user: "",
  docker_login_pass: "",
  extra_filters: {
    cuda_max_good: { gte: 12.6 },
    compute_cap: { lte: 900 },
    gpu_name: { in: ["RTX 4090", "RTX 5090"] },
    verified: { eq: true },
  },
  recommended_disk_space: 64,
  desc: "serves",
  readme: "",
  readme_visible: false,
  href: "https://hub.docker.com/r/vllm/vllm-openai/",
  repo: "vllm/vllm-openai",
  private: false,
  volume_info: null,
} as TemplateDocument;

describe("a template", () => {
  it("is described whole, filters in the words of a query, without a change before and after a refresh", async () => {
    const { id } = await client().templates.create(A_DOCUMENT);
    const { code, program, specs } = await runImport(t, ["template", String(id)]);
    expect(code).toBe(0);
    const spec = only(specs());
    expect(spec).toMatchObject({
      type: "pulumi-nodejs:dynamic/vastai:Template",
      name: "my-vllm",
      outputs: { templateId: id },
    });
    expect(program).not.toContain("hf-of-the-test");
    const args = argsIn(program, { myVllmHfToken: "hf-of-the-test" });
    expect(args).toEqual({
      name: "my vllm",
      image: "vllm/vllm-openai:v0.11.0",
      env: { MODEL: "Qwen/Qwen3-8B", HF_TOKEN: "hf-of-the-test" },
      ports: [8000, "53:53/udp"],
      dockerOptions: ["-h", "box"],
      onstart: "vllm serve $MODEL\n",
      runtype: "jupyterLab",
      connection: "proxy",
      jupyterDir: "/data",
      offer: {
        cudaVersion: { gte: 12.6 },
        computeCapability: { lte: 9 },
        gpuName: { in: ["RTX 4090", "RTX 5090"] },
        verified: true,
      },
      recommendedDiskGb: 64,
      description: "serves",
      descriptionMark: false,
      readmeVisible: false,
      private: false,
    });
    const { planned, afterRefresh } = await changesAfter(t, spec, args);
    expect({ planned, afterRefresh }).toEqual({ planned: NO_CHANGE, afterRefresh: NO_CHANGE });
  });

  it("with a registry login asks for it, which is the only change", async () => {
    const login = { docker_login_repo: "ghcr.io", docker_login_user: "me", docker_login_pass: "password-of-the-test" };
    const { id } = await client().templates.create({ ...A_DOCUMENT, ...login });
    const { program, specs, told } = await runImport(t, ["template", String(id), "vllm"]);
    expect(JSON.stringify(specs())).not.toContain("password-of-the-test");
    expect(told).toContain("pulumi config set --secret vllmPassword  # not told by Vast");
    expect(told).toContain("`pulumi preview` updates vllm, whose secrets Vast does not tell");
    const args = argsIn(program, { vllmPassword: "password-of-the-test", vllmHfToken: "hf-of-the-test" });
    expect(args.imageLogin).toEqual({ registry: "ghcr.io", username: "me", password: "password-of-the-test" });
    const spec = only(specs());
    expect((await changesAfter(t, spec, args)).planned).toEqual({ changes: true, replaces: [] });
    const { imageLogin } = spec.inputs;
    expect(
      (
        await changesAfter(t, spec, {
          ...args,
          imageLogin: { ...(imageLogin as object), password: "not-told-by-Vast" },
        })
      ).planned,
    ).toEqual(NO_CHANGE);
  });

  it("of another stack, or of another account, is left out", async () => {
    const marked = await client().templates.create({ ...A_DOCUMENT, desc: `serves pulumi:${A_TOKEN}` });
    const refused = await runImport(t, ["template", "--all"]);
    expect(refused).toMatchObject({ code: 0, program: "", told: expect.stringContaining("add --take-over") });
    const foreign = await t.process("key-of-somebody-else").account.client.templates.create(A_DOCUMENT);
    expect(await runImport(t, ["template", String(foreign.id)])).toMatchObject({ code: 1, program: "" });

    const { program, specs } = await runImport(t, ["template", String(marked.id), "--take-over"]);
    const spec = only(specs());
    expect(spec.inputs).toMatchObject({ ownerToken: A_TOKEN, description: "serves", descriptionMark: true });
    const args = argsIn(program, { myVllmHfToken: "hf-of-the-test" });
    expect(args).not.toHaveProperty("descriptionMark");
    const { planned, afterRefresh, wanted } = await changesAfter(t, spec, args);
    expect({ planned, afterRefresh }).toEqual({ planned: NO_CHANGE, afterRefresh: NO_CHANGE });
    expect(wanted.ownerToken).toBe(A_TOKEN);
  });
});

describe("an SSH key", () => {
  it("that a person put there stays there when its resource is deleted", async () => {
    const { id } = await client().sshKeys.create(aPublicKey(1, "me@laptop"));
    const { program, specs } = await runImport(t, ["ssh-key", String(id)]);
    const spec = only(specs());
    expect(spec).toMatchObject({
      name: "me-laptop",
      id: String(id),
      outputs: { keyId: id, adopted: true, comment: "me@laptop" },
    });
    const { planned, afterRefresh, props } = await changesAfter(t, spec, argsIn(program));
    expect({ planned, afterRefresh }).toEqual({ planned: NO_CHANGE, afterRefresh: NO_CHANGE });
    await t.process(API_KEY).sshKey.delete(spec.id, props);
    expect(await client().sshKeys.list()).toMatchObject([{ id }]);
  });

  it("with a mark is left out, and with --take-over ends with its resource", async () => {
    const { id } = await client().sshKeys.create(aPublicKey(1, `me pulumi:${A_TOKEN}`));
    expect(await runImport(t, ["ssh-key", String(id)])).toMatchObject({
      code: 1,
      told: expect.stringContaining("--take-over"),
    });
    const { program, specs } = await runImport(t, ["ssh-key", String(id), "--take-over"]);
    const spec = only(specs());
    expect(argsIn(program).publicKey).toBe(aPublicKey(1, "me"));
    const { planned, afterRefresh, props, wanted } = await changesAfter(t, spec, argsIn(program));
    expect({ planned, afterRefresh }).toEqual({ planned: NO_CHANGE, afterRefresh: NO_CHANGE });
    expect(wanted.ownerToken).toBe(A_TOKEN);
    await t.process(API_KEY).sshKey.delete(spec.id, props);
    expect(await client().sshKeys.list()).toEqual([]);
  });

  it("whose text is no public key is left out without being shown; the others are in the file", async () => {
    const { id } = await client().sshKeys.create("ssh-ed25519 hidden-text");
    const { code, told, program } = await runImport(t, ["ssh-key", String(id)]);
    expect({ code, program }).toEqual({ code: 1, program: "" });
    expect(told).not.toContain("hidden-text");

    const good = await client().sshKeys.create(aPublicKey(1));
    const all = await runImport(t, ["--all"]);
    expect(all.code).toBe(1);
    expect(only(all.specs()).id).toBe(String(good.id));
  });
});

it("takes a variable by its name in any case, and the first update writes the program's value", async () => {
  await client().secrets.create("HF_TOKEN", "old-value");
  const { program, specs } = await runImport(t, ["env-var", "hf_token"]);
  const spec = only(specs());
  expect(spec).toMatchObject({
    type: "pulumi-nodejs:dynamic/vastai:EnvVar",
    id: "HF_TOKEN",
    inputs: { name: "HF_TOKEN" },
  });
  expect([isSecret(spec.inputs.value), isSecret(spec.outputs.value)]).toEqual([true, true]);
  expect(program).toContain('value: config.requireSecret("hfTokenValue")');
  const args = argsIn(program, { hfTokenValue: "new-value" });
  const { planned, props, wanted } = await changesAfter(t, spec, args);
  expect(planned).toEqual({ changes: true, replaces: [] });
  const { outs } = await t.process(API_KEY).envVar.update(spec.id, props, wanted);
  const writes = t.world.view().requests.filter(({ method, path }) => method === "PUT" && path.includes("/secrets/"));
  expect(writes).toMatchObject([{ status: 200 }]);
  expect((await t.process(API_KEY).envVar.diff(spec.id, outs, wanted)).changes).toBe(false);
});

describe("a volume", () => {
  const row = { id: 38_186_467, label: "data", disk_space: 50.08, machine_id: 1234, status: "created" } as WireVolume;
  const argsOf = (over: Partial<WireVolume> = {}, takeOver = false) => {
    const found = importVolume({ ...row, ...over }, { takeOver });
    if (found.is === "refused") throw new Error(found.because);
    return found.record;
  };

  it.each([
    ["with a name of its own", row, { machineId: 1234, sizeGb: 50, name: "data" }],
    ["under Vast's name", { ...row, label: "V.38186467" }, { machineId: 1234, sizeGb: 50 }],
    ["with our mark", { ...row, label: `data_${A_TOKEN}_2` }, { machineId: 1234, sizeGb: 50 }],
  ])("%s is described without a change", async (_, given, args) => {
    const record = argsOf(given, true);
    expect(record.args).toEqual(args);
    const volume = volumeLifecycle();
    const checked = await volume.check(record.inputs, { ...args, resourceName: "data", ownerToken: "ffffffffffff" });
    expect(checked.failures).toEqual([]);
    expect(await volume.diff(record.id, record.outputs, checked.inputs)).toEqual(NO_CHANGE);
    expect(record.outputs).toMatchObject({ volumeId: row.id, sizeGb: 50, allowDataLoss: false });
  });

  it("is left out when a stack owns it, and when a guess could cost its data", () => {
    expect(importVolume({ ...row, label: `data_${A_TOKEN}` }, { takeOver: false })).toMatchObject({ why: "owned" });
    expect(importVolume({ ...row, disk_space: null }, { takeOver: true })).toMatchObject({ why: "unfit" });
    expect(importVolume({ ...row, type: "network" }, { takeOver: true })).toMatchObject({ why: "unfit" });
  });
});
