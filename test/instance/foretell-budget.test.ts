// What a preview that asks the market says of the stack's limits.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAccount } from "../../provider/account/account.js";
import type { Bag } from "../../provider/engine/values.js";
import { instanceLifecycle } from "../../provider/resources/instance/lifecycle.js";
import { anInstance, type TestWorld, testWorld } from "../support/harness.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld({ offers: 0 });
  t.world.replaceOffers([0.3, 0.31].map((dph_base) => ({ dph_base, storage_cost: 0.09 })));
});
afterEach(() => t.stop());

const token = (n: number) => `${n}`.padStart(12, "a");

/** A provider process of a preview in a stack with these limits; `look` answers the warnings beside one resource. */
function preview(limits: Readonly<Record<string, string>>, hasKey = true) {
  const lines: string[] = [];
  const key = hasKey ? { apiKey: "key-a", keySource: "the test" } : { apiKey: undefined, keySource: undefined };
  const account = createAccount({ ...key, apiUrl: t.simulator.url, timeScale: 1 }, t.clock);
  const log = (text: string, kind: string) => {
    if (kind === "warning") lines.push(text);
  };
  const context = () => ({ signal: new AbortController().signal, log });
  const instance = instanceLifecycle({ accountOf: () => account, context, pricesPreviews: true });
  void instance.configure({ config: { get: (key) => limits[key] } });
  return {
    instance,
    lines,
    look: async (n: number, inputs: Bag = {}, olds: Bag = {}) => {
      lines.length = 0;
      const program = anInstance({ timeToLiveHours: 8, ownerToken: token(n), ...inputs });
      const { failures } = await instance.check(olds, program);
      expect(failures).toEqual([]);
      return [...lines];
    },
  };
}

const looksAtAccount = () => t.world.view().requests.filter(({ path }) => path.includes("/users/")).length;

describe("the sum of a preview", () => {
  it("holds the best offers of what is to be rented, and a limit below it is named, with the remedy", async () => {
    const { look } = preview({ "vastai:maxDollarsPerHour": "0.7" });
    expect(await look(1)).toEqual([]);
    expect(await look(2)).toEqual([]);
    const said =
      /^Over the stack's budget: the stack would cost 0\.904 \$\/h and vastai:maxDollarsPerHour allows 0\.7, so the rent would be refused\. Raise/;
    expect(await look(3)).toEqual([expect.stringMatching(said)]);
    // Estimates are no reason to refuse what may still find its place.
    expect(await look(4, { targetState: "stopped" })).toEqual([expect.stringMatching(/would cost 0\.905 \$\/h/)]);
  });

  it("holds an instance of the state that is shown later, beside which it is said", async () => {
    const one = await t.process().up(anInstance({ ownerToken: token(1) }));
    const { instance, look, lines } = preview({ "vastai:maxDollarsPerHour": "0.5" });
    expect(await look(2)).toEqual([expect.stringMatching(/^Only one offer fits/)]);
    await look(1, {}, one.outs);
    await instance.diff(one.id, one.outs, one.outs);
    expect(lines).toEqual([expect.stringMatching(/^Over the stack's budget: the stack would cost 0\.61\d \$\/h/)]);
  });

  it("says that a replacement is rented beside the old one", async () => {
    const one = await t.process().up(anInstance({ ownerToken: token(1) }));
    const { instance, look } = preview({ "vastai:maxInstances": "1" });
    await look(1, { generation: 2 }, one.outs);
    await instance.diff(one.id, one.outs, { ...one.outs, generation: 2 });
    expect(await look(1, { generation: 2 })).toEqual([
      expect.stringMatching(
        / Unless the option `deleteBeforeReplace` ends the old one first, .* with both the stack would have 2 instances/,
      ),
    ]);
  });

  it("is not made where previews do not ask the market", async () => {
    const { look } = preview({ "vastai:maxDollarsPerHour": "0.1", "vastai:previewPrices": "false" });
    expect(await look(1)).toEqual([]);
    expect(t.world.view().requests).toEqual([]);
  });
});

describe("the credit of the account", () => {
  beforeEach(() => t.world.setCredit(4));

  it("is looked at once, and said once, when it is below the limit", async () => {
    const { look } = preview({ "vastai:minCredit": "5" });
    expect(await look(1)).toEqual([
      expect.stringMatching(
        /^The account has 4 \$ of credit and vastai:minCredit asks for 5, so a rent would be refused\./,
      ),
    ]);
    expect(await look(2)).toEqual([]);
    expect(looksAtAccount()).toBe(1);
    expect(await preview({ "vastai:minCredit": "4" }).look(1)).toEqual([]);
  });

  it("is not looked at without a limit, and without a key", async () => {
    expect(await preview({}).look(1)).toEqual([]);
    expect(await preview({ "vastai:minCredit": "5" }, false).look(1)).toEqual([]);
    expect(looksAtAccount()).toBe(0);
  });

  it.each(["auth-error", "not-json", "hang-up-before", "slow"] as const)(
    "is no matter when it cannot be told (%s)",
    async (then) => {
      t.simulator.faults.add({ on: "GET /api/v0/users/current/", then, seconds: 60, times: "always" });
      const startedAt = t.clock.now();
      expect(await preview({ "vastai:minCredit": "5" }).look(1)).toEqual([]);
      expect(t.clock.now() - startedAt).toBeLessThanOrEqual(2_100);
    },
  );
});
