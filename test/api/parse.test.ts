import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { Client } from "../../provider/api/client.js";
import type { WireInstance } from "../../provider/api/instance-row.js";
import type { RentBody } from "../../provider/api/instances.js";
import type { SearchBody } from "../../provider/api/offers.js";
import { geolocation, looseFlag, looseNumber, looseText, wireId, wireNumber } from "../../provider/api/wire-types.js";
import { WireFormatError } from "../../provider/errors.js";
import { recorded } from "../support/recorded.js";
import { recordedNames } from "./recorded.js";
import { clientOf, errorOf, json, replay, tinyServer } from "./tiny-server.js";

const SEARCH: SearchBody = { filters: {}, type: "on-demand", order: [], limit: 64, allocatedStorageGb: 8 };
const RENT: RentBody = { client_id: "me", disk: 8, env: {}, label: "x", target_state: "running", cancel_unavail: true };

/** The real client against a server that answers every request alike. */
async function clientFor(...[respond]: Parameters<typeof tinyServer>): Promise<Client> {
  return clientOf((await tinyServer(respond)).url);
}

async function shown(name: string): Promise<WireInstance | undefined> {
  return (await clientFor(replay(name))).instances.show(1);
}

describe("a recorded instance", () => {
  const names = recordedNames().filter((name) => /^get-instance-(?!missing|invalid)/.test(name));

  it.each(names)("is read: %s", async (name) => {
    const { id } = (recorded(name).body as { instances: { id: number } }).instances;
    expect((await shown(name))?.id).toBe(id);
  });

  it("keeps its statuses, prices and texts", async () => {
    expect(await shown("get-instance-stopped")).toMatchObject({
      id: 49983543,
      actual_status: "exited",
      intended_status: "stopped",
      cur_state: "stopped",
      status_msg: expect.stringMatching(/^success, running /),
      min_bid: expect.any(Number),
      instance: { totalHour: expect.any(Number) },
      disk_space: expect.any(Number),
    });
  });

  it("has no ports while it is stopped, and null while they are not bound", async () => {
    expect(await shown("get-instance-stopped")).not.toHaveProperty("ports");
    expect((await shown("get-instance-ports-null"))?.ports).toBeNull();
  });

  it("has host ports as numbers, although the wire has text", async () => {
    expect((await shown("get-instance-ports-dual-stack"))?.ports?.["22/tcp"]).toEqual([
      { HostIp: "0.0.0.0", HostPort: 29283 },
      { HostIp: "::", HostPort: 29283 },
    ]);
  });

  it("is read where the documentation shows ports as a list of numbers", async () => {
    expect((await shown("get-instance-running-documented"))?.ports).toBeNull();
  });

  it("is read when hardly anything is in the row yet", async () => {
    expect(await shown("get-instance-booting-almost-empty")).toEqual({ id: 46011038 });
  });
});

describe("an instance that is not there", () => {
  it("is the recorded null", async () => {
    expect(await shown("get-instance-missing")).toBeUndefined();
  });

  it.each([
    ["an empty object", {}],
    ["an empty list", []],
  ])("is %s", async (_shape, instances) => {
    expect(await (await clientFor(json({ instances }))).instances.show(1)).toBeUndefined();
  });

  it("is Vast's own 404, which is documented and was never recorded", async () => {
    expect(await shown("instances-put-label-404")).toBeUndefined();
  });

  it.each([
    ["the key is missing", {}],
    ["there is a list of rows", { instances: [{ id: 1 }] }],
    ["a row has no id", { instances: { label: "x" } }],
    ["there is a text", { instances: "none" }],
    ["the whole answer is null", null],
    ["the whole answer is a text", "none"],
  ])("is not concluded when %s", async (_shape, body) => {
    expect(await errorOf((await clientFor(json(body))).instances.show(1))).toBeInstanceOf(WireFormatError);
  });
});

describe("a list of instances", () => {
  it("is read as documented, with its cursor", async () => {
    const page = await (await clientFor(replay("v1-list-documented"))).instances.list();
    expect(page).toMatchObject({ total_instances: 42, next_token: "eyJ2YWx1ZXMiOiB7ImlkIjogMTIzfX0=" });
    expect(page.instances[0]).toMatchObject({
      id: 312,
      image_args: ["bash", "-c", "apt update; apt install -y wget"],
      extra_env: { DOG: "CAT", "-p 70001:70001": "1" },
    });
  });

  it("is read with a mounted volume", async () => {
    const { instances } = await (await clientFor(replay("v1-list-volume-mounted"))).instances.list();
    expect(instances[0]?.volume_info).toEqual([expect.objectContaining({ id: 38186467, label: "my_data" })]);
    expect(instances[0]?.extra_env).toEqual({ TZ: "UTC", "-v my_data:/data": "1" });
  });

  it("is read in the form that came before v1", async () => {
    const page = await (await clientFor(replay("v0-list-empty-200"))).instances.listV0();
    expect(page.instances).toEqual([]);
  });

  it("must have its rows: an answer without them is no empty account", async () => {
    const client = await clientFor(json({ success: true, instances_found: 0 }));
    expect(await errorOf(client.instances.list())).toBeInstanceOf(WireFormatError);
  });
});

describe("a search", () => {
  it("of 2026 is read", async () => {
    const offers = await (await clientFor(replay("search-asks"))).offers.search(SEARCH);
    expect(offers).toHaveLength(2);
    expect(offers[0]).toMatchObject({ dph_total: expect.any(Number), min_bid: expect.any(Number), external: null });
  });

  it("of 2024 is read, which lacks many keys and has prices as 9.259e-06", async () => {
    const offers = await (await clientFor(replay("bundles-search-row-2024"))).offers.search(SEARCH);
    expect(offers[0]?.dph_total).toBeGreaterThan(0);
    expect(offers[0]?.avail_vol_ask_id).toBeUndefined();
  });

  it("that finds nothing is read", async () => {
    expect(await (await clientFor(replay("bundles-search-empty"))).offers.search(SEARCH)).toEqual([]);
  });

  it("needs no more of an offer than its id and price", async () => {
    const client = await clientFor(json({ offers: [{ id: 5, dph_total: 0.3 }] }));
    expect(await client.offers.search(SEARCH)).toEqual([{ id: 5, dph_total: 0.3 }]);
  });

  it("is an error where an offer has no price", async () => {
    const error = await errorOf((await clientFor(json({ offers: [{ id: 5 }] }))).offers.search(SEARCH));
    expect((error as Error).message).toContain("at `offers.0.dph_total`:");
  });
});

describe("the account", () => {
  it("is read", async () => {
    expect(await (await clientFor(replay("users-current"))).users.current()).toMatchObject({
      id: 60002,
      credit: 12.345678901234,
      can_pay: true,
      created_at: 1728748800000,
    });
  });

  it("comes out without its API key, and without anything else that is not known", async () => {
    const user = await (await clientFor(replay("users-current"))).users.current();
    expect(user).not.toHaveProperty("api_key");
    expect(user).not.toHaveProperty("crisp_hmac");
    expect(inspect(user, { depth: Number.POSITIVE_INFINITY })).not.toContain("0123456789abcdef");
  });
});

describe("renting", () => {
  it("gives the contract and its own key", async () => {
    const client = await clientFor(replay("asks-put-success"));
    expect(await client.instances.rent(32493628, RENT)).toEqual({
      id: 33402296,
      instanceApiKey: "0123456789abcdef".repeat(4),
      refusedBecause: undefined,
    });
  });

  it("reads an id that comes as text, as the documentation of launch_instance shows", async () => {
    const client = await clientFor(json({ success: true, new_contract: "33402296" }));
    expect((await client.instances.rent(1, RENT)).id).toBe(33402296);
  });

  it.each([
    ["200 with success false", 200],
    ["400", 400],
    ["500", 500],
  ])("gives the contract of a refusal with %s", async (_shape, status) => {
    const body = { success: false, error: "invalid_price", msg: "Bid too low.", new_contract: 4711 };
    const client = await clientFor(json(body, status));
    expect(await client.instances.rent(1, RENT)).toEqual({
      id: 4711,
      instanceApiKey: undefined,
      refusedBecause: "Bid too low.",
    });
  });

  it("is an unreadable answer when success names no contract", async () => {
    const error = await errorOf((await clientFor(json({ success: true }))).instances.rent(1, RENT));
    expect(error).toBeInstanceOf(WireFormatError);
    expect((error as Error).message).toContain("at `new_contract`:");
  });
});

describe("managing", () => {
  it("a label succeeds as documented", async () => {
    await (await clientFor(replay("instances-put-label-200"))).instances.setLabel(12345, "My ML Training Job");
  });

  it("a start succeeds", async () => {
    const client = await clientFor(json({ success: true }));
    expect(await client.instances.setState(1, "running")).toBe("done");
  });

  it("a start that the server queues is told apart", async () => {
    const client = await clientFor(replay("instances-put-start-queued-200"));
    expect(await client.instances.setState(1, "running")).toBe("queued");
  });

  it.each(["instances-delete-success", "instances-delete-success-documented"])("a destroy ends: %s", async (name) => {
    expect(await (await clientFor(replay(name))).instances.destroy(1)).toBe("ended");
  });

  it.each(["instances-delete-404-documented", "instances-put-label-404"])(
    "a destroy finds nothing: %s",
    async (name) => {
      expect(await (await clientFor(replay(name))).instances.destroy(1)).toBe("absent");
    },
  );

  it("is not done by an answer that does not say so", async () => {
    expect(await errorOf((await clientFor(json({}))).instances.destroy(1))).toBeInstanceOf(WireFormatError);
  });
});

describe("a wrong type", () => {
  it.each<[string, unknown, string]>([
    ["actual_status", 5, "instances.actual_status"],
    ["intended_status", { is: "running" }, "instances.intended_status"],
    ["cur_state", false, "instances.cur_state"],
    ["next_state", [], "instances.next_state"],
    ["label", 7, "instances.label"],
    ["id", "abc", "instances.id"],
    ["id", 1.5, "instances.id"],
  ])("of what decides about money is an error that names its place: %s = %j", async (key, value, path) => {
    const error = await errorOf((await clientFor(json({ instances: { id: 1, [key]: value } }))).instances.show(1));
    expect(error).toBeInstanceOf(WireFormatError);
    expect((error as Error).message).toContain(
      `GET /api/v0/instances/{id}/ answered something unexpected (HTTP 200): at \`${path}\`:`,
    );
  });

  it("in a list names the row", async () => {
    const instances = [{ id: 1 }, { id: 2, actual_status: 5 }];
    const error = await errorOf((await clientFor(json({ instances }))).instances.list());
    expect((error as Error).message).toContain("at `instances.1.actual_status`:");
  });

  it("is told without the value, which may be a secret", async () => {
    const secret = "hunter2hunter2";
    const error = await errorOf((await clientFor(json({ instances: { id: 1, label: [secret] } }))).instances.show(1));
    expect(inspect(error, { depth: Number.POSITIVE_INFINITY })).not.toContain(secret);
  });

  it.each<[string, unknown]>([
    ["ssh_port", "none"],
    ["ports", [5, 6]],
    ["extra_env", [["A"]]],
    ["image_args", "bash"],
    ["search", 5],
    ["volume_info", {}],
    ["gpu_name", {}],
  ])("of what only informs becomes null: %s = %j", async (key, value) => {
    const row = await (await clientFor(json({ instances: { id: 1, [key]: value } }))).instances.show(1);
    expect(row).toEqual({ id: 1, [key]: null });
  });
});

describe("the environment of an instance", () => {
  it.each<[string, unknown, unknown]>([
    [
      "pairs",
      [
        ["A", "b"],
        ["-p 80:80", "1"],
      ],
      { A: "b", "-p 80:80": "1" },
    ],
    ["no pairs", [], {}],
    ["an object", { A: "b" }, { A: "b" }],
    ["numbers as values", [["A", 1]], { A: "1" }],
    ["null", null, null],
  ])("is read from %s", async (_shape, extra_env, expected) => {
    const row = await (await clientFor(json({ instances: { id: 1, extra_env } }))).instances.show(1);
    expect(row?.extra_env).toEqual(expected);
  });
});

describe("a value on the wire", () => {
  it.each<[string, { safeParse(value: unknown): { success: boolean; data?: unknown } }, unknown, unknown]>([
    ["a number", wireNumber, 1.5, 1.5],
    ["digits", wireNumber, " 20000 ", 20_000],
    ["e-notation", wireNumber, "9.259e-06", 9.259e-6],
    ["a negative text", wireNumber, "-1", -1],
    ["no digits", wireNumber, "abc", undefined],
    ["an empty text, which is no nought", wireNumber, "", undefined],
    ["hexadecimal", wireNumber, "0x10", undefined],
    ["an id as text", wireId, "4711", 4711],
    ["an id that is no whole number", wireId, 4711.5, undefined],
    ["an odd number that only informs", looseNumber, "unknown", null],
    ["an absent number", looseNumber, undefined, undefined],
    ["a version that is a number", looseText, 18.04, "18.04"],
    ["an odd text", looseText, ["a"], null],
    ["a place", geolocation, "Texas, US ", "Texas, US"],
    ["a place without a name before its country", geolocation, ", US", "US"],
    ["an absent place", geolocation, undefined, undefined],
    ["an odd place", geolocation, 42, null],
    ["0 as a flag", looseFlag, 0, false],
    ["1 as a flag", looseFlag, 1, true],
    ["an odd flag", looseFlag, "yes", null],
  ])("is read: %s", (_shape, schema, value, expected) => {
    const parsed = schema.safeParse(value);
    expect(parsed.success ? parsed.data : undefined).toBe(expected);
  });
});
