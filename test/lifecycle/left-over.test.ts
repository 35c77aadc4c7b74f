// A contract that a killed run left behind, when the program has changed since.
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Bag } from "../../provider/engine/values.js";
import { anInstance, failureOf, type ProviderProcess, type TestWorld, TOKEN, testWorld } from "../support/harness.js";
import { rentedByHand } from "../support/steps.js";
import { limited, token } from "./limited.js";

let t: TestWorld;
/** Called when a rent has taken effect. */
let onRent = () => {};
beforeEach(async () => {
  onRent = () => {};
  t = await testWorld({ onRequest: ({ path }) => path.startsWith("/api/v0/asks/") && onRent() });
});
afterEach(() => t.stop());

const warnings = ({ lines }: ProviderProcess) => lines.filter(({ kind }) => kind === "warning").map(({ text }) => text);
/** A run of an earlier program that is killed while its instance boots. */
async function left(program: Bag): Promise<number> {
  const dead = t.process();
  void failureOf(dead.up(anInstance(program)));
  await t.clock.sleep(20_000);
  dead.cancel();
  await t.clock.sleep(5_000);
  return t.world.billedContracts()[0]?.id ?? 0;
}

it.each<[string, Bag, Bag, RegExp]>([
  [
    "another GPU",
    { offer: { gpuName: "H100 SXM" } },
    {},
    /\(1x H100 SXM, 9\.\d+ \$\/h while running\).*: gpuName is H100 SXM, wanted RTX 4090\.$/,
  ],
  ["no bid", {}, { bidDollarsPerHour: 0.25 }, /it is rented on demand, and the program bids/],
  ["a bid", { bidDollarsPerHour: 0.25 }, {}, /, a bid, 0\.2.*: it is a bid, and the program wants none/],
  [
    "above the cap",
    { offer: { gpuName: "H100 SXM" } },
    { offer: {}, maxDollarsPerHour: 0.6 },
    /it costs 9\.502 \$\/h, above the cap of 0\.600 \$\/h/,
  ],
])("is given back, with its GPU and price, before what it says is rented: %s", async (_, before, after, said) => {
  t.world.addOffer({ gpu_name: "H100 SXM", dph_base: 9.5 });
  const old = await left(before);
  const next = t.process();
  let billedAtRent: number[] = [];
  onRent = () => {
    billedAtRent = t.world.billedContracts().map(({ id }) => id);
  };
  const { id, outs } = await next.up(anInstance(after));
  expect(billedAtRent).toEqual([Number(id)]);
  expect(t.world.contract(old)?.destroyedAt).not.toBeNull();
  expect(outs).toMatchObject({ gpuName: "RTX 4090", isInterruptible: after.bidDollarsPerHour !== undefined });
  expect(warnings(next)).toEqual([expect.stringMatching(new RegExp(`^Giving back contract ${old} .*`))]);
  expect(warnings(next)[0]).toMatch(said);
});

it("is named when it cannot be given back, does not get into the state, and goes with the next run", async () => {
  t.world.addOffer({ gpu_name: "H100 SXM", dph_base: 9.5 });
  const old = await left({ offer: { gpuName: "H100 SXM" } });
  t.simulator.faults.add({ on: "DELETE **", then: "500-before", times: "always" });
  const { id, message } = await failureOf(t.process().up(anInstance()));
  expect(id).toBeUndefined();
  expect(message).toMatch(
    new RegExp(
      `^Contract ${old}, which is to be given back \\(gpuName is H100 SXM, .* is billed \\(9\\.\\d+ .* \`vastai destroy instance ${old}\``,
    ),
  );
  expect(t.world.billedContracts()).toMatchObject([{ id: old }]);

  t.simulator.faults.clear();
  await t.clock.sleep(10_000);
  const made = await t.process().up(anInstance());
  expect(t.world.billedContracts()).toMatchObject([{ id: Number(made.id) }]);
});

it("is not taken for the contract of a lost answer, although lists show it only then", async () => {
  t.world.addOffer({ gpu_name: "H100 SXM", dph_base: 9.5 });
  t.world.settings.listLagSeconds = 45;
  const old = await left({ offer: { gpuName: "H100 SXM" } });
  t.simulator.faults.add({ on: "PUT /api/v0/asks/*", then: "hang-up-before" });
  const { id, outs } = await t.process().up(anInstance());
  expect(outs.gpuName).toBe("RTX 4090");
  expect(t.world.contract(old)?.destroyedAt).not.toBeNull();
  expect(t.world.billedContracts()).toMatchObject([{ id: Number(id) }]);
});

it("is taken up with its GPU and its price", async () => {
  await left({});
  const next = t.process();
  await next.up(anInstance());
  expect(next.lines).toContainEqual({
    kind: "warning",
    text: expect.stringMatching(/^Taking up contract \d+ \(1x RTX 4090, 0\.30\d \$\/h while running\), which/),
  });
});

it("is taken up also when lists show it only after another machine, rented meanwhile, did not boot", async () => {
  t.world.settings.listLagSeconds = 45;
  t.world.tell({ times: 1, story: { boots: { afterMinutes: 1 } } });
  const old = await left({});
  t.world.tell({ times: 1, story: { neverStarted: true } });
  const next = t.process();
  onRent = () => {
    // The GPU of the second one goes to somebody else, so that its start fails.
    const { id = 0 } = t.world.billedContracts().at(-1) ?? {};
    t.world.takeGpusOf(id);
  };
  const { id } = await next.up(anInstance());
  expect(Number(id)).toBe(old);
  expect(t.world.contracts()).toHaveLength(2);
  expect(t.world.billedContracts()).toMatchObject([{ id: old, actualStatus: "running" }]);
});

it("is taken up also when lists show it only while its rent waits for others on the account", async () => {
  t.world.settings.listLagSeconds = 45;
  t.world.tell({ times: 1, story: { boots: { afterMinutes: 1 } } });
  const old = await left({});
  t.simulator.faults.add({ on: "PUT /api/v0/asks/*", then: "429", times: 8 });
  const { id } = await t.process().up(anInstance());
  expect(Number(id)).toBe(old);
  expect(t.world.contracts()).toHaveLength(1);
});

it("does not count in the stack's budget any more when it was given back", async () => {
  t.world.addOffer({ gpu_name: "H100 SXM", dph_base: 9.5 });
  await left({ offer: { gpuName: "H100 SXM" } });
  const next = limited(t, { "vastai:maxDollarsPerHour": "1" });
  await next.up(anInstance());
  await next.up(anInstance({ ownerToken: token(2) }));
  expect(t.world.billedContracts().map(({ gpuName }) => gpuName)).toEqual(["RTX 4090", "RTX 4090"]);
});

it("leads to an error that tells of one that may turn up yet only where there were several: then answers were lost", async () => {
  t.world.tell({ times: 1, story: { boots: { afterMinutes: 90 } } });
  const old = await left({});
  t.world.tell({ times: 1, story: { boots: { afterMinutes: 90 } } });
  const id = await rentedByHand(t, `pulumi:${TOKEN}:pending`, t.world.offers()[1]?.id);
  const next = t.process();
  const failing = next.up(anInstance({ maxAttempts: 1 }));
  await t.clock.sleep(30_000);
  for (const each of t.world.billedContracts()) t.world.act(each.id, { do: "destroy" });
  const { message } = await failureOf(failing);
  expect(message).toContain("The answer to a rent was lost before");
  expect(warnings(next)).toContainEqual(
    expect.stringMatching(new RegExp(`^Taking up contract ${old} \\(.*\\), ${id} \\(.*\\), which an earlier run`)),
  );
});

it("leads to an error that tells of none that may turn up where there was one", async () => {
  t.world.tell({ times: 1, story: { boots: { afterMinutes: 90 } } });
  const old = await left({});
  const next = t.process();
  const failing = next.up(anInstance({ maxAttempts: 1 }));
  await t.clock.sleep(30_000);
  t.world.act(old, { do: "destroy" });
  const { message } = await failureOf(failing);
  expect(message).not.toContain("The answer to a rent was lost");
});

it("is in the state with its id and prices when the run that takes it up is cut off, too", async () => {
  t.world.tell({ times: 1, story: { boots: { afterMinutes: 90 } } });
  const old = await left({});
  const next = t.process();
  const failing = failureOf(next.up(anInstance()));
  while (warnings(next).length === 0) await t.clock.sleep(10);
  next.cancel();
  const { id, properties } = await failing;
  const row = await t.process().account.look(old);
  expect(id).toBe(String(old));
  expect(properties).toMatchObject({
    instanceId: old,
    takenUpAt: expect.any(String),
    dollarsPerHour: row?.dph_total,
    dollarsPerHourStopped: expect.any(Number),
  });
});
