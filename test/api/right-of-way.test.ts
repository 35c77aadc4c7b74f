import { describe, expect, it } from "vitest";
import { instanceEndpoints } from "../../provider/api/instances.js";
import { createPacing } from "../../provider/api/pacing.js";
import { withRetry } from "../../provider/api/retry.js";
import type { Made } from "../../provider/api/right-of-way.js";
import { CancelledError, RateLimitedError } from "../../provider/errors.js";
import { createPacing as createLimits } from "../../simulator/http/pacing.js";
import { seededRandom } from "../../simulator/random.js";
import { virtualClock } from "../support/virtual-clock.js";
import { errorOf, testClock } from "./tiny-server.js";

const { rent, list } = instanceEndpoints;
const EACH = 10;
const SECOND = 1000;

/** One account: its limits, as the simulator keeps them, and what has been rented. */
function anAccount(clock = testClock(), skewMs = 0) {
  const limits = createLimits(0);
  const made: Made[] = [];
  const startedAt = clock.now();
  const calls: { program: string; at: number; passed: boolean }[] = [];
  let looks = 0;

  /** A program on the account, which knows of no other. */
  function program(name: string, random: () => number = () => 0.5) {
    const newest = async () => {
      looks += 1;
      return made.at(-1);
    };
    const pacing = createPacing({ clock, newest, random });
    const call = (endpoint: typeof rent | typeof list) => async () => {
      const refused = limits.check("account", endpoint, clock.now());
      calls.push({ program: name, at: (clock.now() - startedAt) / SECOND, passed: refused === undefined });
      if (refused === undefined) {
        const id = made.length + 1;
        made.push({ id, at: clock.now() + skewMs });
        return { new_contract: id };
      }
      const thresholdSeconds = Number(/threshold=([\d.]+)/.exec(JSON.stringify(refused.body))?.[1]);
      throw new RateLimitedError({ status: 429, code: "rate_limited", route: "PUT", said: "slow", thresholdSeconds });
    };
    const rentOne = (onOvertaken?: () => never, signal?: AbortSignal, onYield?: () => void) =>
      withRetry(
        "rents",
        clock,
        signal,
        () => pacing.paced(rent, { since: clock.now(), signal, onYield, onOvertaken }, call(rent)),
        random,
      );
    return {
      rent: rentOne,
      pacing,
      rentMany: (count: number) => Promise.all(Array.from({ length: count }, () => rentOne())),
    };
  }

  return { program, calls, made, clock, looks: () => looks };
}

describe("programs that rent on one account at once", () => {
  const seeds = [1, 2, 3, 4, 5, 6];
  /** Seconds between their starts; an hour is what the clocks of server and programs differ by. */
  const cases = [0, 0.2, 7, 20].flatMap((apart) => seeds.map((seed) => [apart, seed] as const));

  it.each(cases)("%d s apart, seed %d: all get through, soon and with few 429", async (apart, seed) => {
    const clock = virtualClock();
    const account = anAccount(clock, seed % 2 === 0 ? 3_600_000 : 0);
    const { next: random } = seededRandom(seed);
    await Promise.all(
      ["a", "b", "c", "d"].map(async (name, i) => {
        await clock.sleep(i * apart * SECOND + 1);
        await account.program(name, random).rentMany(EACH);
      }),
    );
    clock.stop();
    const passed = account.calls.filter((call) => call.passed);
    expect(passed).toHaveLength(4 * EACH);
    expect(account.calls.length - passed.length).toBeLessThanOrEqual(16);
    // Nothing tells a program of the others but its first call, which may cost all of them the penalty.
    const least = (4 * EACH - 1) * rent.minIntervalSeconds;
    const meeting = 4 * (rent.penaltySeconds + rent.minIntervalSeconds);
    expect(Number(passed.at(-1)?.at)).toBeLessThanOrEqual(1.2 * least + meeting);
  });
});

describe("a program alone on its account", () => {
  it("never looks at others, and waits for nobody", async () => {
    const { program, calls, looks } = anAccount();
    await program("a").rentMany(4);
    expect(calls.map(({ at }) => Math.round(at * 100) / 100)).toEqual([0, 4.5, 9, 13.5]);
    expect(looks()).toBe(0);
  });

  it("that once met company, looks before it begins anew, and goes at once when nobody else has rented", async () => {
    const { program, calls, clock, looks } = anAccount();
    const { rent: rentOne, pacing } = program("a");
    await rentOne();
    const refused = () => Promise.reject(new RateLimitedError({ status: 429, code: "x", route: "GET", said: "" }));
    await pacing.paced(list, {}, refused).catch(() => {});
    await clock.sleep(60 * SECOND);
    await rentOne();
    expect(looks()).toBe(1);
    expect(calls.at(-1)?.at).toBe(60);
    await clock.sleep(20 * 60 * SECOND);
    await rentOne();
    expect(looks()).toBe(1);
  });
});

describe("a program that was refused", () => {
  /** `b` comes one second after `a`, which rents three. */
  async function refusedBeside() {
    const account = anAccount();
    const [a, b] = [account.program("a"), account.program("b")];
    const renting = a.rentMany(3);
    await account.clock.sleep(SECOND);
    return { ...account, renting, b };
  }

  it("waits for a pause of the one that is renting, which goes on", async () => {
    const { calls, clock, renting, b } = await refusedBeside();
    const startedAt = clock.now();
    const toldAt: number[] = [];
    const onYield = () => toldAt.push((clock.now() - startedAt) / SECOND);
    await Promise.all([renting, b.rent(undefined, undefined, onYield)]);
    // As soon as the route, which its call has closed, would be open again.
    expect(toldAt[0]).toBeLessThan(15);
    expect(calls.filter(({ passed }) => passed).map(({ program }) => program)).toEqual(["a", "a", "a", "b"]);
    expect(calls.filter(({ passed }) => !passed).map(({ program }) => program)).toEqual(["b", "a"]);
  });

  it("is told in the pause that others have rented meanwhile, and sends nothing", async () => {
    const { calls, renting, b } = await refusedBeside();
    const overtaken = new Error("overtaken");
    const told = errorOf(
      b.rent(() => {
        throw overtaken;
      }),
    );
    await renting;
    expect(await told).toBe(overtaken);
    expect(calls.filter(({ program }) => program === "b")).toHaveLength(1);
    await b.rent(() => {
      throw overtaken;
    });
    expect(calls.at(-1)).toMatchObject({ program: "b", passed: true });
  });

  it("waits an hour for a pause that does not come, and those who stand behind it no longer", async () => {
    const { calls, clock, made, program } = anAccount();
    const [a, b] = [program("a"), program("b")];
    a.rentMany(1000).catch(() => {});
    await clock.sleep(SECOND);
    const told = await Promise.all([errorOf(b.rent()), errorOf(b.rent())]);
    expect(told).toMatchObject([{ code: "account_busy" }, { code: "account_busy" }]);
    const minutes = made.length * (rent.minIntervalSeconds / 60);
    expect(minutes).toBeGreaterThan(58);
    expect(minutes).toBeLessThan(62);
    expect(calls.filter((call) => call.program === "b")).toHaveLength(1);
  });

  it("can be cancelled while it waits, at once", async () => {
    const { clock, calls, renting, b } = await refusedBeside();
    const cancelled = new AbortController();
    const told = errorOf(b.rent(undefined, cancelled.signal));
    await clock.sleep(15 * SECOND);
    cancelled.abort(new CancelledError());
    const before = clock.now();
    expect(await told).toBe(cancelled.signal.reason);
    expect(clock.now()).toBe(before);
    await renting;
    expect(calls.filter(({ program }) => program === "b")).toHaveLength(1);
  });
});

it("goes on by 429 alone where it cannot see what others rent", async () => {
  const clock = testClock();
  const limits = createLimits(0);
  let passed = 0;
  const one = () => {
    const pacing = createPacing({ clock, newest: () => Promise.reject(new Error("no permission")) });
    return withRetry("rents", clock, undefined, () =>
      pacing.paced(rent, {}, async () => {
        const refused = limits.check("account", rent, clock.now());
        if (refused)
          throw new RateLimitedError({ status: 429, code: "x", route: "PUT", said: "", thresholdSeconds: 12 });
        passed += 1;
      }),
    );
  };
  await Promise.all([one(), one(), one()]);
  expect(passed).toBe(3);
});
