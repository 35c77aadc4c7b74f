import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { failureOf, type TestWorld, TOKEN, testWorld } from "../support/harness.js";
import { aPublicKey, PRIVATE_KEY } from "../support/public-keys.js";
import { created, type Kept, plan, refreshed, updated } from "../support/steps.js";

const CREATE = "POST /api/v0/ssh/";
const OTHER_TOKEN = "ba9876543210";
const laptop = (inputs = {}) => ({ publicKey: aPublicKey(), ownerToken: TOKEN, ...inputs });
const marked = (key = aPublicKey()) => `${key} pulumi:${TOKEN}`;

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld({ offers: 0 });
});
afterEach(() => t.stop());

const keys = () => t.world.view().accounts[0]?.sshKeys ?? [];
const posts = () => t.world.view().requests.filter(({ method }) => method === "POST");
/** Somebody adds a key in the console. */
const somebodyAdds = (publicKey: string) => t.process().account.client.sshKeys.create(publicKey);

describe("a new key", () => {
  it("comes into the account under our mark, and tells about itself", async () => {
    const { id, outs } = await created(t.process().sshKey, laptop());
    expect(keys()).toMatchObject([{ id: Number(id), publicKey: marked() }]);
    expect(outs).toMatchObject({
      keyId: Number(id),
      keyType: "ssh-ed25519",
      comment: "me@laptop",
      publicKey: aPublicKey(),
      fingerprint: expect.stringMatching(/^SHA256:[A-Za-z0-9+/]{43}$/),
      createdAt: expect.stringMatching(/^2026-11-21T09:00:/),
      adopted: false,
    });
  });

  it("is put beside the others when the account has some", async () => {
    await somebodyAdds(aPublicKey(2));
    await created(t.process().sshKey, laptop({ onExisting: "refuse" }));
    expect(keys()).toHaveLength(2);
  });

  it("says in words that teams have none", async () => {
    t.world.settings.teamAccount = true;
    const failure = await failureOf(created(t.process().sshKey, laptop()));
    expect(failure.message).toMatch(/belongs to a team.* Nothing was added\. Use the API key of a person/);
    expect(failure.id).toBeUndefined();
  });
});

describe("a key that is in the account already", () => {
  it("is adopted, whatever its comment, and left there by a delete that says so", async () => {
    const { id: there } = await somebodyAdds(aPublicKey(1, "somebody else"));
    const { id, outs } = await created(t.process().sshKey, laptop());
    expect([id, outs.adopted]).toEqual([String(there), true]);
    expect(posts()).toHaveLength(1);

    const last = t.process();
    await last.sshKey.delete(id, outs);
    expect(keys()).toMatchObject([{ id: there, publicKey: aPublicKey(1, "somebody else") }]);
    expect(last.lines).toMatchObject([
      { kind: "warning", text: expect.stringMatching(/was in the account before this stack/) },
    ]);
  });

  it("is refused on request, with its id and the way out, and nothing is sent", async () => {
    const { id: there } = await somebodyAdds(aPublicKey());
    const failure = await failureOf(created(t.process().sshKey, laptop({ onExisting: "refuse" })));
    expect(failure.message).toContain(`as SSH key ${there}, since 2026-11-21`);
    expect(failure.message).toContain('Set `onExisting` to "adopt"');
    expect(keys()).toHaveLength(1);
  });

  it("of another stack's making is adopted, and not taken for ours", async () => {
    await created(t.process().sshKey, laptop({ ownerToken: OTHER_TOKEN }));
    const { outs } = await created(t.process().sshKey, laptop());
    expect(outs).toMatchObject({ adopted: true, comment: "me@laptop" });
    expect(keys()).toHaveLength(1);
  });

  it("is named and not left open to everybody who has it when a killed run made it and the program says another one since", async () => {
    const killed = await created(t.process().sshKey, laptop());
    const failure = await failureOf(created(t.process().sshKey, laptop({ publicKey: aPublicKey(3) })));
    expect(failure.message).toMatch(/SSH key \d+ with this resource's mark and another key .* Nothing was added/);
    expect(failure.message).toContain(`\`vastai delete ssh-key ${killed.id}\``);
    expect(keys()).toMatchObject([{ id: Number(killed.id), publicKey: marked() }]);
  });

  it("is ours when a run that was killed made it, also under `refuse`, and goes with us", async () => {
    await created(t.process().sshKey, laptop());
    const { id, outs } = await created(t.process().sshKey, laptop({ onExisting: "refuse" }));
    expect(outs.adopted).toBe(false);
    await t.process().sshKey.delete(id, outs);
    expect(keys()).toEqual([]);
  });

  it("but in this stack is not shared: a replaced key gets a row of its own, and the old one goes", async () => {
    const kept = await created(t.process().sshKey, laptop());
    const next = t.process();
    await plan(next.sshKey, kept, laptop());
    const { id } = await created(next.sshKey, laptop());
    await next.sshKey.delete(kept.id, kept.outs);
    expect(id).not.toBe(kept.id);
    expect(keys()).toMatchObject([{ id: Number(id) }]);
  });

  it("stays when the resource that had it is renamed: delete comes after create", async () => {
    const kept = await created(t.process().sshKey, laptop());
    const next = t.process();
    const renamed = await created(next.sshKey, laptop({ ownerToken: OTHER_TOKEN }));
    await next.sshKey.delete(kept.id, kept.outs);
    expect(renamed.id).toBe(kept.id);
    expect(keys()).toMatchObject([{ id: Number(kept.id) }]);
  });
});

describe("a create whose answer is lost", () => {
  it.each(["500-after", "hang-up-after", "not-json", "truncated", "slow"] as const)(
    "finds its key by the mark and asks no second time (%s)",
    async (then) => {
      t.simulator.faults.add({ on: CREATE, then });
      const { id, outs } = await created(t.process().sshKey, laptop());
      expect(keys()).toMatchObject([{ id: Number(id), publicKey: marked() }]);
      expect(outs.adopted).toBe(false);
      expect(posts()).toHaveLength(1);
    },
  );

  it.each(["500-before", "hang-up-before", "502-html"] as const)(
    "asks again only after it has looked for half a minute (%s)",
    async (then) => {
      t.simulator.faults.add({ on: CREATE, then });
      await created(t.process().sshKey, laptop());
      expect(keys()).toHaveLength(1);
      const [first, second] = posts().map(({ time }) => Date.parse(time));
      expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(30_000);
    },
  );

  it("says what is unsure when nothing helps, and records nothing", async () => {
    t.simulator.faults.add({ on: CREATE, then: "hang-up-before", times: "always" });
    const failure = await failureOf(created(t.process().sshKey, laptop()));
    expect(failure.message).toMatch(
      /did not show, so nothing is in the stack; keys cost nothing\. Run `pulumi up` again/,
    );
    expect(failure.id).toBeUndefined();
    expect(posts()).toHaveLength(3);
  });

  it("ends at once on Ctrl-C while it looks", async () => {
    t.simulator.faults.add({ on: CREATE, then: "hang-up-before" });
    const process = t.process();
    const failing = failureOf(created(process.sshKey, laptop()));
    await t.clock.sleep(10_000);
    process.cancel();
    expect((await failing).name).toBe("CancelledError");
    expect(posts()).toHaveLength(1);
  });
});

describe("a key in the stack", () => {
  const fresh = () => created(t.process().sshKey, laptop());

  it.each([
    ["another comment", { publicKey: aPublicKey(1, "new name") }, "same"],
    ["another way of adopting", { onExisting: "refuse" }, "same"],
    ["another key", { publicKey: aPublicKey(2) }, "update"],
  ])("is %s: planned as it should be", async (_what, inputs, planned) => {
    expect(await plan(t.process().sshKey, await fresh(), laptop(inputs))).toBe(planned);
  });

  it("is changed in place, under the same id, and shows no change afterwards", async () => {
    const kept = await fresh();
    const next = await updated(t.process().sshKey, kept, laptop({ publicKey: aPublicKey(2, "new") }));
    expect(keys()).toMatchObject([{ id: Number(kept.id), publicKey: marked(aPublicKey(2, "new")) }]);
    expect(next.outs).toMatchObject({
      comment: "new",
      createdAt: kept.outs.createdAt,
      keyId: Number(kept.id),
      adopted: false,
    });
    expect(next.outs.fingerprint).not.toBe(kept.outs.fingerprint);
    expect(await plan(t.process().sshKey, next, laptop({ publicKey: aPublicKey(2, "new") }))).toBe("same");
  });

  it("that was adopted is not overwritten: another key replaces the resource, and the old one stays", async () => {
    await somebodyAdds(aPublicKey());
    const kept = await fresh();
    const next = t.process();
    expect(await plan(next.sshKey, kept, laptop({ publicKey: aPublicKey(2) }))).toBe("replace");
    expect(await plan(next.sshKey, kept, laptop({ publicKey: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }))).toBe(
      "replace",
    );
    expect(await plan(next.sshKey, kept, laptop({ publicKey: aPublicKey(1, "new name") }))).toBe("same");
    await created(next.sshKey, laptop({ publicKey: aPublicKey(2) }));
    await next.sshKey.delete(kept.id, kept.outs);
    expect(keys().map(({ publicKey }) => publicKey)).toEqual([aPublicKey(), marked(aPublicKey(2))]);
  });

  it("refreshes without a change, and finds the key that somebody put in its place", async () => {
    const kept = await fresh();
    expect(await refreshed(t.process().sshKey, kept)).toEqual(kept);
    await t.process().account.client.sshKeys.update(Number(kept.id), aPublicKey(3));
    const found = await refreshed(t.process().sshKey, kept);
    expect(found).toMatchObject({ outs: { publicKey: aPublicKey(3) } });
    expect(await plan(t.process().sshKey, found as Kept, laptop())).toBe("update");
  });

  it("is gone when the account has none, which is a 404, and when it has others", async () => {
    const kept = await fresh();
    await t.process().account.client.sshKeys.delete(Number(kept.id));
    expect(await refreshed(t.process().sshKey, kept)).toBeUndefined();
    await somebodyAdds(aPublicKey(2));
    expect(await refreshed(t.process().sshKey, kept)).toBeUndefined();
  });

  it.each(["auth-error", "500-before", "not-json"] as const)(
    "is not gone because of an odd answer (%s)",
    async (then) => {
      const kept = await fresh();
      t.simulator.faults.add({ on: "GET /api/v0/ssh/", then, times: "always" });
      await expect(t.process().sshKey.read(kept.id, kept.outs)).rejects.toThrow();
    },
  );

  it("that somebody deleted cannot be changed, and the message says what to do", async () => {
    const kept = await fresh();
    await t.process().account.client.sshKeys.delete(Number(kept.id));
    const failure = await failureOf(updated(t.process().sshKey, kept, laptop({ publicKey: aPublicKey(2) })));
    expect(failure.message).toMatch(/not in the account any more.*pulumi up --refresh/);
  });

  it("is deleted, also when the first answer is lost and when it is gone already", async () => {
    const kept = await fresh();
    t.simulator.faults.add({ on: "DELETE /api/v0/ssh/*", then: "hang-up-after" });
    await t.process().sshKey.delete(kept.id, kept.outs);
    expect(keys()).toEqual([]);
    await t.process().sshKey.delete(kept.id, kept.outs);
  });

  it("can be read by its id alone; an id that is none is an error and not absence", async () => {
    const { id } = await fresh();
    const { props } = await t.process().sshKey.read(id, {});
    expect(props).toMatchObject({ keyId: Number(id), publicKey: marked(), adopted: false });
    await expect(t.process().sshKey.read("999", {})).rejects.toThrow("There is no SSH key 999");
  });

  it("shares one list with all others that are refreshed together", async () => {
    const process = t.process();
    const kept = await Promise.all(
      [1, 2, 3, 4].map((n) => created(process.sshKey, { publicKey: aPublicKey(n), ownerToken: TOKEN })),
    );
    const before = t.world.view().requests.length;
    const next = t.process();
    await Promise.all(kept.map((one) => refreshed(next.sshKey, one)));
    expect(t.world.view().requests).toHaveLength(before + 1);
  });
});

describe("a private key that Vast has in its rows", () => {
  it("never comes out of the client", async () => {
    t.world.settings.sshPrivateKey = PRIVATE_KEY;
    const process = t.process();
    await somebodyAdds(aPublicKey(2));
    const kept = await created(process.sshKey, laptop());
    const rows = await process.account.sshKeys();
    const everything = JSON.stringify([rows, kept, await refreshed(process.sshKey, kept), process.lines]);
    expect(rows).toHaveLength(2);
    expect(everything).not.toContain("PRIVATE");
  });

  it.each(["truncated", "not-json"] as const)("is not quoted from an answer that cannot be read (%s)", async (then) => {
    t.world.settings.sshPrivateKey = PRIVATE_KEY;
    await somebodyAdds(aPublicKey(2));
    t.simulator.faults.add({ on: "GET /api/v0/ssh/", then, times: "always" });
    const failure = await failureOf(t.process().account.sshKeys());
    expect(failure.message).toContain("expected JSON, got text that is not shown");
    expect(failure.message).not.toMatch(/PRIVATE|public_key|upstream/);
  });
});
