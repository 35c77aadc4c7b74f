// Behind `estimateCost`: prices of what exists and of what is yet to be rented, for programs.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CostedBag, hourlyCosts } from "../provider/costs.js";
import type { Bag } from "../provider/engine/values.js";
import { type TestWorld, testWorld } from "./support/harness.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const DISK = (10 * 0.15) / 720;
const WANTED = { offer: { gpuName: "RTX 4090" } };

const instance = (bag: Bag): CostedBag => ({ kind: "Instance", bag });
const volume = (bag: Bag): CostedBag => ({ kind: "Volume", bag });
const costs = (...things: CostedBag[]) => hourlyCosts(things, async () => t.process().account);
const price = (dollarsPerHour: number, dollarsPerHourStopped: number) => ({
  dollarsPerHour: expect.closeTo(dollarsPerHour, 6),
  dollarsPerHourStopped: expect.closeTo(dollarsPerHourStopped, 6),
});

describe("hourlyCosts", () => {
  it("takes the price of what exists, in its wanted state, and asks nobody", async () => {
    const own = { dollarsPerHour: 0.4, dollarsPerHourStopped: 0.01 };
    const made = { volumes: [{ sizeGb: 50 }], createdVolumeIds: [8], storageDollarsPerGbMonth: 0.144 };
    const found = await costs(
      instance(own),
      instance({ ...own, targetState: "stopped" }),
      instance({ ...own, ...made }),
      instance({ ...own, ...made, createdVolumeDollarsPerHour: 0.03 }),
      volume({ dollarsPerHour: 0.02 }),
      { kind: "price", bag: { dollarsPerHour: 0.5 } },
    );
    expect(found).toEqual([
      price(0.4, 0.01),
      price(0.01, 0.01),
      price(0.41, 0.02),
      price(0.43, 0.04),
      price(0.02, 0.02),
      price(0.5, 0.5),
    ]);
    expect(t.world.view().requests).toEqual([]);
  });

  it("asks the market for the rest, once for equals, in the order of the things", async () => {
    const found = await costs(
      instance(WANTED),
      volume({ dollarsPerHour: 0.02 }),
      volume({ offer: {}, sizeGb: 72 }),
      instance({ ...WANTED, dollarsPerHour: UNKNOWN, dollarsPerHourStopped: UNKNOWN }),
      instance({ ...WANTED, targetState: "stopped" }),
    );
    const ofVolume = 72 * (0.15 / 720);
    expect(found).toEqual([
      price(0.3 + DISK, DISK),
      price(0.02, 0.02),
      price(ofVolume, ofVolume),
      price(0.31 + DISK, DISK),
      price(DISK, DISK),
    ]);
    const paths = t.world.view().requests.map(({ path }) => path);
    // The remembered search serves the stopped one as well.
    expect(paths.sort()).toEqual(["/api/v0/bundles/", "/api/v0/volumes/search/"]);
  });

  it("says why something has no price, and nothing where a value is only not known yet", async () => {
    const found = await costs(
      instance({ offer: { gpuName: "H100 SXM" }, maxDollarsPerHour: 0.1 }),
      instance({}),
      instance({ offer: { gpuNames: "RTX 4090" } }),
      volume({ dollarsPerHour: UNKNOWN }),
      instance({ offer: UNKNOWN }),
      { kind: "price", bag: { dollarsPerHour: UNKNOWN } },
      { kind: "price", bag: {} },
    );
    expect(found).toEqual([
      { because: "no offer on the market fits at this moment" },
      { because: "nothing says what to rent" },
      { because: expect.stringContaining('Did you mean "gpuName"?') },
      { because: "" },
      { because: "" },
      { because: "" },
      { because: "a price that was given is not told" },
    ]);
  });

  it("does not hang on a market that does not answer", async () => {
    t.simulator.faults.add({ on: "POST /api/v0/bundles/", times: 99, then: "500-before" });
    const startedAt = t.clock.now();
    expect(await costs(instance(WANTED))).toEqual([
      { because: expect.stringContaining("the market could not be asked") },
    ]);
    expect(t.clock.now() - startedAt).toBeLessThan(60_000);
  });
});
