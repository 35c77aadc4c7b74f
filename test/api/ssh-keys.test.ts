import { describe, expect, it } from "vitest";
import { ApiError, messageOf } from "../../provider/errors.js";
import { recorded } from "../support/recorded.js";
import { clientOf, errorOf, json, type Respond, replay, tinyServer } from "./tiny-server.js";

/** The real client's keys against a server that answers every request alike. */
async function keysOf(respond: Respond) {
  const server = await tinyServer(respond);
  return { requests: server.requests, keys: clientOf(server.url).sshKeys };
}

const refused =
  (status: number, body: object): Respond =>
  (response) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

describe("the account's keys", () => {
  it("are read as they were recorded, without anything but id, text and time", async () => {
    const { keys } = await keysOf(replay("ssh-list"));
    const [first] = recorded("ssh-list").body as { public_key: string }[];
    expect(await keys.list()).toMatchObject([
      { id: 1000, publicKey: first?.public_key, createdAt: "2026-03-20T23:09:17.145Z" },
      { id: 1001 },
    ]);
    expect(Object.keys((await keys.list())[0] ?? {}).sort()).toEqual(["createdAt", "id", "isDeleted", "publicKey"]);
  });

  it.each([
    ["wrapped", { ssh_keys: [{ id: 7, public_key: "a" }] }],
    ["under the documented name", [{ id: "7", key: "a", created_at: "2023-01-01T12:00:00Z" }]],
    [
      "beside deleted ones",
      [
        { id: 7, public_key: "a", deleted_at: null },
        { id: 8, public_key: "b", deleted_at: 1774048157.1 },
      ],
    ],
  ])("are read %s", async (_form, body) => {
    expect(await (await keysOf(json(body))).keys.list()).toMatchObject([{ id: 7, publicKey: "a" }]);
  });

  it.each([
    [{ success: false, msg: "No SSH keys found for the user." }],
    [{ success: false, error: "no_ssh_keys", msg: "No SSH keys found for the user." }],
    [{ msg: "No SSH keys found for the user." }],
  ])("are none where Vast says so with 404: %j", async (body) => {
    expect(await (await keysOf(refused(404, body))).keys.list()).toEqual([]);
  });

  it.each([
    ["a wrong key", { success: false, error: "auth_error", msg: "Invalid user key" }],
    ["a route that is gone", { success: false, error: "not_found", msg: "Unknown endpoint." }],
  ])("are not none because of another 404: %s", async (_what, body) => {
    expect(await errorOf((await keysOf(refused(404, body))).keys.list())).toBeInstanceOf(ApiError);
  });

  it("are sent as one field and come back with their id", async () => {
    const { keys, requests } = await keysOf(replay("ssh-post-success"));
    expect(await keys.create("ssh-rsa AAAA me")).toMatchObject({ id: 123, createdAt: "2023-01-01T12:00:00.000Z" });
    expect(requests).toMatchObject([{ method: "POST", url: "/api/v0/ssh/", body: '{"ssh_key":"ssh-rsa AAAA me"}' }]);
  });

  it("are absent where a delete is answered as recorded", async () => {
    expect(await (await keysOf(replay("ssh-delete-missing-400"))).keys.delete(5)).toBe("absent");
    expect(await (await keysOf(json({ success: true }))).keys.delete(5)).toBe("deleted");
    expect(
      await errorOf(
        (await keysOf(refused(400, { success: false, error: "invalid_request", msg: "x" }))).keys.delete(5),
      ),
    ).toBeInstanceOf(ApiError);
  });

  it("never bring a private key out of an answer that does not parse", async () => {
    const { keys } = await keysOf(json([{ id: "x", private_key: "-----BEGIN PRIVATE" }]));
    expect(messageOf(await errorOf(keys.list()))).not.toContain("BEGIN");
  });
});

describe("the keys of an instance", () => {
  it("are read from the JSON inside a text, as it is documented", async () => {
    const { keys, requests } = await keysOf(replay("ssh-instance-list"));
    expect(await keys.listOfInstance(5)).toEqual([{ id: 1, publicKey: "ssh-rsa AAAA..." }]);
    expect(requests).toMatchObject([{ method: "GET", url: "/api/v0/instances/5/ssh/" }]);
  });

  it.each([
    ["a real list", [{ id: 1, public_key: "a" }], [{ id: 1, publicKey: "a" }]],
    ["an empty text", "[]", []],
    ["null", null, []],
  ])("are read from %s", async (_form, ssh_keys, rows) => {
    expect(await (await keysOf(json({ success: true, ssh_keys }))).keys.listOfInstance(5)).toEqual(rows);
  });

  it.each([["no JSON"], ["{}"]])("are an error, and not none, where the text is odd: %s", async (ssh_keys) => {
    expect(
      messageOf(await errorOf((await keysOf(json({ success: true, ssh_keys }))).keys.listOfInstance(5))),
    ).toContain("`ssh_keys`");
  });

  it("belong to no instance where Vast says so", async () => {
    const { keys } = await keysOf(
      refused(404, { success: false, error: "no_such_instance", msg: "Instance not found." }),
    );
    expect(await keys.listOfInstance(5)).toBeUndefined();
    expect(await keys.detach(5, 6)).toBe("absent");
  });

  it.each([
    ["ssh-attach-success", replay("ssh-attach-success"), "attached"],
    [
      "200 that refuses what is done",
      json({ success: false, error: "x", msg: "Key is already associated." }),
      "already",
    ],
    ["400 that refuses what is done", refused(400, { success: false, msg: "SSH key already exists" }), "already"],
  ])("are attached: %s", async (_what, respond, result) => {
    expect(await (await keysOf(respond)).keys.attach(5, "a")).toBe(result);
  });

  it("are told to be in trouble by the documented 500 with a code", async () => {
    expect(await errorOf((await keysOf(replay("ssh-detach-500"))).keys.detach(5, 6))).toMatchObject({
      code: "delete_ssh_from_instance",
    });
  });
});
