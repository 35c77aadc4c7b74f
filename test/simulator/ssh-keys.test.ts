import { describe, expect, it } from "vitest";
import { aPublicKey } from "../support/public-keys.js";
import { BEGIN, pretend } from "./pretend.js";

const KEY = aPublicKey(1);

describe("SSH keys of the account", () => {
  it("are a 404 while there is none, and then a bare list with Vast's fields", async () => {
    const { call, world } = await pretend();
    const none = await call("GET", "/api/v0/ssh/");
    expect([none.status, none.body.msg]).toEqual([404, "No SSH keys found for the user."]);
    const made = await call("POST", "/api/v0/ssh/", { ssh_key: KEY });
    expect(made.body).toEqual({
      success: true,
      key: { id: 1001, user_id: 60_001, public_key: KEY, created_at: new Date(BEGIN).toISOString(), deleted_at: null },
    });
    world.settings.sshPrivateKey = "secret";
    expect((await call("GET", "/api/v0/ssh/")).body).toEqual([
      {
        id: 1001,
        user_id: 60_001,
        default: null,
        public_key: KEY,
        private_key: "secret",
        created_at: BEGIN / 1000,
        deleted_at: null,
      },
    ]);
    expect(world.view().accounts).toMatchObject([{ sshKeys: [{ id: 1001, publicKey: KEY }] }]);
  });

  it("come twice when asked for twice, are changed by id, and deleted once", async () => {
    const { call, world } = await pretend();
    for (const ssh_key of [KEY, KEY]) await call("POST", "/api/v0/ssh/", { ssh_key });
    await call("PUT", "/api/v0/ssh/1001/", { ssh_key: aPublicKey(2) });
    expect(world.view().accounts[0]?.sshKeys.map(({ publicKey }) => publicKey)).toEqual([aPublicKey(2), KEY]);
    expect((await call("DELETE", "/api/v0/ssh/1001/")).body).toEqual({ success: true });
    const again = await call("DELETE", "/api/v0/ssh/1001/");
    expect([again.status, again.body.error]).toEqual([400, "no_ssh_key"]);
    expect((await call("PUT", "/api/v0/ssh/1001/", { ssh_key: KEY })).status).toBe(400);
    expect((await call("POST", "/api/v0/ssh/", {})).body.error).toBe("no_ssh_key");
    expect(world.view().accounts[0]?.sshKeys).toMatchObject([{ id: 1002 }]);
  });

  it("belong to one account, and to no team", async () => {
    const { call, world } = await pretend();
    await call("POST", "/api/v0/ssh/", { ssh_key: KEY });
    expect((await call("GET", "/api/v0/ssh/", undefined, "another-key")).status).toBe(404);
    expect((await call("DELETE", "/api/v0/ssh/1001/", undefined, "another-key")).status).toBe(400);
    world.settings.teamAccount = true;
    for (const [method, path] of [
      ["POST", "/api/v0/ssh/"],
      ["PUT", "/api/v0/ssh/1001/"],
    ] as const) {
      expect((await call(method, path, { ssh_key: KEY })).body.error).toBe("team_ssh_keys_not_supported");
    }
  });
});

describe("SSH keys of an instance", () => {
  it("are those that the account had when it was rented, one of a kind, in a JSON text", async () => {
    const { call, rent, world } = await pretend();
    for (const ssh_key of [KEY, KEY]) await call("POST", "/api/v0/ssh/", { ssh_key });
    const id = await rent();
    await call("POST", "/api/v0/ssh/", { ssh_key: aPublicKey(2) });
    const { body } = await call("GET", `/api/v0/instances/${id}/ssh/`);
    expect(JSON.parse(body.ssh_keys)).toEqual([{ id: 1002, name: "me@laptop", public_key: KEY }]);
    expect(world.contract(id)?.sshKeyIds).toEqual([1002]);
  });

  it("are attached once, under the account's id where it has the key, and detached", async () => {
    const { call, rent, world } = await pretend();
    const id = await rent();
    const attach = (ssh_key: string) => call("POST", `/api/v0/instances/${id}/ssh/`, { ssh_key });
    await call("POST", "/api/v0/ssh/", { ssh_key: KEY });
    expect((await attach(KEY)).body).toEqual({ success: true, msg: "SSH key attached successfully" });
    expect(await attach(aPublicKey(1, "other name"))).toMatchObject({ status: 200, body: { success: false } });
    await attach(aPublicKey(2));
    expect(world.contract(id)?.sshKeyIds).toEqual([1001, 1002]);
    expect((await call("DELETE", `/api/v0/instances/${id}/ssh/1001/`)).body.success).toBe(true);
    const again = await call("DELETE", `/api/v0/instances/${id}/ssh/1001/`);
    expect([again.status, again.body.error]).toEqual([500, "delete_ssh_from_instance"]);
    expect((await attach("")).status).toBe(400);
  });

  it("are a 404 without the instance", async () => {
    const { call } = await pretend();
    for (const [method, path] of [
      ["GET", "1/ssh"],
      ["POST", "1/ssh"],
      ["DELETE", "1/ssh/2"],
    ] as const) {
      const { status, body } = await call(
        method,
        `/api/v0/instances/${path}/`,
        method === "GET" ? undefined : { ssh_key: KEY },
      );
      expect([status, body.error]).toEqual([404, "no_such_instance"]);
    }
  });
});
