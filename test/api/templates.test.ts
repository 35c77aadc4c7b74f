import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { Client } from "../../provider/api/client.js";
import { recorded } from "../support/recorded.js";
import { clientOf, json, replay, tinyServer } from "./tiny-server.js";

async function clientFor(...[respond]: Parameters<typeof tinyServer>): Promise<Client> {
  return clientOf((await tinyServer(respond)).url);
}

type Rows = { templates: Record<string, unknown>[] };
const [row] = (recorded("template-list-recommended").body as Rows).templates;
const answering = async (over: Record<string, unknown>, more: Record<string, unknown> = {}) => {
  const body = { success: true, templates_found: 1, templates: [{ ...row, ...over }], ...more };
  return (await clientFor(json(body))).templates.search({});
};

describe("templates on the wire", () => {
  it("are read as recorded", async () => {
    const { rows } = await (await clientFor(replay("template-list-recommended"))).templates.search({});
    expect(rows).toMatchObject([
      {
        id: 513959,
        hash_id: "c5bc087cc36f4e39f918cc207953458d",
        image: "axolotlai/axolotl-cloud",
        tag: "main-latest",
        env: '-e DATA_DIRECTORY="/workspace/data/"',
        // JSON in a text there.
        extra_filters: { cpu_arch: { in: ["amd64", "arm64"] } },
        recommended_disk_space: 200,
        use_ssh: true,
      },
      { id: 513970, runtype: "jupyter" },
    ]);
  });

  it("lose the registry's password at once", async () => {
    const found = await answering({ docker_login_pass: "hunter2", docker_login_user: "me" });
    expect(found.rows[0]).toMatchObject({ docker_login_user: "me" });
    expect(inspect(found, { depth: null })).not.toContain("hunter2");
  });

  it.each([
    ["an object", { a: { gte: 1 } }, { a: { gte: 1 } }],
    ["its text", '{"a":{"gte":1}}', { a: { gte: 1 } }],
    ["an empty text", "", null],
    ["nothing", null, null],
    ["what cannot be read", "{", undefined],
  ])("have filters that come as %s", async (_, extra_filters, expected) => {
    expect((await answering({ extra_filters })).rows[0]?.extra_filters).toEqual(expected);
  });

  it("take a disk that comes as text, and no other odd value for an empty one", async () => {
    const { rows } = await answering({ recommended_disk_space: "16", env: { A: "b" }, tag: undefined });
    expect(rows[0]?.recommended_disk_space).toBe(16);
    expect(rows[0]?.env).toBeUndefined();
    expect(rows[0]?.tag).toBeUndefined();
  });

  it("say when there are more than were answered", async () => {
    expect((await answering({})).truncated).toBe(false);
    expect((await answering({}, { templates_found: 2 })).truncated).toBe(true);
    const templates = Array.from({ length: 2048 }, () => row);
    expect((await answering({}, { templates, templates_found: 2048 })).truncated).toBe(true);
  });

  it("answer a create with id and hash", async () => {
    const { templates } = await clientFor(replay("template-post-success"));
    expect(await templates.create({} as Parameters<typeof templates.create>[0])).toEqual({
      id: 123456,
      hashId: "5915f1dc1ce881defb572015eb9d8178",
    });
  });
});
