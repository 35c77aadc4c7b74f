import { describe, expect, it } from "vitest";
import { pretend } from "./pretend.js";

const READS = { api: { instance_read: {}, user_read: {} } };
const PATH = "/api/v0/auth/apikeys/";

describe("API keys", () => {
  it("are made, listed without themselves, shown and deleted", async () => {
    const { call, world } = await pretend();
    const made = (await call("POST", PATH, { name: "ci", permissions: READS })).body as { id: number; key: string };
    expect(made).toEqual({ id: 200001, key: expect.stringMatching(/^[0-9a-f]{64}$/), permissions: READS });
    const listed = await call("GET", PATH);
    expect(listed.body).toMatchObject({ apikeys: [{ id: made.id, name: "ci", permissions: READS }] });
    expect(listed.text).not.toContain(made.key);
    expect((await call("GET", `${PATH}${made.id}/`)).body).toMatchObject({ id: made.id });

    expect((await call("DELETE", `${PATH}${made.id}/`)).body).toBe("Successfully Deleted API Key");
    const again = await call("DELETE", `${PATH}${made.id}/`);
    expect([again.status, again.body]).toEqual([404, { msg: "API Key not found." }]);
    expect(world.view().accounts).toMatchObject([{ apiKeys: [] }]);
    const dead = await call("GET", "/api/v0/users/current/", undefined, made.key);
    expect([dead.status, dead.body]).toMatchObject([404, { error: "auth_error", msg: "Invalid user key" }]);
  });

  it("belong to the account that made them, and may do what they were made for", async () => {
    const { call, rent } = await pretend();
    const id = await rent({});
    const { key } = (await call("POST", PATH, { name: "ci", permissions: READS })).body as { key: string };
    expect((await call("GET", `/api/v0/instances/${id}/`, undefined, key)).body).toMatchObject({ instances: { id } });
    expect((await call("GET", "/api/v0/users/current/", undefined, key)).status).toBe(200);
    for (const [method, path] of [
      ["DELETE", `/api/v0/instances/${id}/`],
      ["POST", PATH],
      ["POST", "/api/v0/bundles/"],
      // In no table: nobody can say what it needs.
      ["GET", "/api/v0/instances/filters/"],
    ] as const) {
      const answer = await call(method, path, method === "GET" ? undefined : {}, key);
      expect.soft([method, path, answer.status]).toEqual([method, path, 403]);
      expect.soft(answer.body).toMatchObject({ success: false, error: "auth_error" });
    }
  });

  it.each([
    [{ name: "ci" }, "missing_permissions"],
    [{ name: "ci", permissions: { read: true } }, "invalid_permissions"],
    [{ name: "ci", permissions: { api: { everything: {} } } }, "invalid_permissions"],
    [{ name: "ci", permissions: { api: { instance_read: { "api.instance.show": {} } } } }, "invalid_permissions"],
  ])("are refused for %j", async (body, error) => {
    const { call, world } = await pretend();
    const answer = await call("POST", PATH, body);
    expect([answer.status, answer.body]).toMatchObject([400, { success: false, error }]);
    expect(world.view().accounts).toMatchObject([{ apiKeys: [] }]);
  });
});
