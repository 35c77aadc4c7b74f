import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { failureOf, type TestWorld, testWorld } from "../support/harness.js";
import { aPublicKey, PRIVATE_KEY } from "../support/public-keys.js";
import { created, failuresOf, type Kept, plan, refreshed } from "../support/steps.js";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const COLLEAGUE = aPublicKey(2, "colleague");

let t: TestWorld;
let instanceId: number;
beforeEach(async () => {
  t = await testWorld();
  instanceId = await rented();
});
afterEach(() => t.stop());

/** Rents by the client alone, as if another program did. */
async function rented(): Promise<number> {
  const body = {
    client_id: "me",
    image: "ubuntu:22.04",
    disk: 10,
    env: {},
    label: "x",
    target_state: "running",
  } as const;
  const { instances } = t.process().account.client;
  return (await instances.rent(t.world.offers()[0]?.id ?? 0, { ...body, cancel_unavail: true })).id;
}
const inside = () => t.world.contract(instanceId)?.sshKeyIds ?? [];
const attaches = () =>
  t.world.view().requests.filter(({ method, path }) => method === "POST" && path.endsWith("/ssh/"));
const client = () => t.process().account.client.sshKeys;

describe("the inputs of an attachment", () => {
  it.each([
    ["no key", {}, "sshKeyId", /nothing says which key/],
    ["two keys", { sshKeyId: 1, publicKey: COLLEAGUE }, "publicKey", /not both/],
    ["a known and an unknown key", { sshKeyId: UNKNOWN, publicKey: COLLEAGUE }, "publicKey", /not both/],
    ["a private key", { publicKey: PRIVATE_KEY }, "publicKey", /this is a private key/],
    ["a typo", { publicKey: COLLEAGUE, instanceID: 1 }, "instanceID", /`instanceId`/],
  ])("are refused with %s", async (_what, inputs, property, reason) => {
    const failures = await failuresOf(t.process().instanceSshKey, { instanceId: 1, ...inputs });
    expect(failures).toMatchObject([{ property, reason: expect.stringMatching(reason) }]);
    expect(JSON.stringify(failures)).not.toContain("b3BlbnNzaC1rZXkt");
  });

  it("wait while they are unknown", async () => {
    expect(await failuresOf(t.process().instanceSshKey, { instanceId: UNKNOWN, sshKeyId: UNKNOWN })).toEqual([]);
    expect(await failuresOf(t.process().instanceSshKey, { instanceId: UNKNOWN, publicKey: UNKNOWN })).toEqual([]);
  });
});

describe("attaching", () => {
  it("puts a key into an instance that is not in the account", async () => {
    const { id, outs } = await created(t.process().instanceSshKey, { instanceId, publicKey: COLLEAGUE });
    expect(inside()).toHaveLength(1);
    expect(id).toBe(`${instanceId}/${inside()[0]}`);
    expect(outs).toMatchObject({
      instanceId,
      sshKeyId: inside()[0],
      publicKey: COLLEAGUE,
      fingerprint: expect.stringMatching(/^SHA256:/),
    });
  });

  it("puts in a key of the account that came after the instance, by its id", async () => {
    const { id: sshKeyId } = await client().create(COLLEAGUE);
    expect(inside()).toEqual([]);
    const { id, outs } = await created(t.process().instanceSshKey, { instanceId, sshKeyId });
    expect([id, inside()]).toEqual([`${instanceId}/${sshKeyId}`, [sshKeyId]]);
    expect(outs.publicKey).toBe(COLLEAGUE);
  });

  it("sends nothing for a key that Vast put in by itself", async () => {
    const { id: sshKeyId } = await client().create(COLLEAGUE);
    instanceId = await rented();
    const before = attaches().length;
    await created(t.process().instanceSshKey, { instanceId, sshKeyId });
    expect(inside()).toEqual([sshKeyId]);
    expect(attaches()).toHaveLength(before);
  });

  it.each([
    ["says so", "SSH key already attached to this instance."],
    ["says anything", "Error."],
  ])("is done when Vast refuses what it has done, and %s", async (_what, words) => {
    t.world.settings.attachedKeyWords = words;
    // It shows only after the first look.
    t.world.settings.sshKeyLagSeconds = 4;
    await client().attach(instanceId, COLLEAGUE);
    const { id } = await created(t.process().instanceSshKey, { instanceId, publicKey: COLLEAGUE });
    expect([id, inside()]).toEqual([`${instanceId}/${inside()[0]}`, [inside()[0]]]);
    expect(attaches().filter(({ status }) => status === 200)).toHaveLength(2);
  });

  it("fails with Vast's words when it refuses and the key is not there", async () => {
    t.world.settings.attachedKeyWords = "Error.";
    t.world.settings.sshKeyLagSeconds = 3600;
    await client().attach(instanceId, COLLEAGUE);
    const failure = await failureOf(created(t.process().instanceSshKey, { instanceId, publicKey: COLLEAGUE }));
    expect(failure.message).toContain("Error.");
    expect(failure.id).toBeUndefined();
  });

  it("waits until a key shows that Vast took", async () => {
    t.world.settings.sshKeyLagSeconds = 20;
    const { id } = await created(t.process().instanceSshKey, { instanceId, publicKey: COLLEAGUE });
    expect(id).toBe(`${instanceId}/${inside()[0]}`);
  });

  it("stays in the stack when the key does not show in time, and the next run goes on", async () => {
    t.world.settings.sshKeyLagSeconds = 3600;
    const failure = await failureOf(created(t.process().instanceSshKey, { instanceId, publicKey: COLLEAGUE }));
    expect(failure.id).toMatch(new RegExp(`^${instanceId}/SHA256:`));
    expect(failure.message).toMatch(
      /does not show it there.*costs nothing and stays in the stack.*pulumi up --refresh/,
    );
    t.world.advance(3600);
    const next = t.process();
    const { outs } = await next.instanceSshKey.update(failure.id, failure.properties, {
      instanceId,
      publicKey: COLLEAGUE,
    });
    expect(outs.sshKeyId).toBe(inside()[0]);
    await t.process().instanceSshKey.delete(failure.id, outs);
    expect(inside()).toEqual([]);
  });

  it.each(["500-after", "hang-up-after", "slow", "500-before"] as const)(
    "survives a lost answer (%s)",
    async (then) => {
      t.simulator.faults.add({ on: "POST /api/v0/instances/*/ssh/", then });
      await created(t.process().instanceSshKey, { instanceId, publicKey: COLLEAGUE });
      expect(inside()).toHaveLength(1);
    },
  );

  it("names an instance that is not there, after it had time to show", async () => {
    const failure = await failureOf(created(t.process().instanceSshKey, { instanceId: 999, publicKey: COLLEAGUE }));
    expect(failure.message).toMatch(/no instance 999 in this account.*Nothing was changed/);
    expect(failure.id).toBeUndefined();
    expect(attaches().length).toBeGreaterThan(10);
  });

  it("names a key that is not there, and sends nothing", async () => {
    const failure = await failureOf(created(t.process().instanceSshKey, { instanceId, sshKeyId: 4 }));
    expect(failure.message).toContain("There is no SSH key 4 in this account");
    expect(attaches()).toEqual([]);
  });
});

describe("an attachment in the stack", () => {
  const fresh = () => created(t.process().instanceSshKey, { instanceId, publicKey: COLLEAGUE });

  it.each([
    ["the same key", {}, "same"],
    ["another comment", { publicKey: aPublicKey(2, "other name") }, "same"],
    ["another key", { publicKey: aPublicKey(3) }, "replace"],
    ["another instance", { instanceId: 7 }, "replace"],
    ["an instance that is to be rented anew", { instanceId: UNKNOWN }, "replace"],
    ["another key by id", { publicKey: undefined, sshKeyId: 7 }, "replace"],
  ])("with %s is planned as it should be", async (_what, inputs, planned) => {
    expect(await plan(t.process().instanceSshKey, await fresh(), { instanceId, publicKey: COLLEAGUE, ...inputs })).toBe(
      planned,
    );
  });

  it("is the same when the program names the key by its id instead", async () => {
    const kept = await fresh();
    expect(await plan(t.process().instanceSshKey, kept, { instanceId, sshKeyId: kept.outs.sshKeyId })).toBe("same");
  });

  it("refreshes without a change; is gone when the key is, and when the instance is", async () => {
    const kept = await fresh();
    expect(await refreshed(t.process().instanceSshKey, kept)).toEqual(kept);
    await client().detach(instanceId, inside()[0] ?? 0);
    expect(await refreshed(t.process().instanceSshKey, kept)).toBeUndefined();
    const again = await fresh();
    t.world.act(instanceId, { do: "destroy" });
    expect(await refreshed(t.process().instanceSshKey, again)).toBeUndefined();
  });

  it.each(["auth-error", "500-before", "not-json", "502-html"] as const)(
    "is not gone because of an odd answer (%s)",
    async (then) => {
      const kept = await fresh();
      t.simulator.faults.add({ on: "GET /api/v0/instances/*/ssh/", then, times: "always" });
      await expect(t.process().instanceSshKey.read(kept.id, kept.outs)).rejects.toThrow();
      await expect(t.process().instanceSshKey.delete(kept.id, kept.outs)).rejects.toThrow();
      expect(inside()).toHaveLength(1);
    },
  );

  it("takes only its own key out", async () => {
    const kept = await fresh();
    await client().attach(instanceId, aPublicKey(5));
    await t.process().instanceSshKey.delete(kept.id, kept.outs);
    expect(inside()).toHaveLength(1);
    expect(inside()).not.toContain(kept.outs.sshKeyId);
  });

  it.each([
    ["the key is not there", async () => client().detach(instanceId, inside()[0] ?? 0)],
    ["the instance is gone", async () => t.world.act(instanceId, { do: "destroy" })],
    [
      "the first answer is lost",
      async () => t.simulator.faults.add({ on: "DELETE /api/v0/instances/*/ssh/*", then: "hang-up-after" }),
    ],
  ])("is deleted with success when %s", async (_what, arrange) => {
    const kept = await fresh();
    await arrange();
    await t.process().instanceSshKey.delete(kept.id, kept.outs);
    expect(inside()).not.toContain(kept.id);
    expect((await client().listOfInstance(instanceId)) ?? []).toEqual([]);
  });

  it("fails to be deleted when Vast says 500 and the key is there still", async () => {
    const kept = await fresh();
    t.simulator.faults.add({ on: "DELETE /api/v0/instances/*/ssh/*", then: "500-before", times: "always" });
    await expect(t.process().instanceSshKey.delete(kept.id, kept.outs)).rejects.toThrow("500");
    expect(inside()).toHaveLength(1);
  });

  it("is read by its id alone; an id that is none is an error and not absence", async () => {
    const kept = await fresh();
    const { props } = await t.process().instanceSshKey.read(kept.id, {});
    expect(props).toMatchObject({ instanceId, sshKeyId: kept.outs.sshKeyId, publicKey: COLLEAGUE });
    const imported: Kept = { id: kept.id, outs: { ...props, __provider: kept.outs.__provider } };
    expect(await plan(t.process().instanceSshKey, imported, { instanceId, publicKey: COLLEAGUE })).toBe("same");
    await expect(t.process().instanceSshKey.read(`${instanceId}/9`, {})).rejects.toThrow("has no key 9");
    await expect(t.process().instanceSshKey.read("x", {})).rejects.toThrow('"x" names no key');
  });
});
