// What a rent says and leaves behind when it does not go well.
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { SimulatorOptions } from "../../simulator/index.js";
import { anInstance, failureOf, type ProviderProcess, type TestWorld, testWorld } from "../support/harness.js";

const RENT = "PUT /api/v0/asks/*";

let t: TestWorld;
let process: ProviderProcess;
let onRequest: NonNullable<SimulatorOptions["onRequest"]>;
beforeEach(async () => {
  onRequest = () => {};
  t = await testWorld({ onRequest: (request) => onRequest(request) });
  onTestFinished(() => t.stop());
  process = t.process();
});

const paths = (part: string) =>
  t.world
    .view()
    .requests.map(({ path }) => path)
    .filter((path) => path.includes(part));
const rented = () => paths("/asks/");
const warnings = () => process.lines.filter(({ kind }) => kind === "warning").map(({ text }) => text);

describe("an offer that is taken", () => {
  it("is named with its price and why, and nothing is asked of the market once more", async () => {
    onRequest = ({ path }) => {
      if (path.startsWith("/api/v0/bundles")) for (const { id } of t.world.offers()) t.world.takeOffer(id);
    };
    const failure = await failureOf(process.up(anInstance({ maxAttempts: 2 })));
    expect(failure.message.match(/\(0\.3\d\d \$\/h\): taken before it could be rented/g)).toHaveLength(2);
    expect(failure.message).not.toContain("Without");
    expect(paths("/bundles/")).toHaveLength(1);
  });
});

describe("whoever has lost a race", () => {
  /** The market as a search shows it is 20 seconds old when its answer comes; meanwhile somebody takes the best offers. */
  async function loseRaces(counts: readonly number[]): Promise<void> {
    for (const count of counts) {
      await t.clock.sleep(10_000);
      const best = t.world.offers().toSorted((a, b) => a.dollarsPerHour - b.dollarsPerHour);
      for (const { id } of best.slice(0, count)) t.world.takeOffer(id);
      await t.clock.sleep(13_000);
    }
  }

  it("does not meet the others, who lost it as well, at one offer again", async () => {
    t.simulator.faults.add({ on: "POST /api/v0/bundles", then: "slow", seconds: 20, times: 4 });
    const ups = Promise.all([1, 2].map((n) => t.process(`key-${n}`).up(anInstance({ ownerToken: `00000${n}aaaaaa` }))));
    await loseRaces([1, 3]);
    await ups;
    const statuses = t.world
      .view()
      .requests.filter(({ path }) => path.includes("/asks/"))
      .map(({ status }) => status);
    expect(statuses).toEqual([400, 400, 400, 400, 200, 200]);
  });

  it("is not held to be dearer for it by the stack's budget", async () => {
    void process.instance.configure({ config: { get: (key) => (key === "vastai:maxInstances" ? "1" : undefined) } });
    t.simulator.faults.add({ on: "POST /api/v0/bundles", then: "slow", seconds: 20 });
    const up = process.up(anInstance());
    await loseRaces([1]);
    const { id } = await up;
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(id) }]);
  });
});

it("leaves the offer that Vast refused to rent to the others of its program", async () => {
  t.world.setCredit(0);
  await failureOf(process.up(anInstance()));
  t.world.setCredit(10);
  const { outs } = await process.up(anInstance({ ownerToken: "b".repeat(12) }));
  expect(outs.dollarsPerHour).toBeCloseTo(0.302, 3);
});

it("takes the cheapest of the rest after a machine that did not boot", async () => {
  t.world.tell({ times: 1, story: { ociError: true } });
  const { outs } = await process.up(anInstance({ ownerToken: "000001aaaaaa" }));
  expect(t.world.contracts()).toHaveLength(2);
  expect(outs.dollarsPerHour).toBeCloseTo(0.312, 3);
});

it("says how many offers fitted when all that it may try did not boot", async () => {
  t.world.tell({ times: 1, story: { ociError: true } });
  const { message } = await failureOf(process.up(anInstance({ maxAttempts: 1 })));
  expect(message).toMatch(/None of the 1 offers tried could be kept \(8 fitted\)/);
});

it("is given up after an hour on an account that others keep busy, with what to do", async () => {
  t.simulator.faults.add({ on: RENT, then: "429", times: "always" });
  const startedAt = t.clock.now();
  const failure = await failureOf(process.up(anInstance()));
  expect(failure.message).toMatch(/renting for an hour.*This run rented nothing.*Run again when the other programs/);
  expect(failure.message).not.toContain("Correct the inputs");
  expect((t.clock.now() - startedAt) / 60_000).toBeCloseTo(60, -1);
});

describe("an end with no contract", () => {
  /** The first machine fails; just then nothing more can be rented. */
  async function failing(then: () => void, limits: Record<string, string> = {}): Promise<string> {
    void process.instance.configure({ config: { get: (key) => limits[key] } });
    t.world.tell({ times: 1, story: { boots: { afterMinutes: 0.1 }, ociError: true } });
    onRequest = ({ method }) => method === "DELETE" && then();
    const { message } = await failureOf(process.up(anInstance()));
    const [first, ...others] = t.world.contracts();
    expect(others).toEqual([]);
    expect(first).toMatchObject({ destroyedAt: expect.any(String) });
    expect(first?.dollarsBilled).toBeGreaterThan(0);
    return message.replaceAll(String(first?.id), "#");
  }
  const GIVEN_BACK =
    /What this run rented was given back, and is not billed any more \(contract #; billed for the time/;

  it.each<[string, () => void, Record<string, string>]>([
    ["the credit is used up", () => t.world.setCredit(0), {}],
    ["the credit has fallen under the stack's least", () => t.world.setCredit(4), { "vastai:minCredit": "5" }],
    ["others keep the account busy", () => t.simulator.faults.add({ on: RENT, then: "429", times: "always" }), {}],
  ])("does not say that nothing was rented when a machine was given back before %s", async (_, then, limits) => {
    const message = await failing(then, limits);
    expect(message).toMatch(GIVEN_BACK);
    expect(message).not.toMatch(/rented nothing|costs nothing/i);
  });

  it("does not say it either after a lost answer, whose contract may turn up", async () => {
    t.simulator.faults.add({ on: RENT, then: "hang-up-before" });
    onRequest = ({ path }) => path.includes("/asks/") && t.world.setCredit(0);
    const { message } = await failureOf(process.up(anInstance()));
    expect(message).toMatch(/insufficient_credit.* should its contract turn up/);
    expect(message).not.toMatch(/rented nothing|costs nothing/i);
  });
});

describe("a rent whose answer is lost", () => {
  it("is looked for under its label, said, and tried with another offer only then", async () => {
    t.simulator.faults.add({ on: RENT, then: "hang-up-before" });
    const { id } = await process.up(anInstance());
    expect(new Set(rented()).size).toBe(2);
    expect(warnings()[0]).toMatch(
      /^The answer to renting offer \d+ was lost \(.*\) Looking for the contract by its label/,
    );
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(id) }]);
  });

  it("is named as lost when no other offer could be kept", async () => {
    t.simulator.faults.add({ on: RENT, then: "hang-up-before", times: "always" });
    const failure = await failureOf(process.up(anInstance({ maxAttempts: 2 })));
    expect(failure.message.match(/its answer was lost and no contract appeared/g)).toHaveLength(2);
    expect(new Set(rented()).size).toBe(2);
  });
});

it("leaves in the state all that only the rent tells, when the run is cut off right after it", async () => {
  onRequest = ({ path }) => {
    if (path.includes("/asks/")) process.cancel();
  };
  const failure = await failureOf(process.up(anInstance({ timeToLiveHours: 8, onstart: "echo hello" })));
  const [contract] = t.world.billedContracts();
  expect(failure.id).toBe(String(contract?.id));
  expect(failure.properties).toMatchObject({
    instanceId: contract?.id,
    rentedAt: contract?.createdAt,
    instanceApiKey: expect.stringMatching(/^\S{16,}$/),
  });
  const hours = (Date.parse(String(failure.properties.expiresAt)) - Date.parse(contract?.createdAt ?? "")) / 3_600_000;
  expect(hours).toBeCloseTo(8, 3);
});

it("leaves in the state what instance and volume cost each, when the run is cut off right after the rent", async () => {
  onRequest = ({ path }) => {
    if (path.includes("/asks/")) process.cancel();
  };
  const failure = await failureOf(process.up(anInstance({ volumes: [{ sizeGb: 200, mountPath: "/data" }] })));
  const { dollarsPerHour, dollarsPerHourStopped, createdVolumeDollarsPerHour } = failure.properties;
  // 200 GB at 0.15 $ per GB and month beside a machine of 0.302 $/h, whose disk costs the 0.002.
  expect(createdVolumeDollarsPerHour).toBeCloseTo((200 * 0.15) / 720, 6);
  expect([dollarsPerHour, dollarsPerHourStopped]).toEqual([expect.closeTo(0.302, 3), expect.closeTo(0.002, 3)]);
});

it("gives no watchdog to an instance without a time to live", async () => {
  const { id, outs } = await process.up(anInstance({ onstart: "echo hello" }));
  expect((await process.account.look(Number(id)))?.onstart).toBe("echo hello");
  expect(outs.expiresAt).toBeUndefined();
});

describe("a budget", () => {
  const config = (key: string, value: string) =>
    process.instance.configure({ config: { get: (asked) => (asked === key ? value : undefined) } });

  it("is not used up by what rented nothing and by what was refused", async () => {
    await config("vastai:maxInstances", "1");
    await failureOf(process.up(anInstance({ offer: { gpuName: "H100 SXM" } })));
    const both = ["b", "c"].map((letter) => process.up(anInstance({ ownerToken: letter.repeat(12) })));
    const [failure, ...others] = (await Promise.allSettled(both)).filter(({ status }) => status === "rejected");
    expect(String((failure as PromiseRejectedResult).reason)).toMatch(/the stack would have 2 instances/);
    expect(others).toEqual([]);
    expect(t.world.billedContracts()).toHaveLength(1);
  });

  it("of money is compared with the offer, and the refusal says what to do", async () => {
    await config("vastai:maxDollarsPerHour", "0.2");
    const failure = await failureOf(process.up(anInstance()));
    expect(failure.message).toMatch(
      /^Over the stack's budget: the stack would cost 0\.30\d \$\/h .* Nothing was rented .* Raise the limit in the stack configuration, or leave instances out\. .* `deleteBeforeReplace` ends the old one first\.$/,
    );
    expect(t.world.contracts()).toEqual([]);
  });

  it("of credit is kept by an account that has just that much, and not by one that has less", async () => {
    await config("vastai:minCredit", "5");
    t.world.setCredit(4.99);
    expect((await failureOf(process.up(anInstance()))).message).toMatch(
      /the account has 4\.99\d* \$ of credit and vastai:minCredit asks for 5/,
    );
    expect(t.world.contracts()).toEqual([]);
    t.world.setCredit(5);
    await process.up(anInstance());
    expect(t.world.billedContracts()).toHaveLength(1);
  });
});
