import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { anInstance, failureOf, HANDLER, type TestWorld, testWorld } from "../support/harness.js";
import { aPublicKey, PRIVATE_KEY } from "../support/public-keys.js";
import { created, failuresOf, type Kept, plan, refreshed, updated } from "../support/steps.js";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const ATTACH = "POST /api/v0/instances/*/ssh/";
const MINE = aPublicKey(1, "me");
const COLLEAGUE = aPublicKey(2, "colleague");
const THIRD = aPublicKey(3, "third");

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const requests = (method: string, end: RegExp) =>
  t.world.view().requests.filter((request) => request.method === method && end.test(request.path));
const attaches = () => requests("POST", /\/ssh\/$/).filter(({ path }) => path.includes("instances"));
const rents = () => requests("PUT", /\/asks\//);
const account = () => t.process().account.client.sshKeys;
/** The blobs of the keys inside, as the service lists them. */
async function inside({ id }: { id: string }): Promise<string[]> {
  return ((await account().listOfInstance(Number(id))) ?? []).map(({ publicKey }) => publicKey);
}
const warnings = ({ lines }: { lines: readonly { kind: string; text: string }[] }) =>
  lines.filter(({ kind }) => kind === "warning").map(({ text }) => text);

describe("the keys of an instance", () => {
  it.each([
    ["a private key", { sshPublicKeys: [MINE, PRIVATE_KEY] }, "sshPublicKeys.1", /this is a private key/],
    ["no key", { sshPublicKeys: ["hello"] }, "sshPublicKeys.0", /begins with its type/],
    ["no text", { sshPublicKeys: [7] }, "sshPublicKeys.0", /a public key is a text/],
    ["an odd id", { sshKeyIds: ["laptop"] }, "sshKeyIds.0", /whole number above 0/],
    ["no login", { runtype: "args", sshPublicKeys: [MINE] }, "sshPublicKeys", /no SSH login with runtype "args"/],
    ["an entrypoint", { entrypoint: "/run", sshKeyIds: [7] }, "sshKeyIds", /no SSH login with runtype "args"/],
  ])("are refused in the preview with %s", async (_what, inputs, property, reason) => {
    const { instance } = t.process();
    const answer = await instance.check({}, { ...anInstance(inputs), __provider: HANDLER });
    expect(answer.failures).toEqual([{ property, reason: expect.stringMatching(reason) }]);
    expect(JSON.stringify(answer)).not.toContain("b3BlbnNzaC1rZXkt");
  });

  it("are taken as texts and numbers, and wait while they are unknown", async () => {
    const { instance } = t.process();
    const { inputs } = await instance.check({}, { ...anInstance({ sshKeyIds: [7, "8"] }), __provider: HANDLER });
    expect(inputs.sshKeyIds).toEqual([7, 8]);
    expect(await failuresOf(instance, anInstance({ sshKeyIds: [UNKNOWN], sshPublicKeys: [UNKNOWN] }))).toEqual([]);
  });
});

describe("renting with keys", () => {
  it("has them in the instance when create returns, and shows no change afterwards", async () => {
    const { id: sshKeyId } = await account().create(MINE);
    const process = t.process();
    const inputs = anInstance({ sshKeyIds: [sshKeyId], sshPublicKeys: [COLLEAGUE] });
    const kept = await created(process.instance, inputs);
    expect(await inside(kept)).toEqual([MINE, COLLEAGUE]);
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(kept.id), actualStatus: "running" }]);
    // Vast had put in the account's key by itself.
    expect(kept.outs.attachedSshKeys).toHaveLength(1);
    expect(attaches()).toHaveLength(1);
    expect(await plan(process.instance, kept, inputs)).toBe("same");
    expect((await refreshed(process.instance, kept))?.outs).toEqual(kept.outs);
  });

  it("has them in before it is asked whether SSH answers", async () => {
    await t.process().up(anInstance({ sshPublicKeys: [MINE] }));
    const [contract] = t.world.contracts();
    const [attached] = attaches();
    // The container boots for two minutes.
    expect(Date.parse(attached?.time ?? "") - Date.parse(contract?.createdAt ?? "")).toBeLessThan(30_000);
  });

  it("sends nothing for an instance without keys", async () => {
    await t.process().up(anInstance());
    expect(t.world.view().requests.filter(({ path }) => path.includes("ssh"))).toEqual([]);
  });

  it("puts one in that is named twice only once", async () => {
    const { id: sshKeyId } = await account().create(MINE);
    const kept = await created(
      t.process().instance,
      anInstance({ sshKeyIds: [sshKeyId], sshPublicKeys: [aPublicKey(1, "other comment"), COLLEAGUE, COLLEAGUE] }),
    );
    expect(await inside(kept)).toHaveLength(2);
    expect(kept.outs.attachedSshKeys).toHaveLength(1);
  });

  it("rents nothing for an id that is none of the account's", async () => {
    const failure = await failureOf(t.process().up(anInstance({ sshKeyIds: [4] })));
    expect(failure.message).toMatch(/sshKeyIds names 4, and there is no such SSH key.*Nothing was rented/);
    expect(rents()).toEqual([]);
  });

  it.each(["500-after", "hang-up-after", "slow", "500-before", "429"] as const)(
    "survives a lost answer of an attach (%s), and repeats nothing that took place",
    async (then) => {
      t.simulator.faults.add({ on: ATTACH, then });
      const kept = await created(t.process().instance, anInstance({ sshPublicKeys: [MINE, COLLEAGUE] }));
      expect(await inside(kept)).toEqual([MINE, COLLEAGUE]);
    },
  );

  it("takes the keys along to the next machine", async () => {
    t.world.tell({ times: 1, story: { ociError: true } });
    const kept = await created(t.process().instance, anInstance({ sshPublicKeys: [MINE] }));
    expect(t.world.contracts()).toHaveLength(2);
    expect(await inside(kept)).toEqual([MINE]);
  });

  it("keeps an instance in the stack whose key is refused, and the next run goes on", async () => {
    t.world.settings.attachedKeyWords = "Error.";
    t.simulator.faults.add({ on: ATTACH, then: "auth-error" });
    const failure = await failureOf(t.process().up(anInstance({ sshPublicKeys: [MINE] })));
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(failure.id) }]);
    expect(failure.message).toMatch(/exists and stays in the stack.*Run `pulumi up` to go on/);
    const next = t.process();
    const { inputs } = await next.instance.check(failure.properties, anInstance({ sshPublicKeys: [MINE] }));
    const { outs } = await next.instance.update(failure.id, failure.properties, { ...inputs, __provider: HANDLER });
    expect(await inside(failure)).toEqual([MINE]);
    expect(outs.attachedSshKeys).toHaveLength(1);
  });

  it("records which keys are in when another one is refused", async () => {
    t.simulator.faults.add({ on: ATTACH, then: "auth-error", skip: 1 });
    const failure = await failureOf(t.process().up(anInstance({ sshPublicKeys: [MINE, COLLEAGUE] })));
    expect(failure.properties.attachedSshKeys).toHaveLength(1);
    expect(await inside(failure)).toHaveLength(1);
  });

  it("says in words that a team has no keys", async () => {
    t.world.settings.teamAccount = true;
    t.world.settings.teamAttachRefused = true;
    const failure = await failureOf(t.process().up(anInstance({ sshPublicKeys: [MINE] })));
    expect(failure.message).toMatch(
      new RegExp(`belongs to a team.*Nothing was put into instance ${failure.id}.*authorized_keys.*stays in the stack`),
    );
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(failure.id) }]);
    expect((await failureOf(t.process().up(anInstance({ sshKeyIds: [7] })))).message).toContain("a team has none");
  });
});

describe("changing the keys of an instance", () => {
  let kept: Kept;
  let ofAccount: number;
  const up = (inputs: Bag) => updated(t.process().instance, kept, anInstance(inputs));
  beforeEach(async () => {
    ({ id: ofAccount } = await account().create(THIRD));
    kept = await created(t.process().instance, anInstance({ sshPublicKeys: [MINE] }));
  });

  it("puts in and takes out only what differs, in place", async () => {
    const { outs } = await up({ sshPublicKeys: [COLLEAGUE] });
    expect(await inside(kept)).toEqual([THIRD, COLLEAGUE]);
    expect(attaches()).toHaveLength(2);
    expect(requests("DELETE", /\/ssh\//)).toHaveLength(1);
    expect(outs.attachedSshKeys).toHaveLength(1);
    expect(t.world.contracts()).toHaveLength(1);
  });

  it("does not wait for an instance that is offline", async () => {
    t.world.tell({ story: { hostGoesOffline: { afterMinutes: 30 } } });
    const other = anInstance({ ownerToken: "b".repeat(12) });
    const offline = await created(t.process().instance, other);
    await t.clock.sleep(40 * 60_000);
    const at = t.clock.now();
    await updated(t.process().instance, offline, { ...other, sshPublicKeys: [COLLEAGUE] });
    expect(await inside(offline)).toContain(COLLEAGUE);
    expect(t.clock.now() - at).toBeLessThan(30_000);
  });

  it("never takes out what others put in", async () => {
    await account().attach(Number(kept.id), COLLEAGUE);
    kept = await up({ sshPublicKeys: [MINE, COLLEAGUE], sshKeyIds: [ofAccount] });
    await up({});
    expect(await inside(kept)).toEqual([THIRD, COLLEAGUE]);
  });

  it("is no change when only comments and order differ", async () => {
    kept = await up({ sshPublicKeys: [MINE, COLLEAGUE] });
    const same = anInstance({ sshPublicKeys: [aPublicKey(2, "x"), aPublicKey(1, "y")] });
    expect(await plan(t.process().instance, kept, same)).toBe("same");
  });

  it("is repeated by the next run when a detach failed", async () => {
    t.simulator.faults.add({ on: "DELETE /api/v0/instances/*/ssh/*/", then: "auth-error" });
    await failureOf(up({}));
    expect(await inside(kept)).toContain(MINE);
    await up({});
    expect(await inside(kept)).toEqual([THIRD]);
  });

  it("takes a detach for done whose answer was lost", async () => {
    t.simulator.faults.add({ on: "DELETE /api/v0/instances/*/ssh/*/", then: "hang-up-after" });
    await up({});
    expect(await inside(kept)).toEqual([THIRD]);
  });
});

describe("a key that somebody took out of an instance", () => {
  it("is reported by a refresh, and put in again by the next up", async () => {
    const { id: sshKeyId } = await account().create(COLLEAGUE);
    const inputs = anInstance({ sshPublicKeys: [MINE], sshKeyIds: [sshKeyId] });
    const kept = await created(t.process().instance, inputs);
    const rows = (await account().listOfInstance(Number(kept.id))) ?? [];
    for (const { id } of rows) await account().detach(Number(kept.id), id);

    const process = t.process();
    const fresh = await refreshed(process.instance, kept);
    expect(warnings(process)).toContainEqual(expect.stringMatching(/2 SSH keys of the program are not in instance/));
    expect(fresh?.outs).toMatchObject({ sshPublicKeys: [], sshKeyIds: [], attachedSshKeys: [] });
    await updated(process.instance, fresh ?? kept, inputs);
    expect((await inside(kept)).sort()).toEqual([MINE, COLLEAGUE].sort());
  });

  it("is asked for only where the program names keys", async () => {
    const kept = await created(t.process().instance, anInstance());
    await refreshed(t.process().instance, kept);
    expect(t.world.view().requests.filter(({ path }) => path.includes("ssh"))).toEqual([]);
  });
});
