import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAccount } from "../../provider/account/account.js";
import type { Bag } from "../../provider/engine/values.js";
import { instanceLifecycle } from "../../provider/resources/instance/lifecycle.js";
import { anInstance, type TestWorld, testWorld } from "../support/harness.js";

/** How Pulumi writes a text that is not known yet. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld({ offers: 0 });
});
afterEach(() => t.stop());

/** A provider process of a preview, without a key; `look` answers what it said of a new instance. */
function preview(config: Readonly<Record<string, string>> = {}) {
  const lines: { text: string; kind: string }[] = [];
  const settings = { apiUrl: t.simulator.url, apiKey: undefined, keySource: undefined, timeScale: 1 };
  const account = createAccount(settings, t.clock);
  const instance = instanceLifecycle({
    accountOf: () => account,
    context: () => ({ signal: new AbortController().signal, log: (text, kind) => void lines.push({ text, kind }) }),
    pricesPreviews: true,
  });
  void instance.configure({ config: { get: (key) => config[key] } });
  return {
    look: async (inputs: Bag = {}, olds: Bag = {}) => {
      lines.length = 0;
      const { failures } = await instance.check(olds, anInstance({ timeToLiveHours: 8, ...inputs }));
      expect(failures).toEqual([]);
      const of = (kind: string) => lines.filter((line) => line.kind === kind).map(({ text }) => text);
      return { notes: of("info"), warnings: of("warning") };
    },
  };
}

const searches = () => t.world.view().requests.filter(({ path }) => path.startsWith("/api/v0/bundles"));

/** Offers at these prices for the GPU, each with a disk at 0.09 $/GB and month. */
function market(...prices: number[]): void {
  t.world.replaceOffers(
    prices.map((dph_base) => ({ dph_base, storage_cost: 0.09, geolocation: "Berlin, DE", reliability: 0.9942 })),
  );
}

describe("the line of a new instance", () => {
  it("says what would be rented, out of how many, and what it costs while stopped", async () => {
    market(0.312, 0.35, 0.39, 0.5, 0.6, 0.7);
    const { notes, warnings } = await preview().look({ maxDollarsPerHour: 0.4, diskGb: 32 });
    expect(notes).toEqual([
      "1x RTX 4090 from 0.316 $/h (3 offers fit, cap 0.40 $/h), DE, reliability 0.994; 32 GB disk 0.004 $/h stopped",
    ]);
    expect(warnings).toEqual([]);
    // Without a key, and nothing is rented.
    expect(t.world.contracts()).toEqual([]);
    expect(t.world.view().accounts).toEqual([]);
  });

  it("prices a bid by the bid", async () => {
    market(0.312, 0.35);
    const { notes } = await preview().look({ bidDollarsPerHour: 0.3, diskGb: 8 });
    expect(notes).toEqual([
      expect.stringMatching(/^1x RTX 4090 from 0\.301 \$\/h \(2 offers fit, no cap, bid 0\.300 \$\/h\)/),
    ]);
  });

  it("prices the offer that was chosen by its id", async () => {
    market(0.312, 0.35);
    const offerId = t.world.offers()[1]?.id;
    const { notes } = await preview().look({ offer: undefined, offerId, diskGb: 8 });
    expect(notes).toEqual([expect.stringMatching(/^1x RTX 4090 from 0\.351 \$\/h \(1 offer fits, no cap\)/)]);
  });

  it("costs one search for all that want the same, whatever their caps, disks and images are", async () => {
    market(0.312, 0.35, 0.4);
    const { look } = preview();
    for (const maxDollarsPerHour of [0.36, 0.41, undefined]) await look({ maxDollarsPerHour, image: "debian:12" });
    const { notes } = await look({ maxDollarsPerHour: 0.36 });
    expect(notes).toEqual([expect.stringContaining("2 offers fit")]);
    expect(searches()).toHaveLength(1);
  });

  it("is not said of an instance that exists, of an adopted one, and when it is switched off", async () => {
    market(0.312, 0.35);
    expect((await preview().look({}, anInstance())).notes).toEqual([]);
    expect((await preview().look({ offer: undefined, adoptInstanceId: 7, timeToLiveHours: undefined })).notes).toEqual(
      [],
    );
    expect((await preview({ "vastai:previewPrices": "false" }).look()).notes).toEqual([]);
    expect(searches()).toEqual([]);
  });
});

describe("warnings", () => {
  it.each<[string, readonly number[], Bag, RegExp]>([
    [
      "nothing fits",
      [],
      {},
      /^Nothing on the market fits now: RTX 4090\. Renting would fail, and cost nothing\. `npx pulumi-vastai offers '\{"gpuName":"RTX 4090"\}' --disk 10 --explain`/,
    ],
    [
      "the cap is too low",
      [0.312, 0.35],
      { maxDollarsPerHour: 0.2 },
      /The cheapest that fits but for the cap of 0\.2 \$\/h costs 0\.31\d \$\/h/,
    ],
    [
      "the bid is too low",
      [0.5, 0.6],
      { bidDollarsPerHour: 0.01 },
      /The bid of 0\.01 \$\/h is below the least that a fitting machine takes, 0\.\d+ \$\/h/,
    ],
    ["only one fits", [0.312], {}, /^Only one offer fits/],
    [
      "the cap is above the median",
      [0.3, 0.31, 0.32, 0.9],
      { maxDollarsPerHour: 0.8 },
      /^The cap of 0\.8 \$\/h lies above the median of what fits, 0\.31\d/,
    ],
    [
      "the image has no tag",
      [0.3, 0.31],
      { image: "registry.example:5000/team/ubuntu" },
      /^The image registry\.example:5000\/team\/ubuntu means another one tomorrow/,
    ],
    ["the image is the latest", [0.3, 0.31], { image: "ubuntu:latest" }, /^The image ubuntu:latest means another/],
    [
      "unverified machines are let in",
      [0.3, 0.31],
      { offer: { gpuName: "RTX 4090", verified: "any" } },
      /^Machines that Vast has not verified/,
    ],
    ["default filters are off", [0.3, 0.31], { defaultFilters: false }, /^Machines that Vast has not verified/],
    ["it has no end", [0.3, 0.31], { timeToLiveHours: undefined }, /^It has no `timeToLiveHours`/],
  ])("when %s", async (_, prices, inputs, words) => {
    market(...prices);
    const { warnings } = await preview().look(inputs);
    expect(warnings).toEqual([expect.stringMatching(words)]);
  });

  it("are one line a resource", async () => {
    market(0.3);
    const { warnings } = await preview().look({ image: "ubuntu", timeToLiveHours: undefined });
    expect(warnings).toEqual([expect.stringMatching(/^Only one .* The image ubuntu .* It has no `timeToLiveHours`/)]);
  });

  it("do not speak against a digest, and of what is not known yet", async () => {
    market(0.3, 0.31);
    const { look } = preview();
    expect((await look({ image: "ubuntu@sha256:0123" })).warnings).toEqual([]);
    const { notes, warnings } = await look({ timeToLiveHours: UNKNOWN, maxDollarsPerHour: UNKNOWN });
    expect(notes).toEqual(["Prices unavailable (`maxDollarsPerHour` is not known yet)."]);
    expect(warnings).toEqual([]);
  });
});

describe("a market that cannot be asked", () => {
  it.each(["502-html", "not-json", "429", "auth-error", "hang-up-before"] as const)(
    "(%s) is no error",
    async (then) => {
      market(0.3, 0.31);
      t.simulator.faults.add({ on: "POST /api/v0/bundles/", then, times: "always" });
      const { notes, warnings } = await preview().look();
      expect(notes).toEqual([expect.stringMatching(/^Prices unavailable \(.+\)\.$/)]);
      expect(warnings).toEqual([]);
    },
  );

  it("is waited for two seconds, by all instances together", async () => {
    market(0.3, 0.31);
    t.simulator.faults.add({ on: "POST /api/v0/bundles/", then: "slow", seconds: 60, times: "always" });
    const { look } = preview();
    const before = t.clock.now();
    const first = await look();
    expect(first.notes).toEqual(["Prices unavailable (no answer within the 2 s that a preview waits)."]);
    for (const gpuName of ["RTX 3090", "H100 SXM", "A100 PCIE"]) await look({ offer: { gpuName } });
    expect(t.clock.now() - before).toBeLessThanOrEqual(2_100);
  });
});
