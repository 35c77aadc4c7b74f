import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { failureOf, type ProviderProcess, type TestWorld, testWorld } from "../support/harness.js";
import { aTemplate, changeTemplate, checked, MARK, makeTemplate } from "./given.js";

const PUT = "PUT /api/v1/template/";
const SECRET = { registry: "ghcr.io", username: "me", password: "hunter2" };

/** Every input that a template can have, none at its default. */
const EVERYTHING: Bag = {
  name: "everything",
  image: "host:5000/team/app",
  tag: "1.2",
  env: { A: "x y", B: "it's $5", C: "", D: "p=q\nr" },
  ports: [8000, "53/udp"],
  dockerOptions: ["-h", "trainer"],
  onstart: "date\n",
  runtype: "jupyterLab",
  connection: "proxy",
  jupyterDir: "/work",
  imageLogin: SECRET,
  offer: { gpuName: "RTX 4090", cudaVersion: { gte: 12.6 }, gpuRamGb: { gte: 24 } },
  recommendedDiskGb: 50,
  description: "all of it",
  readme: "# Read me",
  readmeVisible: false,
  href: "https://example.com/app",
  repo: "team/app",
  private: false,
  volumeInfo: { name: "data" },
};

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const puts = () => t.world.view().requests.filter(({ method, path }) => method === "PUT" && path.includes("/template"));
const rowOf = async ({ account }: ProviderProcess, id: string) => {
  const { rows } = await account.client.templates.search({ id: { eq: Number(id) } });
  return rows[0];
};
async function refreshed({ template }: ProviderProcess, id: string, outs: Bag): Promise<Bag> {
  return (await template.read(id, outs)).props ?? {};
}
async function isUnchanged(process: ProviderProcess, id: string, olds: Bag, inputs: Bag): Promise<boolean> {
  return !(await process.template.diff(id, olds, await checked(process, inputs, olds))).changes;
}

describe("changing a template", () => {
  it("edits in place: the id stays, the hash is another", async () => {
    const process = t.process();
    const { id, outs } = await makeTemplate(process);
    const after = await changeTemplate(process, id, outs, aTemplate({ image: "vllm/vllm-openai:v0.12.0" }));
    expect(t.world.templates()).toMatchObject([
      { id: Number(id), image: "vllm/vllm-openai:v0.12.0", description: `serves ${MARK}` },
    ]);
    expect(after.hashId).toBe(t.world.templates()[0]?.hashId);
    expect(after.hashId).not.toBe(outs.hashId);
  });

  it.each(Object.keys(EVERYTHING).filter((key) => key !== "tag"))(
    "carries %s, and taking it away again",
    async (key) => {
      const process = t.process();
      const plain = aTemplate({ runtype: "jupyter" });
      const { id, outs } = await makeTemplate(process, plain);
      const before = await rowOf(process, id);
      const changed = aTemplate({ runtype: "jupyter", [key]: EVERYTHING[key] });
      const after = await changeTemplate(process, id, outs, changed);
      expect(puts()).toHaveLength(1);
      expect(await isUnchanged(process, id, await refreshed(process, id, after), changed)).toBe(true);
      await changeTemplate(process, id, after, plain);
      expect(await rowOf(process, id)).toEqual(before);
    },
  );

  it("needs nothing more after a refresh with every input set", async () => {
    const process = t.process();
    const inputs = aTemplate(EVERYTHING);
    const { id, outs } = await makeTemplate(process, inputs);
    const again = await refreshed(process, id, outs);
    expect(await isUnchanged(process, id, again, inputs)).toBe(true);
    expect(again).toMatchObject({ env: EVERYTHING.env, ports: ["8000:8000", "53:53/udp"], imageLogin: SECRET });
    expect(await rowOf(process, id)).toMatchObject({
      image: "host:5000/team/app",
      tag: "1.2",
      runtype: "jupyter",
      use_jupyter_lab: true,
      jup_direct: false,
      docker_login_repo: "ghcr.io",
      extra_filters: { gpu_name: { eq: "RTX 4090" }, cuda_max_good: { gte: 12.6 } },
    });
  });

  it.each([
    "500-after",
    "hang-up-after",
    "not-json",
    "truncated",
    "slow",
    "500-before",
    "hang-up-before",
    "429",
  ] as const)("arrives once although the answer is lost (%s)", async (then) => {
    const process = t.process();
    const { id, outs } = await makeTemplate(process);
    t.simulator.faults.add({ on: PUT, then });
    const after = await changeTemplate(process, id, outs, aTemplate({ onstart: "new" }));
    expect(await rowOf(process, id)).toMatchObject({ onstart: "new", hash_id: after.hashId });
    expect(t.world.templates()).toHaveLength(1);
  });

  it("reads the hash anew, once, when somebody edited it meanwhile", async () => {
    const process = t.process();
    const { id, outs } = await makeTemplate(process);
    t.world.editTemplate(Number(id), { desc: "by hand" });
    const after = await changeTemplate(process, id, outs, aTemplate({ onstart: "new" }));
    expect(puts().map(({ status }) => status)).toEqual([404, 200]);
    expect(t.world.templates()).toMatchObject([{ description: `serves ${MARK}`, hashId: after.hashId }]);
  });

  it("says so when it was deleted outside", async () => {
    const process = t.process();
    const { id, outs } = await makeTemplate(process, aTemplate({ private: false }));
    t.world.deleteTemplate(Number(id));
    const failure = await failureOf(changeTemplate(process, id, outs, aTemplate({ private: false, onstart: "new" })));
    expect(failure.message).toContain(`Template ${id} does not exist any more`);
    expect(failure.message).toContain("pulumi up --refresh");
  });
});

describe("refreshing a template", () => {
  const console: readonly [what: string, edit: Parameters<TestWorld["world"]["editTemplate"]>[1], shown: Bag][] = [
    ["name", { name: "renamed" }, { name: "renamed" }],
    ["image", { image: "a/b", tag: "2" }, { image: "a/b:2" }],
    ["environment", { env: "-e MODEL=other -p 8000:8000" }, { env: { MODEL: "other" } }],
    ["port", { env: "-e MODEL=Qwen/Qwen3-8B -p 9000:9000" }, { ports: ["9000:9000"] }],
    ["environment that nobody can read", { env: "-e 'x" }, { env: {}, dockerOptions: ["-e 'x"] }],
    ["start script taken away", { onstart: "" }, { onstart: undefined }],
    ["runtype", { runtype: "args" }, { runtype: "args" }],
    ["notebook", { runtype: "jupyter", jup_direct: true, use_jupyter_lab: true }, { runtype: "jupyterLab" }],
    ["connection", { ssh_direct: false }, { connection: "proxy" }],
    ["arguments", { args_str: "a 'b c'" }, { args: ["a", "b c"] }],
    [
      "login",
      { docker_login_repo: "ghcr.io", docker_login_user: "x" },
      { imageLogin: { registry: "ghcr.io", username: "x" } },
    ],
    ["filters", { extra_filters: { gpu_name: { eq: "A10" } } }, { offer: { gpu_name: { eq: "A10" } } }],
    ["disk", { recommended_disk_space: 99 }, { recommendedDiskGb: 99 }],
    ["description", { desc: `other ${MARK}` }, { description: "other" }],
    ["mark taken away", { desc: "serves" }, { descriptionMark: false }],
    ["readme hidden", { readme_visible: false }, { readmeVisible: false }],
    ["publication", { private: false }, { private: false }],
    ["folder", { jupyter_dir: "/x" }, { jupyterDir: "/x" }],
  ];

  it.each(console)("shows a change by hand, and the next up sets it right: %s", async (_, edit, shown) => {
    const process = t.process();
    const { id, outs } = await makeTemplate(process);
    const before = await rowOf(process, id);
    t.world.editTemplate(Number(id), edit);
    const again = await refreshed(process, id, outs);
    for (const [key, value] of Object.entries(shown)) expect(again[key]).toEqual(value);
    expect(again.hashId).not.toBe(outs.hashId);
    await changeTemplate(process, id, again, aTemplate());
    expect(await rowOf(process, id)).toEqual(before);
  });

  it.each([
    ["what the server fills in", {}],
    ["an image without a tag", { image: "ubuntu" }],
    ["an image by its digest", { image: `a/b@sha256:${"0".repeat(64)}` }],
    ["Vast's own tag", { image: "vastai/base-image:@vastai-automatic-tag" }],
    ["no mark", { descriptionMark: false }],
    ["ports in another order", { ports: [9000, 8000] }],
    ["arguments", { onstart: undefined, args: ["--model", "a b", ""] }],
  ])("sees no change in %s", async (_, over) => {
    const process = t.process();
    const { id, outs } = await makeTemplate(process, aTemplate(over));
    expect(await isUnchanged(process, id, await refreshed(process, id, outs), aTemplate(over))).toBe(true);
  });

  it("asks once for many", async () => {
    const process = t.process();
    const tokens = ["000000000001", "000000000002", "000000000003"];
    const made = await Promise.all(tokens.map((ownerToken) => makeTemplate(process, aTemplate({ ownerToken }))));
    const gets = () =>
      t.world.view().requests.filter(({ method, path }) => method === "GET" && path.includes("/template"));
    const before = gets().length;
    await Promise.all(made.map(({ id, outs }) => refreshed(process, id, outs)));
    expect(gets()).toHaveLength(before + 1);
  });

  it.each([true, false])("knows that it is gone when somebody deleted it (private: %s)", async (isPrivate) => {
    const process = t.process();
    const { id, outs } = await makeTemplate(process, aTemplate({ private: isPrivate }));
    t.world.deleteTemplate(Number(id));
    expect(await process.template.read(id, outs)).toEqual({});
  });

  it.each(["auth-error", "502-html", "not-json"] as const)("takes no fault for absence (%s)", async (then) => {
    const process = t.process();
    const { id, outs } = await makeTemplate(process);
    t.simulator.faults.add({ on: "GET /api/v0/template/", then, times: "always" });
    expect((await failureOf(process.template.read(id, outs))).message).not.toBe("");
  });

  it("reads anybody's public template by its id, with all that Vast tells", async () => {
    const id = t.world.addTemplate({ name: "public", image: "a/b", env: "-e A=1", private: false });
    const { template } = t.process();
    const { props } = await template.read(String(id), { image: "", ownerToken: "x", __provider: "x" });
    expect(props).toMatchObject({ name: "public", image: "a/b:latest", env: { A: "1" }, repo: "a/b", templateId: id });
    expect((await failureOf(template.read("7", {}))).message).toContain("There is no template 7");
  });
});

describe("deleting a template", () => {
  it.each([undefined, "500-after", "hang-up-after", "not-json", "slow", "500-before", "429"] as const)(
    "takes it off the account (%s)",
    async (then) => {
      const process = t.process();
      const { id, outs } = await makeTemplate(process);
      if (then) t.simulator.faults.add({ on: "DELETE /api/v0/template/", then });
      await process.template.delete(id, outs);
      expect(t.world.templates()).toMatchObject([{ id: Number(id), kept: false }]);
    },
  );

  it("is done already when it is gone, and not when the key is bad", async () => {
    const process = t.process();
    const { id, outs } = await makeTemplate(process);
    t.simulator.faults.add({ on: "DELETE /api/v0/template/", then: "auth-error" });
    await expect(process.template.delete(id, outs)).rejects.toThrow("wrong, revoked");
    t.world.deleteTemplate(Number(id));
    await process.template.delete(id, outs);
  });

  it("leaves the instances alone that were made of it", async () => {
    const process = t.process();
    const { id, outs } = await makeTemplate(process);
    const rented = await process.up({
      offer: { gpuName: "RTX 4090" },
      templateHash: outs.hashId,
      ownerToken: "0".repeat(12),
      __provider: "x",
    });
    await process.template.delete(id, outs);
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(rented.id), actualStatus: "running" }]);
    await process.instance.delete(rented.id, rented.outs);
  });
});

describe("the registry's password", () => {
  it("stands nowhere but in its own input", async () => {
    const process = t.process();
    const { id, outs } = await makeTemplate(process, aTemplate({ imageLogin: SECRET }));
    const again = await refreshed(process, id, outs);
    for (const bag of [outs, again]) {
      const { imageLogin, ...rest } = bag;
      expect(imageLogin).toEqual(SECRET);
      expect(JSON.stringify(rest)).not.toContain("hunter2");
    }
    expect(JSON.stringify([process.lines, t.world.view()])).not.toContain("hunter2");
    const wrong = aTemplate({ imageLogin: { ...SECRET, password: "hunter2 with blanks" } });
    expect(JSON.stringify((await process.template.check({}, wrong)).failures)).not.toContain("hunter2");
  });
});
