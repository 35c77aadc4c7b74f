import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { seededRandom } from "../../simulator/random.js";
import { anInstance, type TestWorld, testWorld } from "../support/harness.js";

const BOOT_SECONDS = 150;
const RENT_SECONDS = 4.5;

describe("several programs on one account", () => {
  let all: TestWorld;
  const { random } = Math;
  beforeEach(async () => {
    // Who meets whom is drawn by it.
    Math.random = seededRandom(1).next;
    all = await testWorld({ pacing: true, offers: 0 });
    all.world.settings.bootMinutes = [BOOT_SECONDS / 60, BOOT_SECONDS / 60];
    for (let i = 0; i < 48; i += 1) all.world.addOffer({ dph_base: 0.3 + i / 100 });
  });
  afterEach(() => {
    Math.random = random;
    return all.stop();
  });

  /** Creates of one program; each has a token of its own. */
  const creates = (program: number, count: number, runner = all.process()) => {
    return Promise.all(
      Array.from({ length: count }, (_, i) => {
        const ownerToken = `${program}`.repeat(8) + `${i}`.padStart(4, "0");
        return runner.up(anInstance({ label: `${program}-${i}`, ownerToken }));
      }),
    );
  };

  it.each([
    [4, 10, 0.2],
    [2, 10, 15],
  ])(
    "%i with %i instances each, %d s apart: each is rented once, in 1.3 times what the limits allow",
    async (programs, each, apartSeconds) => {
      const { clock, world } = all;
      const made = await Promise.all(
        Array.from({ length: programs }, async (_, i) => {
          await clock.sleep(i * apartSeconds * 1000 + 1);
          return creates(i + 1, each);
        }),
      );
      const readyAt = clock.now();
      const count = programs * each;
      const contracts = world.contracts();
      expect(contracts).toHaveLength(count);
      expect(contracts.every(({ actualStatus }) => actualStatus === "running")).toBe(true);
      expect(new Set(made.flat().map(({ id }) => Number(id)))).toEqual(new Set(contracts.map(({ id }) => id)));

      const { requests } = world.view();
      const rents = requests.filter(({ path }) => path.startsWith("/api/v0/asks/"));
      expect(requests.some(({ status }) => status === 429)).toBe(true);
      expect(rents.filter(({ status }) => status === 429).length).toBeLessThanOrEqual(2 * programs);
      // An offer that others have taken costs a turn.
      expect(rents.filter(({ status }) => status === 400).length).toBeLessThanOrEqual(1);
      const seconds = (readyAt - Date.parse(rents[0]?.time ?? "")) / 1000;
      expect(seconds / ((count - 1) * RENT_SECONDS + BOOT_SECONDS)).toBeLessThanOrEqual(1.3);
    },
    60_000,
  );

  it("rents at the earliest moment again when the others are gone", async () => {
    const { clock, world } = all;
    const runner = all.process();
    await Promise.all([creates(1, 2, runner), creates(2, 2)]);
    expect(world.view().requests.some(({ status }) => status === 429)).toBe(true);
    await clock.sleep(10 * 60_000);
    const before = world.view().requests.length;
    const startedAt = clock.now();
    await creates(3, 3, runner);
    const rents = world.view().requests.slice(before);
    const times = rents.filter(({ path }) => path.startsWith("/api/v0/asks/")).map(({ time }) => Date.parse(time));
    expect(Number(times[2]) - startedAt).toBeLessThan((2 * RENT_SECONDS + 1) * 1000);
    expect(rents.filter(({ status }) => status === 429)).toEqual([]);
  });

  it("does not fail for a search, a look, a rent or a relabel that is refused again and again", async () => {
    const { simulator, world } = all;
    for (const on of [
      "POST /api/v0/bundles/",
      "GET /api/v1/instances/",
      "PUT /api/v0/asks/*",
      "PUT /api/v0/instances/*",
    ])
      simulator.faults.add({ on, times: 25, then: "429" });
    await creates(1, 2);
    expect(world.contracts()).toHaveLength(2);
    expect(world.view().requests.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(100);
  });
});
