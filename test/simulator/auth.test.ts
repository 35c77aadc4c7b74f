import { describe, expect, it } from "vitest";
import { pretend } from "./pretend.js";

const noLogin = { success: false, error: "auth_error", msg: "This action requires login." };
const invalidKey = { success: false, error: "auth_error", msg: "Invalid user key" };

describe("keys", () => {
  it("none is 403, but the search needs none", async () => {
    const { call } = await pretend();
    for (const [method, path] of [
      ["GET", "/api/v0/users/current/"],
      ["GET", "/api/v0/instances/1/"],
      ["PUT", "/api/v0/asks/1/"],
    ] as const) {
      expect(await call(method, path, undefined, null)).toMatchObject({ status: 403, body: noLogin });
    }
    expect((await call("POST", "/api/v0/bundles/", {}, null)).status).toBe(200);
  });

  it("a wrong one is 404 on every route, the search included", async () => {
    const { call } = await pretend({ apiKeys: ["right"] });
    expect((await call("GET", "/api/v0/users/current/", undefined, "right")).status).toBe(200);
    for (const [method, path] of [
      ["GET", "/api/v0/users/current/"],
      ["DELETE", "/api/v0/instances/1/"],
      ["POST", "/api/v0/bundles/"],
    ] as const) {
      const body = method === "GET" ? undefined : {};
      expect(await call(method, path, body, "wrong")).toMatchObject({ status: 404, body: invalidKey });
    }
  });

  it("can be revoked and restored; the contracts stay", async () => {
    const { call, rent, world } = await pretend();
    const id = await rent();
    world.revokeKey("secret-key-one");
    expect(await call("GET", `/api/v0/instances/${id}/`)).toMatchObject({ status: 404, body: invalidKey });
    world.restoreKey("secret-key-one");
    expect((await call("GET", `/api/v0/instances/${id}/`)).body.instances.id).toBe(id);
  });

  it("of another account sees nothing", async () => {
    const { call, rent, world } = await pretend();
    const id = await rent();
    expect((await call("GET", `/api/v0/instances/${id}/`, undefined, "another")).body).toEqual({ instances: null });
    expect((await call("DELETE", `/api/v0/instances/${id}/`, {}, "another")).status).toBe(404);
    expect(world.billedContracts()).toHaveLength(1);
  });

  it("of the container shows, stops and destroys its own instance, and nothing else", async () => {
    const { call, rent, world } = await pretend();
    const rented = await call("PUT", `/api/v0/asks/${world.addOffer()}/`, { image: "a" });
    const { new_contract: id, instance_api_key: key } = rented.body;
    const other = await rent();
    expect((await call("GET", `/api/v0/instances/${id}/`, undefined, key)).body.instances.id).toBe(id);
    expect((await call("GET", `/api/v0/instances/${other}/`, undefined, key)).body).toEqual({ instances: null });
    expect((await call("GET", "/api/v0/users/current/", undefined, key)).status).toBe(403);
    expect((await call("PUT", `/api/v0/instances/${id}/`, { state: "stopped" }, key)).body).toEqual({ success: true });
    expect((await call("DELETE", `/api/v0/instances/${other}/`, {}, key)).status).toBe(404);
    expect((await call("DELETE", `/api/v0/instances/${id}/`, {}, key)).body).toEqual({ success: true });
    // Gone with its container.
    expect((await call("GET", `/api/v0/instances/${id}/`, undefined, key)).body).toEqual(invalidKey);
  });

  it("never stand in the world", async () => {
    const { call, rent, world } = await pretend();
    await rent({ env: { TOKEN: "secret-in-env" } });
    await call("GET", "/api/v0/users/current/?api_key=secret-in-query");
    const shown = JSON.stringify(world.view()) + (await call("GET", "/_simulator/world", undefined, null)).text;
    expect(shown).toContain("/api/v0/users/current/");
    expect(shown).not.toMatch(/secret/);
    const account = {
      number: 1,
      credit: expect.any(Number),
      revoked: false,
      sshKeys: [],
      envVarNames: [],
      apiKeys: [],
    };
    expect(world.view().accounts).toEqual([account]);
  });
});
