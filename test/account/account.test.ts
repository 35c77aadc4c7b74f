import { describe, expect, it } from "vitest";
import { accountFor } from "../../provider/account/account.js";
import type { Settings } from "../../provider/account/settings.js";
import { AuthError, CancelledError, SettingsError, VastError } from "../../provider/errors.js";
import { errorOf } from "../api/tiny-server.js";
import { accountWith } from "./rented.js";

const byId = /^GET \/api\/v0\/instances\/\d+\/$/;

describe("a look at an instance", () => {
  it("shows it as it is", async () => {
    const { account, ids } = await accountWith(1);
    expect(await account.look(Number(ids[0]))).toMatchObject({ id: ids[0], label: "x" });
  });

  it("shares its list call with those that come together", async () => {
    const { account, ids, listCalls, calls } = await accountWith(20);
    const before = listCalls();
    const rows = await Promise.all(ids.map((id) => account.look(id)));
    expect(rows.map((row) => row?.id)).toEqual(ids);
    expect([listCalls() - before, calls(byId)]).toEqual([1, 0]);
  });

  it("shows one that the list does not have and its id does", async () => {
    const { account, ids, world, calls } = await accountWith(1);
    world.settings.listLagSeconds = 3600;
    expect(await account.look(Number(ids[0]))).toMatchObject({ id: ids[0] });
    expect(calls(byId)).toBe(1);
  });

  it("is undefined when neither the list nor its id has it", async () => {
    const { account, ids, calls } = await accountWith(1);
    await account.client.instances.destroy(Number(ids[0]));
    expect(await account.look(Number(ids[0]))).toBeUndefined();
    expect(calls(byId)).toBe(1);
  });

  it("is an error, and not absence, when the key is refused", async () => {
    const { account, ids, world } = await accountWith(1);
    world.revokeKey("key-a");
    expect(await errorOf(account.look(Number(ids[0])))).toBeInstanceOf(AuthError);
  });

  it.each(["auth-error", "v0-410", "not-json", "truncated"] as const)(
    "is an error, and not absence, when the list is empty and the answer by id is %s",
    async (then) => {
      const { account, ids, world, simulator } = await accountWith(1);
      world.settings.listLagSeconds = 3600;
      simulator.faults.add({ on: "GET /api/v0/instances/*", then, times: "always" });
      expect(await errorOf(account.look(Number(ids[0])))).toBeInstanceOf(VastError);
    },
  );

  it("ends at once when it is cancelled", async () => {
    const { account, ids, clock } = await accountWith(1);
    const startedAt = clock.now();
    const controller = new AbortController();
    const look = account.look(Number(ids[0]), controller.signal);
    controller.abort(new CancelledError());
    expect(await errorOf(look)).toBeInstanceOf(CancelledError);
    expect(clock.now()).toBe(startedAt);
  });
});

describe("all contracts", () => {
  it("are listed with their labels, once for all who ask together", async () => {
    const { account, ids, listCalls } = await accountWith(3);
    const before = listCalls();
    const lists = await Promise.all([account.contracts(), account.contracts(), account.contracts()]);
    for (const rows of lists) expect(rows.map(({ id, label }) => [id, label])).toEqual(ids.map((id) => [id, "x"]));
    expect(listCalls() - before).toBe(1);
  });

  it("are read after the question: those rented since the last one are there", async () => {
    const { account, world } = await accountWith(1);
    const body = { client_id: "me", image: "a:b", disk: 8, env: {}, label: "y", target_state: "running" } as const;
    const before = account.contracts();
    await account.client.instances.rent(world.addOffer(), { ...body, cancel_unavail: true });
    const after = await account.contracts();
    expect((await before).length).toBeLessThanOrEqual(after.length);
    expect(after.map(({ label }) => label)).toEqual(["x", "y"]);
  });
});

describe("the account of settings", () => {
  const settings: Settings = { apiUrl: "https://vast.example", apiKey: "a", keySource: "x", timeScale: 1 };

  it("is one for all resources of a process", () => {
    expect(accountFor({ ...settings })).toBe(accountFor({ ...settings, keySource: "elsewhere" }));
  });

  it.each<[string, Partial<Settings>]>([
    ["key", { apiKey: "b" }],
    ["missing key", { apiKey: undefined }],
    ["address", { apiUrl: "https://other.example" }],
    ["time scale", { timeScale: 60 }],
  ])("is another for another %s", (_what, change) => {
    expect(accountFor({ ...settings, ...change })).not.toBe(accountFor(settings));
  });

  it("without a key says so when it is used, and sends nothing", async () => {
    const account = accountFor({ ...settings, apiKey: undefined });
    expect(await errorOf(account.client.instances.show(1))).toBeInstanceOf(SettingsError);
  });
});
