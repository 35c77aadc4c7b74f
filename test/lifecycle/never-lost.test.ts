import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { anInstance, failureOf, type TestWorld, TOKEN, testWorld } from "../support/harness.js";
import { rentedByHand } from "../support/steps.js";

const FINISHED = `trainer pulumi:${TOKEN}`;
const PENDING = `pulumi:${TOKEN}:pending`;
const RENT = "PUT /api/v0/asks/*";

let t: TestWorld;
/** Called when a list call has been answered. */
let onList = () => {};
beforeEach(async () => {
  onList = () => {};
  t = await testWorld({ onRequest: ({ path }) => path.startsWith("/api/v1/instances/") && onList() });
});
afterEach(() => t.stop());

const rents = () => t.world.view().requests.filter(({ method, path }) => method === "PUT" && path.includes("/asks/"));
/** The contract of a lost answer turns up, as if the service had taken its time. */
async function appearLate(): Promise<void> {
  await rentedByHand(t, PENDING);
}
/** How many contracts there ever were. */
const everRented = () => t.world.contracts().length;

describe("a rent whose answer is lost", () => {
  it.each(["500-after", "hang-up-after", "not-json", "truncated", "slow"] as const)(
    "is found by its label and not repeated when the effect took place (%s)",
    async (then) => {
      t.simulator.faults.add({ on: RENT, then });
      const { id } = await t.process().up(anInstance());
      expect(everRented()).toBe(1);
      expect(t.world.billedContracts()).toMatchObject([{ id: Number(id), label: FINISHED, actualStatus: "running" }]);
      expect(rents()).toHaveLength(1);
    },
  );

  it.each(["500-before", "hang-up-before", "502-html"] as const)(
    "goes to the next offer only after the label was looked for long enough (%s)",
    async (then) => {
      t.simulator.faults.add({ on: RENT, then });
      const process = t.process();
      const { id } = await process.up(anInstance());
      expect(t.world.billedContracts()).toMatchObject([{ id: Number(id), label: FINISHED }]);
      expect(everRented()).toBe(1);
      const [lost, second] = rents();
      const offer = /\d+/.exec(lost?.path.split("asks")[1] ?? "")?.[0];
      expect(process.lines.filter(({ kind }) => kind === "warning")).toMatchObject([
        { text: expect.stringMatching(new RegExp(`^The answer to renting offer ${offer} was lost`)) },
      ]);
      expect(second?.path).not.toBe(lost?.path);
      expect(Date.parse(second?.time ?? "") - Date.parse(lost?.time ?? "")).toBeGreaterThanOrEqual(60_000);
    },
  );

  it("is found also when lists show it only after the last look for it, and nothing else may be tried", async () => {
    t.world.settings.listLagSeconds = 300;
    t.simulator.faults.add({ on: RENT, then: "hang-up-after" });
    onList = () => {
      const lostAt = Date.parse(rents()[0]?.time ?? "");
      if (t.clock.now() - lostAt >= 60_000) t.world.settings.listLagSeconds = 0;
    };
    const { id } = await t.process().up(anInstance({ maxAttempts: 1 }));
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(id), label: FINISHED }]);
    expect(everRented()).toBe(1);
  });

  it("ends the contract that shows up after another was rented", async () => {
    // The lost contract is hidden from lists for longer than the grace period.
    t.simulator.faults.add({ on: RENT, then: "hang-up-before" });
    const process = t.process();
    const creating = process.up(anInstance());
    await t.clock.sleep(90_000);
    expect(everRented()).toBe(1);
    await appearLate();
    const { id } = await creating;
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(id), label: FINISHED }]);
    expect(everRented()).toBe(2);
    expect(
      process.lines.some(({ text, kind }) => kind === "warning" && /Ending contract \d+: a second one/.test(text)),
    ).toBe(true);
  });

  it("is named by its label when nothing could be rented after it", async () => {
    t.simulator.faults.add({ on: RENT, then: "hang-up-before", times: "always" });
    const failure = await failureOf(t.process().up(anInstance({ maxAttempts: 2 })));
    expect(failure.id).toBeUndefined();
    expect(failure.message).toContain(`label \`pulumi:${TOKEN}:pending\``);
    expect(failure.message.match(/its answer was lost and no contract appeared/g)).toHaveLength(2);
    expect(failure.message).not.toMatch(/not billed any more|costs nothing/);
  });

  it("is named by its label when what was found under the label was another, and did not boot", async () => {
    t.world.tell({ story: { imageNotFound: true } });
    t.world.settings.listLagSeconds = 45;
    await appearLate();
    await t.clock.sleep(20_000);
    t.simulator.faults.add({ on: RENT, then: "500-after" });
    const failure = await failureOf(t.process().up(anInstance()));
    const [lost, ...others] = t.world.billedContracts();
    expect(others).toEqual([]);
    expect(failure.message).toMatch(/did not boot .* was destroyed/);
    expect(failure.message).toContain(`it carries the label \`${lost?.label}\` and is billed`);

    t.world.settings.listLagSeconds = 0;
    await failureOf(t.process().up(anInstance()));
    expect(t.world.billedContracts()).toEqual([]);
  });

  it("is still swept when the run is cut off before the end of the create", async () => {
    t.simulator.faults.add({ on: RENT, then: "hang-up-before" });
    const cutOff = t.process();
    const failing = failureOf(cutOff.up(anInstance()));
    await t.clock.sleep(90_000);
    cutOff.cancel();
    const failure = await failing;
    await appearLate();
    expect(t.world.billedContracts()).toHaveLength(2);

    const next = t.process();
    const { inputs } = await next.instance.check(failure.properties, anInstance());
    const news = { ...inputs, __provider: failure.properties.__provider };
    await next.instance.diff(failure.id, failure.properties, news);
    const { outs } = await next.instance.update(failure.id, failure.properties, news);
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(failure.id), label: FINISHED }]);
    expect(outs.unresolvedRent).toBeUndefined();
  });

  it("is swept by a destroy, too", async () => {
    t.simulator.faults.add({ on: RENT, then: "hang-up-before" });
    const cutOff = t.process();
    const failing = failureOf(cutOff.up(anInstance()));
    await t.clock.sleep(90_000);
    cutOff.cancel();
    const failure = await failing;
    await appearLate();
    await t.process().instance.delete(failure.id, failure.properties);
    expect(t.world.billedContracts()).toEqual([]);
  });

  it("waits and asks again after 429, which never rents", async () => {
    t.simulator.faults.add({ on: RENT, then: "429", times: 3 });
    await t.process().up(anInstance());
    expect(everRented()).toBe(1);
    expect(rents().map(({ status }) => status)).toEqual([429, 429, 429, 200]);
    expect(new Set(rents().map(({ path }) => path)).size).toBe(1);
  });
});

describe("what an earlier run left behind", () => {
  /** A run that is killed while its instance boots: nothing reaches the state. */
  async function killedRun(afterMs: number): Promise<void> {
    const dead = t.process();
    void failureOf(dead.up(anInstance()));
    await t.clock.sleep(afterMs);
    dead.cancel();
    await t.clock.sleep(5_000);
  }

  it("is taken up again, and nothing else is rented", async () => {
    await killedRun(45_000);
    const [left] = t.world.billedContracts();
    const { id } = await t.process().up(anInstance());
    expect(id).toBe(String(left?.id));
    expect(everRented()).toBe(1);
    expect(t.world.billedContracts()).toMatchObject([{ label: FINISHED, actualStatus: "running" }]);
  });

  it("is taken up when one list has shown it, although the next one lags", async () => {
    await killedRun(20_000);
    onList = () => {
      t.world.settings.listLagSeconds = 45;
    };
    const [left] = t.world.billedContracts();
    const { id } = await t.process().up(anInstance());
    expect(id).toBe(String(left?.id));
    expect(everRented()).toBe(1);
  });

  it("shows in the next preview how it differs from a program that has changed since", async () => {
    await killedRun(45_000);
    const changed = anInstance({ image: "ubuntu:24.04" });
    const next = t.process();
    const { id, outs } = await next.up(changed);
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(id), image: "ubuntu:22.04" }]);
    const { inputs } = await next.instance.check(outs, changed);
    const diff = await next.instance.diff(id, outs, { ...inputs, __provider: changed.__provider });
    expect(diff).toEqual({ changes: true, replaces: [] });
  });

  it("is neither adopted nor rented beside when it was finished: the error names it and the two ways out", async () => {
    const { id } = await t.process().up(anInstance());
    const failure = await failureOf(t.process().up(anInstance()));
    expect(failure.id).toBeUndefined();
    expect(failure.message).toContain(`adoptInstanceId: ${id}`);
    expect(failure.message).toContain(`vastai destroy instance ${id}`);
    expect(everRented()).toBe(1);
  });

  it("is named as well when it is billed beside a finished one", async () => {
    const { id } = await t.process().up(anInstance());
    await appearLate();
    const [finished, pending] = t.world.billedContracts();
    const { message } = await failureOf(t.process("key-a", []).up(anInstance()));
    expect(finished?.id).toBe(Number(id));
    expect(message).toContain(`does not know: ${id} (`);
    expect(message).toContain(`left by a run that was cut off: ${pending?.id} (`);

    t.world.act(Number(id), { do: "destroy" });
    expect(await t.process().up(anInstance())).toMatchObject({ id: String(pending?.id) });
  });

  it("is left alone when it belongs to another stack", async () => {
    await killedRun(45_000);
    await t.process().up(anInstance({ ownerToken: "f".repeat(12) }));
    expect(t.world.billedContracts().map(({ label }) => label)).toEqual([
      `pulumi:${TOKEN}:pending`,
      `trainer pulumi:${"f".repeat(12)}`,
    ]);
  });

  it("is not adopted by the replacement of an instance that is in the state", async () => {
    const first = await t.process().up(anInstance());
    const process = t.process();
    const old = { ...first.outs };
    const wanted = anInstance({ diskGb: 50 });
    const { inputs } = await process.instance.check(old, wanted);
    const news = { ...inputs, __provider: wanted.__provider };
    expect(await process.instance.diff(first.id, old, news)).toEqual({ changes: true, replaces: ["diskGb"] });
    const second = await process.instance.create(news);
    expect(second.id).not.toBe(first.id);
    await process.instance.delete(first.id, old);
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(second.id), diskGb: 50, label: FINISHED }]);
  });

  it("keeps one and ends the others when there are several", async () => {
    for (const offer of t.world.offers().slice(0, 3)) await rentedByHand(t, PENDING, offer.id);
    const { id } = await t.process().up(anInstance());
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(id), label: FINISHED }]);
    expect(everRented()).toBe(3);
  });
});

describe("a rent that is refused and yet makes a contract", () => {
  it("gives the contract back and says why", async () => {
    const [only] = t.world.replaceOffers([{ dph_base: 0.6, min_bid: 0.2 }]);
    t.simulator.faults.add({ on: "POST /api/v0/bundles", then: "slow", seconds: 20 });
    const failing = failureOf(t.process().up(anInstance({ bidDollarsPerHour: 0.25 })));
    await t.clock.sleep(10_000);
    t.world.setMinBid(only ?? 0, 0.5);
    const failure = await failing;

    expect(failure.message).toMatch(/refused: Bid is below the minimum.* \(billed at most about .* \$, for its disk\)/);
    expect(failure.id).toBeUndefined();
    expect(t.world.contracts()).toMatchObject([{ destroyedAt: expect.any(String) }]);
  });

  it("keeps the contract of a bid that is at the machine's least bid: it waits for its turn", async () => {
    t.world.replaceOffers([{ dph_base: 0.6, min_bid: 0.2 }]);
    const process = t.process();
    const { instances } = process.account.client;
    const { rent } = instances;
    // Somebody outbids it between the rent and the answer.
    instances.rent = async (...asked) => ({ ...(await rent(...asked)), refusedBecause: "Bid is below the minimum" });
    const { id } = await process.up(anInstance({ bidDollarsPerHour: 0.2 }));
    expect(t.world.contracts()).toMatchObject([{ id: Number(id), actualStatus: "running", destroyedAt: null }]);
  });

  it.each([
    ["that Vast shows", 0],
    ["that Vast does not show yet", 40],
  ])("gives back a contract on demand %s", async (_, lagSeconds) => {
    t.world.settings.nullReadsAfterCreate = lagSeconds / 10;
    t.world.settings.listLagSeconds = lagSeconds;
    t.world.replaceOffers([{ dph_base: 0.6 }]);
    const process = t.process();
    const { instances } = process.account.client;
    const { rent } = instances;
    instances.rent = async (...asked) => ({ ...(await rent(...asked)), refusedBecause: "Out of stock" });
    const failure = await failureOf(process.up(anInstance({ maxAttempts: 1 })));
    expect(failure.message).toMatch(/refused: Out of stock \(billed at most about/);
    expect(t.world.contracts()).toMatchObject([{ destroyedAt: expect.any(String) }]);
  });
});

describe("an error after the rent", () => {
  it.each([
    ["the list fails for good", { on: "GET /api/v1/instances", then: "500-before", times: "always", skip: 2 }],
    ["the key is refused", { on: "GET /api/v1/instances", then: "auth-error", times: "always", skip: 2 }],
    ["the label cannot be set", { on: "PUT /api/v0/instances/*", then: "500-before", times: "always" }],
    ["the list answers garbage", { on: "GET /api/v1/instances", then: "not-json", times: "always", skip: 2 }],
  ] as const)("keeps the id in the stack when %s", async (_, fault) => {
    t.simulator.faults.add(fault);
    const failure = await failureOf(t.process().up(anInstance()));
    const [contract, ...others] = t.world.billedContracts();
    expect(others).toEqual([]);
    expect(failure.id).toBe(String(contract?.id));
    expect(failure.properties.__provider).toBeDefined();
  });

  it("survives passing faults of every call", async () => {
    for (const then of ["500-before", "hang-up-after", "429", "truncated"] as const) {
      t.simulator.faults.add({ on: "GET /api/v1/instances", then, skip: 1 }, { on: "PUT /api/v0/instances/*", then });
    }
    await t.process().up(anInstance());
    expect(t.world.contracts()).toMatchObject([{ label: FINISHED, destroyedAt: null }]);
  });

  it("tolerates a new contract that does not show yet", async () => {
    t.world.settings.listLagSeconds = 40;
    t.world.settings.nullReadsAfterCreate = 3;
    await t.process().up(anInstance());
    expect(t.world.contracts()).toMatchObject([{ label: FINISHED, destroyedAt: null }]);
  });

  it("is not taken for gone within its first minute by lists that lag and one answer by its id, though another showed it", async () => {
    t.world.settings.listLagSeconds = 45;
    // The first machine fails, so that the time is over soon after the second was rented.
    t.world.tell({ times: 1, story: { noSpace: true } });
    const inputs = anInstance({ timeouts: { createMinutes: 1 } });
    const { id, properties } = await failureOf(t.process().up(inputs));
    const later = t.process();
    const { props = {} } = await later.instance.read(id, properties);
    expect(props.machineId).toBeDefined();
    t.simulator.faults.add({ on: "GET /api/v0/instances/*", then: "null-instance" });
    const { inputs: checked } = await later.instance.check(props, inputs);
    const { outs } = await later.instance.update(id, props, { ...checked, __provider: inputs.__provider });
    expect(outs.status).toBe("running");
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(id) }]);
  });

  it("is waited for, and not called gone, when it vanishes from both answers within that minute", async () => {
    const creating = t.process().up(anInstance());
    while (t.world.contracts().length === 0) await t.clock.sleep(100);
    await t.clock.sleep(10_000);
    t.world.settings.listLagSeconds = 40;
    t.simulator.faults.add({ on: "GET /api/v0/instances/*", then: "null-instance" });
    const { id } = await creating;
    expect(t.world.contracts()).toMatchObject([{ id: Number(id), label: FINISHED, destroyedAt: null }]);
  });

  it("finds the contract of a lost answer although lists show it late", async () => {
    t.world.settings.listLagSeconds = 40;
    t.simulator.faults.add({ on: RENT, then: "hang-up-after" });
    await t.process().up(anInstance());
    expect(everRented()).toBe(1);
    expect(t.world.billedContracts()).toMatchObject([{ label: FINISHED }]);
  });

  it("works with a server that has no v1 list", async () => {
    t.world.settings.listV1 = false;
    t.world.settings.listV0 = "open";
    t.simulator.faults.add({ on: RENT, then: "500-after" });
    await t.process().up(anInstance());
    expect(t.world.contracts()).toMatchObject([{ label: FINISHED, destroyedAt: null }]);
  });

  it("rents nothing when no list can be had, and says why", async () => {
    t.world.settings.listV1 = false;
    const failure = await failureOf(t.process().up(anInstance()));
    expect(failure.message).toMatch(/list of instances cannot be read/);
    expect(t.world.contracts()).toEqual([]);
  });
});
