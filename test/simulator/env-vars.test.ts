import { describe, expect, it } from "vitest";
import { pretend } from "./pretend.js";

const PATH = "/api/v0/secrets/";

describe("environment variables of the account", () => {
  it("have upper-case names and masked values", async () => {
    const { call, world } = await pretend();
    expect((await call("GET", PATH)).body).toEqual({ success: true, secrets: {} });
    await call("POST", PATH, { key: "hf_token", value: "abc" });
    expect((await call("GET", PATH)).body).toEqual({ success: true, secrets: { HF_TOKEN: "*****" } });
    expect(world.secrets()).toEqual({ HF_TOKEN: "abc" });
    expect(world.view().accounts).toMatchObject([{ envVarNames: ["HF_TOKEN"] }]);
    expect(JSON.stringify(world.view())).not.toContain("abc");
  });

  it("are made once, changed while they exist, and deleted once", async () => {
    const { call, world } = await pretend();
    expect((await call("PUT", PATH, { key: "a", value: "1" })).body.error).toBe("nonexistent_key");
    await call("POST", PATH, { key: "a", value: "1" });
    expect(await call("POST", PATH, { key: "A", value: "2" })).toMatchObject({
      status: 400,
      body: { error: "existing_key" },
    });
    expect((await call("PUT", PATH, { key: "a", value: "3" })).body.success).toBe(true);
    expect(world.secrets()).toEqual({ A: "3" });
    expect((await call("DELETE", PATH, { key: "a" })).body.success).toBe(true);
    expect(await call("DELETE", PATH, { key: "a" })).toMatchObject({ status: 400, body: { error: "nonexistent_key" } });
  });

  it.each([
    ["missing_input", { key: "A" }],
    ["missing_input", { value: "1" }],
    ["empty_input", { key: "A", value: "" }],
    ["input_too_long", { key: "A", value: "x".repeat(5000) }],
    ["invalid_characters", { key: "1A", value: "x" }],
    ["invalid_characters", { key: "A", value: "a b" }],
  ])("are refused with %s: %j", async (error, body) => {
    const { call, world } = await pretend();
    expect(await call("POST", PATH, body)).toMatchObject({ status: 400, body: { success: false, error } });
    expect(world.secrets()).toEqual({});
  });

  it("have a limit, forbidden names, and one account", async () => {
    const { call, world } = await pretend();
    world.settings.mostEnvVars = 1;
    world.settings.blacklistedEnvVars.push("PATH");
    expect(await call("POST", PATH, { key: "path", value: "x" })).toMatchObject({
      status: 403,
      body: { error: "blacklisted" },
    });
    await call("POST", PATH, { key: "A", value: "x" });
    expect((await call("POST", PATH, { key: "B", value: "x" })).body.error).toBe("max_secrets");
    expect((await call("GET", PATH, undefined, "another-key")).body.secrets).toEqual({});
  });
});
