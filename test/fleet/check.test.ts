import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { Fleet } from "../../provider/index.js";
import { fleetFailures } from "../../provider/resources/fleet/check.js";
import type { FleetArgs } from "../../provider/resources/fleet/inputs.js";

const good = { count: 4, instance: { offer: { gpuName: "RTX 4090" }, image: "ubuntu:22.04" } };

describe("the arguments of a fleet", () => {
  it.each<[string, object]>([
    ["the least", {}],
    ["none at all", { count: 0 }],
    ["all there is", { spread: "host", distinct: true, rolling: { maxUnavailable: 2 }, overrides: { 0: {}, 3: {} } }],
    ["an override of what only one can have", { overrides: { 1: { offerId: 7 }, 2: { adoptInstanceId: 8 } } }],
    ["outputs within the description", { instance: { ...good.instance, env: { KEY: pulumi.secret("x") } } }],
  ])("may be %s", (_name, more) => {
    expect(fleetFailures({ ...good, ...more })).toEqual([]);
  });

  it.each<[string, object, string]>([
    ["no count", { count: undefined }, "count is not given, and must be a whole number from 0 to 1000."],
    ["a negative count", { count: -1 }, "count is -1, and must be a whole number from 0 to 1000."],
    ["half an instance", { count: 1.5 }, "count is 1.5, and must be a whole number from 0 to 1000."],
    ["no number", { count: Number.NaN }, "count is NaN, and must be a whole number from 0 to 1000."],
    ["a text", { count: "4" }, 'count is "4", and must be a whole number from 0 to 1000.'],
    ["a slip of the finger", { count: 4000 }, "count is 4000, and must be a whole number from 0 to 1000."],
    [
      "a count that is known later",
      { count: pulumi.output(4) },
      "count is an output, and must be a whole number from 0 to 1000, known when the program runs: take it from the configuration.",
    ],
    ["no description", { instance: undefined }, "instance is not given, and must be the arguments of an `Instance`."],
    [
      "an offer for all",
      { instance: { ...good.instance, offerId: 5 } },
      "instance.offerId cannot be shared: an offer can be rented once; describe what to rent in `offer`, or give each instance its own in `overrides`.",
    ],
    [
      "one instance to take over for all",
      { instance: { ...good.instance, adoptInstanceId: 5 } },
      "instance.adoptInstanceId cannot be shared: an instance can be taken over once; give it to one number in `overrides`.",
    ],
    [
      "a placement of its own",
      { instance: { ...good.instance, placement: { group: "x" } } },
      "instance.placement cannot be shared: the fleet writes it; use `spread`, `distinct` and `rolling`.",
    ],
    [
      "an override above the count",
      { overrides: { 4: { diskGb: 20 } } },
      "overrides.4 is for an instance that there is not: `count` is 4, so there is 0 to 3. Raise `count`, or take the override out.",
    ],
    [
      "an override where there is one instance",
      { count: 1, overrides: { 1: {} } },
      "overrides.1 is for an instance that there is not: `count` is 1, so there is only 0. Raise `count`, or take the override out.",
    ],
    [
      "an override where there is none",
      { count: 0, overrides: { 0: {} } },
      "overrides.0 is for an instance that there is not: `count` is 0, so there is none. Raise `count`, or take the override out.",
    ],
    [
      "an override of a name",
      { overrides: { "01": {} } },
      "overrides.01 is no number of an instance; there is 0 to 3.",
    ],
    ["an override that is none", { overrides: { 1: 5 } }, "overrides.1 is 5, and must be arguments of an `Instance`."],
    [
      "an override of the placement",
      { overrides: { 1: { placement: { group: "x" } } } },
      "overrides.1.placement: the fleet writes it; use `spread`, `distinct` and `rolling`.",
    ],
    [
      "a list of overrides",
      { overrides: [{}] },
      "overrides is [{}], and must be arguments by number, e.g. { 0: { diskGb: 100 } }.",
    ],
    ["another spread", { spread: "rack" }, 'spread is "rack", and must be "machine", "host" or "country".'],
    ["a distinct that is a text", { distinct: "yes" }, 'distinct is "yes", and must be true or false.'],
    ["a rolling that is a flag", { rolling: true }, "rolling is true, and must be e.g. { maxUnavailable: 1 }."],
    [
      "nobody away",
      { rolling: { maxUnavailable: 0 } },
      "rolling.maxUnavailable is 0, and must be a whole number of at least 1.",
    ],
    ["a slip in a name", { sprad: "host" }, "sprad: there is no argument of this name; did you mean `spread`?"],
    [
      "a name of something else",
      { rolling: { maxUnavailable: 1, pace: 2 } },
      "rolling.pace: there is no argument of this name; known are maxUnavailable.",
    ],
  ])("may not be %s", (_name, more, failure) => {
    expect(fleetFailures({ ...good, ...more })).toEqual([failure]);
  });

  it("are all told at once, and nothing is registered", () => {
    const make = () => new Fleet("workers", { ...good, count: -1, spread: "rack" } as unknown as FleetArgs);
    // Nothing runs a Pulumi program here: whatever is registered fails in another way.
    expect(make).toThrow(
      'Fleet "workers" cannot be made, and nothing of it was registered:\n  - count is -1, and must be a whole number from 0 to 1000.\n  - spread is "rack"',
    );
    expect(fleetFailures(undefined)).toEqual(["a fleet needs arguments, at least `count` and `instance`."]);
  });
});
