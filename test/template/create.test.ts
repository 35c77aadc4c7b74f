import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { failureOf, inState, type TestWorld, testWorld } from "../support/harness.js";
import { aTemplate, changeTemplate, checked, MARK, makeTemplate } from "./given.js";

const POST = "POST /api/v0/template/";
const OTHER = "ba9876543210";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const kept = () => t.world.templates().filter(({ kept }) => kept);
const posts = () =>
  t.world.view().requests.filter(({ method, path }) => method === "POST" && path.includes("/template"));

describe("creating a template", () => {
  it("makes it with its mark, and knows its id, hash and maker", async () => {
    const { id, outs } = await makeTemplate(t.process());
    const [made, ...others] = t.world.templates();
    expect(others).toEqual([]);
    expect(made).toMatchObject({
      name: "vllm",
      image: "vllm/vllm-openai:v0.11.0",
      description: `serves ${MARK}`,
      private: true,
    });
    expect(id).toBe(String(made?.id));
    expect(outs).toMatchObject({
      templateId: made?.id,
      hashId: made?.hashId,
      creatorId: 60_001,
      description: "serves",
      ports: ["8000:8000"],
    });
    expect(t.world.view().unknownRoutes).toEqual([]);
  });

  it("gives an instance all that the template says", async () => {
    const process = t.process();
    const { outs } = await makeTemplate(process);
    const { id } = await process.up({
      offer: { gpuName: "RTX 4090" },
      templateHash: outs.hashId,
      ownerToken: OTHER,
      __provider: "x",
    });
    const row = await process.account.client.instances.show(Number(id));
    expect(row).toMatchObject({
      image_uuid: "vllm/vllm-openai:v0.11.0",
      onstart: "vllm serve",
      image_runtype: "ssh ssh_direc ssh_proxy",
      extra_env: { MODEL: "Qwen/Qwen3-8B", "-p 8000:8000": "1" },
    });
    await process.instance.delete(id, {});
  });

  it("looks once for many that come together, and once after each", async () => {
    const process = t.process();
    const making = Array.from({ length: 8 }, (_, i) =>
      makeTemplate(process, aTemplate({ ownerToken: `00000000000${i}` })),
    );
    expect(new Set((await Promise.all(making)).map(({ id }) => id)).size).toBe(8);
    const lists = t.world.view().requests.filter(({ method, path }) => method === "GET" && path.includes("/template"));
    expect(lists).toHaveLength(1 + 8);
  });
});

describe("a create whose answer is lost", () => {
  it.each([
    "500-after",
    "hang-up-after",
    "not-json",
    "truncated",
    "slow",
    "500-before",
    "hang-up-before",
    "429",
  ] as const)("makes one template all the same (%s)", async (then) => {
    t.simulator.faults.add({ on: POST, then });
    const { id } = await makeTemplate(t.process());
    expect(t.world.templates()).toMatchObject([{ id: Number(id), kept: true }]);
  });

  it("is taken up by the next run, whatever became of the first", async () => {
    t.simulator.faults.add({ on: POST, then: "hang-up-after", times: "always" });
    const failure = await failureOf(makeTemplate(t.process()));
    expect(failure.id).toBeUndefined();
    t.simulator.faults.clear();
    const [left] = t.world.templates();
    const next = t.process();
    const { id } = await makeTemplate(next, aTemplate({ readme: "What Vast does not tell can have changed." }));
    expect(t.world.templates()).toHaveLength(1);
    expect(Number(id)).toBe(left?.id);
    expect(next.lines).toContainEqual({
      kind: "warning",
      text: `Taking up template ${id}, which an earlier run made for this resource.`,
    });
  });

  it("keeps the template when only the look after it fails", async () => {
    t.simulator.faults.add({ on: "GET /api/v0/template/", then: "auth-error", skip: 1, times: "always" });
    const failure = await failureOf(makeTemplate(t.process()));
    const [made] = t.world.templates();
    expect(failure).toMatchObject({ id: String(made?.id), properties: { hashId: made?.hashId } });
    t.simulator.faults.clear();
    const next = t.process();
    const outs = (await next.template.update(failure.id, failure.properties, await checked(next, aTemplate()))).outs;
    expect(outs).toMatchObject({ templateId: made?.id, creatorId: 60_001 });
    expect(t.world.templates()).toHaveLength(1);
  });
});

describe("equal content, which Vast keeps only once", () => {
  it("is never shared by two resources, for their marks differ", async () => {
    const process = t.process();
    const [a, b] = await Promise.all([makeTemplate(process), makeTemplate(process, aTemplate({ ownerToken: OTHER }))]);
    expect(a.id).not.toBe(b.id);
    await process.template.delete(a.id, a.outs);
    expect(kept()).toMatchObject([{ id: Number(b.id) }]);
  });

  it("is refused without the mark when a template made by hand has it, which is named", async () => {
    const unmarked = aTemplate({ descriptionMark: false });
    const { id, outs } = await makeTemplate(t.process(), unmarked);
    const failure = await failureOf(
      makeTemplate(t.process(), aTemplate({ descriptionMark: false, ownerToken: OTHER })),
    );
    expect(failure.message).toContain(`adoptTemplateId: ${id}`);
    expect(failure.id).toBeUndefined();
    expect(posts()).toHaveLength(1);
    expect(kept()).toMatchObject([{ hashId: outs.hashId, description: "serves" }]);
  });

  it("is refused without the mark when another resource of the same run makes it at the same time", async () => {
    const process = t.process();
    const results = await Promise.allSettled([
      makeTemplate(process, aTemplate({ descriptionMark: false })),
      makeTemplate(process, aTemplate({ descriptionMark: false, ownerToken: OTHER })),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const failed = results.find((result) => result.status === "rejected");
    expect(failed?.reason).toMatchObject({ message: expect.stringContaining("is in this stack already") });
    expect(failed?.reason.id).toBeUndefined();
  });

  it("is refused by an edit without the mark as well", async () => {
    const process = t.process();
    const a = await makeTemplate(process, aTemplate({ descriptionMark: false }));
    const b = await makeTemplate(process, aTemplate({ name: "other", descriptionMark: false, ownerToken: OTHER }));
    const same = aTemplate({ descriptionMark: false, ownerToken: OTHER });
    const failure = await failureOf(changeTemplate(process, b.id, b.outs, same));
    expect(failure.message).toContain(`template ${a.id}`);
    expect(kept()).toMatchObject([{ name: "vllm" }, { name: "other" }]);
  });

  it("is not adopted from the stack itself by a replacement made before the old one goes", async () => {
    const process = t.process();
    const { id, outs } = await makeTemplate(process);
    const next = t.process();
    await next.template.diff(id, outs, await checked(next, aTemplate()));
    expect((await failureOf(makeTemplate(next))).message).toContain(`template ${id}, which is in this stack already`);
    // The class asks for the other order.
    await next.template.delete(id, outs);
    const again = await makeTemplate(next);
    expect(kept()).toMatchObject([{ id: Number(again.id) }]);
  });

  it("of a marked copy that somebody changed by hand is left alone and named", async () => {
    const { id, outs } = await makeTemplate(t.process());
    t.world.editTemplate(Number(id), { name: "my copy" });
    const failure = await failureOf(makeTemplate(t.process()));
    expect(failure.message).toContain(`${id} ("my copy")`);
    expect(failure.message).toContain(`--template-id ${id}`);
    expect(kept()).toMatchObject([{ name: "my copy" }]);
    expect(posts()).toHaveLength(1);
    expect(outs.hashId).not.toBe(kept()[0]?.hashId);
  });
});

describe("adoptTemplateId", () => {
  it("takes a template over unchanged; what differs shows in the next preview and is set right by the next up", async () => {
    const process = t.process();
    await process.account.client.users.current();
    const id = t.world.addTemplate({ name: "by hand", image: "a/b", private: true }, 1);
    const inputs = aTemplate({ adoptTemplateId: id });
    const { outs } = await makeTemplate(process, inputs);
    expect(t.world.templates()).toMatchObject([{ name: "by hand", description: "" }]);
    expect(outs).toMatchObject({ templateId: id, name: "by hand", descriptionMark: false });
    const after = await changeTemplate(process, String(id), outs, inputs);
    expect(t.world.templates()).toMatchObject([{ id, name: "vllm", description: `serves ${MARK}` }]);
    const news = await checked(process, inputs, after);
    expect(await process.template.diff(String(id), after, news)).toEqual({ changes: false, replaces: [] });
  });

  it("is refused for what is not there, is another's, or is in the stack", async () => {
    const process = t.process();
    const foreign = t.world.addTemplate({ name: "public", image: "a/b", private: false });
    for (const adoptTemplateId of [foreign, 7]) {
      expect((await failureOf(makeTemplate(process, aTemplate({ adoptTemplateId })))).message).toContain(
        "no such template",
      );
    }
    const { id } = await makeTemplate(process);
    const again = aTemplate({ adoptTemplateId: Number(id), ownerToken: OTHER });
    expect((await failureOf(makeTemplate(process, again))).message).toContain("in this stack already");
    expect(kept()).toHaveLength(2);
  });

  it("warns of another resource's mark", async () => {
    const { id } = await makeTemplate(t.process());
    const next = t.process();
    await makeTemplate(next, aTemplate({ adoptTemplateId: Number(id), ownerToken: OTHER }));
    expect(next.lines.map(({ text }) => text).join()).toContain(`has the mark of another resource (${MARK})`);
  });
});

describe("a template that `--replace` replaces, which the engine shows only when it deletes it", () => {
  it("is taken up when its content is wanted as it is, and stays when its old entry goes", async () => {
    const old = await makeTemplate(t.process());
    const process = t.process();
    const next = await makeTemplate(process);
    await process.template.delete(old.id, old.outs);
    expect(next.id).toBe(old.id);
    expect(kept()).toMatchObject([{ id: Number(old.id) }]);
  });

  it("gives way to one with other content when the state has it", async () => {
    const old = await makeTemplate(t.process());
    const process = t.process("key-a", [inState(old.id, old.outs, { kind: "Template" })]);
    const next = await makeTemplate(process, aTemplate({ image: "vllm/vllm-openai:v0.12.0" }));
    await process.template.delete(old.id, old.outs);
    expect(next.id).not.toBe(old.id);
    expect(kept()).toMatchObject([{ id: Number(next.id) }]);
  });
});
