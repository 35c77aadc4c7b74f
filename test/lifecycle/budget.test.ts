import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { anInstance, failureOf, HANDLER, type ProviderProcess, type TestWorld, testWorld } from "../support/harness.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

/** A process of a stack with these limits. */
function stackWith(limits: Record<string, string>): ProviderProcess {
  const process = t.process();
  void process.instance.configure({ config: { get: (key) => limits[key] } });
  return process;
}

const token = (n: number) => `${n}`.padStart(12, "a");
const rentCalls = () => t.world.view().requests.filter(({ path }) => path.includes("/asks/"));

describe("a stack's budget", () => {
  it("holds across creates that run at the same time", async () => {
    const process = stackWith({ "vastai:maxDollarsPerHour": "1.0" });
    const outcomes = await Promise.allSettled(
      [1, 2, 3, 4].map((n) => process.up(anInstance({ ownerToken: token(n) }))),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    expect(t.world.billedContracts()).toHaveLength(3);
    expect(t.world.view().billedPerHour).toBeLessThanOrEqual(1.0);
    const [refused] = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(String(refused?.reason)).toMatch(
      /Over the stack's budget: the stack would cost 1\.\d+ \$\/h and vastai:maxDollarsPerHour allows 1\. Nothing was rented/,
    );
  });

  it("counts the instances that are in the state", async () => {
    const before = await t.process().up(anInstance({ ownerToken: token(1) }));
    const process = stackWith({ "vastai:maxDollarsPerHour": "0.5" });
    const { inputs } = await process.instance.check(before.outs, anInstance({ ownerToken: token(1) }));
    await process.instance.diff(before.id, before.outs, { ...inputs, __provider: HANDLER });
    const failure = await failureOf(process.up(anInstance({ ownerToken: token(2) })));
    expect(failure.message).toMatch(/Over the stack's budget/);
    expect(rentCalls()).toHaveLength(1);
  });

  it("is free again after a destroy", async () => {
    const process = stackWith({ "vastai:maxInstances": "1" });
    const first = await t.process().up(anInstance({ ownerToken: token(1) }));
    await process.instance.delete(first.id, first.outs);
    await process.up(anInstance({ ownerToken: token(2) }));
    expect(t.world.billedContracts()).toHaveLength(1);
  });

  it("stops a preview that has too many instances, before anything is sent", async () => {
    const process = stackWith({ "vastai:maxInstances": "2" });
    for (const n of [1, 2]) {
      expect((await process.instance.check({}, anInstance({ ownerToken: token(n) }))).failures).toEqual([]);
    }
    // The engine checks a resource twice when it replaces it.
    expect((await process.instance.check({}, anInstance({ ownerToken: token(2) }))).failures).toEqual([]);
    const { failures } = await process.instance.check({}, anInstance({ ownerToken: token(3) }));
    expect(failures).toEqual([
      { property: "", reason: expect.stringMatching(/would have 3 instances and vastai:maxInstances allows 2/) },
    ]);
    expect(t.world.view().requests).toEqual([]);
  });

  it("stops a preview whose bids alone are over it", async () => {
    const process = stackWith({ "vastai:maxDollarsPerHour": "0.3" });
    await process.instance.check({}, anInstance({ ownerToken: token(1), bidDollarsPerHour: 0.2 }));
    const { failures } = await process.instance.check({}, anInstance({ ownerToken: token(2), bidDollarsPerHour: 0.2 }));
    expect(failures[0]?.reason).toMatch(/would cost 0\.400 \$\/h and vastai:maxDollarsPerHour allows 0\.3/);
  });

  it("never refuses what is in the state already", async () => {
    const before = await t.process().up(anInstance());
    const process = stackWith({ "vastai:maxInstances": "0", "vastai:maxDollarsPerHour": "0.01" });
    expect((await process.instance.check(before.outs, anInstance())).failures).toEqual([]);
  });

  it("rents nothing while the account has less credit than asked for", async () => {
    t.world.setCredit(4);
    const failure = await failureOf(stackWith({ "vastai:minCredit": "5" }).up(anInstance()));
    expect(failure.message).toMatch(/the account has 4 \$ of credit and vastai:minCredit asks for 5/);
    expect(rentCalls()).toEqual([]);
    t.world.setCredit(50);
    await stackWith({ "vastai:minCredit": "5" }).up(anInstance());
    expect(t.world.billedContracts()).toHaveLength(1);
  });

  it("names a limit that is no number", async () => {
    const { failures } = await stackWith({ "vastai:maxInstances": "many" }).instance.check({}, anInstance());
    expect(failures[0]?.reason).toMatch(/vastai:maxInstances is "many"; it must be a number/);
  });
});
