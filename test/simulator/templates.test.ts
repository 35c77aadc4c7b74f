import { describe, expect, it } from "vitest";
import { recorded } from "../support/recorded.js";
import { type Pretend, pretend } from "./pretend.js";

const V0 = "/api/v0/template/";
const V1 = "/api/v1/template/";
const content = { name: "a", image: "vastai/pytorch:2.4", env: "-e A=1 -p 8000:8000", private: true };

async function make({ call }: Pretend, over: object = {}, key?: string): Promise<{ id: number; hash_id: string }> {
  return (await call("POST", V0, { ...content, ...over }, key)).body.template;
}

function list({ call }: Pretend, filters: unknown = {}, key?: string) {
  return call(
    "GET",
    `${V0}?select_cols=["*"]&select_filters=${encodeURIComponent(JSON.stringify(filters))}`,
    undefined,
    key,
  );
}

describe("templates of the simulator", () => {
  it("answer the existing one to equal content of the same account, and share a hash between accounts", async () => {
    const simulator = await pretend();
    const first = await make(simulator);
    expect(await make(simulator)).toEqual(first);
    // The tag is part of the image, wherever it stands.
    expect(await make(simulator, { image: "vastai/pytorch", tag: "2.4" })).toEqual(first);
    expect((await make(simulator, { name: "b" })).hash_id).not.toBe(first.hash_id);
    const foreign = await make(simulator, {}, "secret-key-two");
    expect(foreign.hash_id).toBe(first.hash_id);
    expect(foreign.id).not.toBe(first.id);
  });

  it("have all the fields of a recorded row, image and tag apart, filters as text, and the password", async () => {
    const simulator = await pretend();
    await make(simulator, { docker_login_pass: "hunter2", extra_filters: { cpu_arch: { eq: "amd64" } } });
    const [row] = (await list(simulator)).body.templates;
    const [theirs] = (recorded("template-list-recommended").body as { templates: object[] }).templates;
    expect(Object.keys(row).sort()).toEqual(Object.keys(theirs ?? {}).sort());
    expect(row).toMatchObject({
      image: "vastai/pytorch",
      tag: "2.4",
      repo: "vastai/pytorch",
      href: "https://hub.docker.com/r/vastai/pytorch/",
      extra_filters: '{"cpu_arch":{"eq":"amd64"}}',
      docker_login_pass: "hunter2",
    });
  });

  it.each([
    ["v0", V0],
    ["v1", V1],
  ])("get another hash by an edit through %s, and the old one is refused from then on", async (_, path) => {
    const simulator = await pretend();
    const { id, hash_id } = await make(simulator);
    const edited = await simulator.call("PUT", path, { id, hash_id, desc: "new" });
    expect(edited.body).toMatchObject({ success: true, template: { id } });
    expect(edited.body.template.hash_id).not.toBe(hash_id);
    expect((await simulator.call("PUT", path, { id, hash_id, desc: "newer" })).status).toBe(404);
    // What was not given stays.
    expect((await list(simulator, { id: { eq: id } })).body.templates).toMatchObject([{ name: "a", desc: "new" }]);
  });

  it("want the id in an edit through v1", async () => {
    const simulator = await pretend();
    const { hash_id } = await make(simulator);
    expect((await simulator.call("PUT", V1, { hash_id, desc: "new" })).status).toBe(400);
  });

  it("are deleted by id only, and stay for others", async () => {
    const simulator = await pretend();
    const { call, world } = simulator;
    const { id, hash_id } = await make(simulator, { private: false });
    expect((await call("DELETE", V0, { hash_id })).status).toBe(404);
    expect((await call("DELETE", V0, { template_id: id }, "secret-key-two")).status).toBe(404);
    expect((await call("DELETE", V0, { template_id: id })).status).toBe(200);
    expect((await call("DELETE", V0, { template_id: id })).status).toBe(404);
    expect(world.templates()).toMatchObject([{ id, kept: false }]);
    const [row] = (await list(simulator, { id: { eq: id } })).body.templates;
    expect(row.creator_id).not.toBe(60_001);
    // The same content is the same record again.
    expect((await make(simulator, { private: false })).id).toBe(id);
  });

  it("show own and public ones, 2048 at most, filtered by any column", async () => {
    const simulator = await pretend();
    const { world } = simulator;
    await make(simulator, {}, "secret-key-two");
    for (let i = 0; i < 2050; i += 1) world.addTemplate({ name: `public ${i}`, image: "a/b", private: false });
    const own = await make(simulator);
    const everything = (await list(simulator)).body;
    expect(everything.templates).toHaveLength(2048);
    expect(everything.templates_found).toBe(2051);
    for (const filter of [{ id: { in: [own.id] } }, { hash_id: { eq: own.hash_id } }, { creator_id: { eq: 60_002 } }]) {
      expect((await list(simulator, filter)).body.templates).toMatchObject([{ id: own.id }]);
    }
  });

  it("refuse what the service refuses", async () => {
    const simulator = await pretend();
    expect((await list(simulator, "name")).body.msg).toContain("AttributeError");
    expect((await list(simulator, { id: { is: 1 } })).status).toBe(400);
    const nameless = await simulator.call("POST", V0, { image: "a" });
    expect([nameless.status, nameless.body]).toEqual([400, recorded("template-post-400").body]);
    expect((await simulator.call("POST", V0, { name: "a", image: "a", env: { A: "b" } })).body.error).toBe(
      "invalid_args",
    );
  });

  it("are paced as the service does", async () => {
    const simulator = await pretend({ pacing: true });
    expect((await list(simulator)).status).toBe(200);
    const early = await list(simulator);
    expect([early.status, early.text]).toEqual([429, expect.stringContaining("threshold=3.0")]);
  });
});

describe("an instance made from a template", () => {
  const recipe = {
    ...content,
    onstart: "date",
    runtype: "ssh",
    use_ssh: true,
    ssh_direct: true,
    recommended_disk_space: 33,
  };

  it("takes from it what the request leaves out, and the request's variables win", async () => {
    const simulator = await pretend();
    const { id, hash_id } = await make(simulator, { ...recipe, env: "-e A=1 -e B='x y' -p 8000:8000" });
    const instance = await simulator.rent({
      image: null,
      disk: null,
      template_hash_id: hash_id,
      env: { A: "2", C: "3" },
    });
    expect(await simulator.show(instance)).toMatchObject({
      image_uuid: "vastai/pytorch:2.4",
      onstart: "date",
      image_runtype: "ssh ssh_direc ssh_proxy",
      disk_space: 33,
      template_id: id,
      template_hash_id: hash_id,
      template_name: "a",
      extra_env: [
        ["A", "2"],
        ["B", "x y"],
        ["-p 8000:8000", "1"],
        ["C", "3"],
      ],
    });
    expect(simulator.world.templates()).toMatchObject([{ id, countCreated: 1 }]);
  });

  it("may go by the hash of an earlier content, and by none that never was or is hidden", async () => {
    const simulator = await pretend();
    const { id, hash_id } = await make(simulator, recipe);
    await simulator.call("PUT", V0, { hash_id, onstart: "new" });
    const instance = await simulator.rent({ template_hash_id: hash_id });
    expect(await simulator.show(instance)).toMatchObject({ onstart: "date", template_id: id });
    await expect(simulator.rent({ template_hash_id: "0123" })).rejects.toThrow("invalid_args");
    const offer = simulator.world.addOffer();
    await expect(simulator.rent({ template_hash_id: hash_id }, offer, "secret-key-two")).rejects.toThrow(
      "invalid_args",
    );
  });

  it("is made anew from another one in place", async () => {
    const simulator = await pretend();
    const { hash_id } = await make(simulator, recipe);
    const instance = await simulator.rent({ image: "ubuntu:22.04", env: { OLD: "1" } });
    const change = (body: object) => simulator.call("PUT", `/api/v0/instances/update_template/${instance}/`, body);
    expect((await change({ template_hash_id: "0123" })).status).toBe(400);
    await change({ template_hash_id: hash_id, env: { A: "2" } });
    expect(await simulator.show(instance)).toMatchObject({
      image_uuid: "vastai/pytorch:2.4",
      template_hash_id: hash_id,
      onstart: "date",
      extra_env: [
        ["A", "2"],
        ["-p 8000:8000", "1"],
      ],
    });
  });
});
