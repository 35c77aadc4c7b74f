import { describe, expect, it } from "vitest";
import { createWatcher, type Feed, type Look } from "../../provider/account/watcher.js";
import { WireInstance } from "../../provider/api/instance-row.js";
import type { Clock } from "../../provider/clock.js";
import { CancelledError, ConnectionError, VastError } from "../../provider/errors.js";
import { errorOf, testClock } from "../api/tiny-server.js";
import type { VirtualClock } from "../support/virtual-clock.js";
import { accountWith } from "./rented.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const row = (id: number, more = {}) => WireInstance.parse({ id, actual_status: "loading", ...more });
const never = new Promise<never>(() => {});

/** A watcher whose looks are noted, in milliseconds from the start; `answer` says what the service shows. */
function watched(
  answer: (ids: number[], nth: number) => Promise<WireInstance[]> = async (ids) => ids.map((id) => row(id)),
) {
  const clock = testClock();
  const startedAt = clock.now();
  const looks: { at: number; ids: number[] }[] = [];
  let sleepers = 0;
  const sleep: Clock["sleep"] = async (ms, signal) => {
    sleepers += 1;
    await clock.sleep(ms, signal).finally(() => {
      sleepers -= 1;
    });
  };
  const watcher = createWatcher({ ...clock, sleep }, async (ids) => {
    looks.push({ at: clock.now() - startedAt, ids: [...ids].sort() });
    return answer(ids, looks.length - 1);
  });
  const open = (id: number, lastsMs = HOUR) => watcher.open(id, clock.now() + lastsMs);
  const until = (ms: number) => clock.sleep(startedAt + ms - clock.now());
  return { clock, looks, open, until, elapsed: () => clock.now() - startedAt, sleepers: () => sleepers };
}

/** Takes every look of a feed until its deadline; when each arrived. */
async function follow(clock: VirtualClock, feed: Feed, lastsMs: number): Promise<Look[]> {
  const deadline = clock.now() + lastsMs;
  const looks: Look[] = [];
  while (clock.now() < deadline) looks.push(await feed.next(undefined));
  feed.close();
  return looks;
}

describe("a feed", () => {
  it("has its first look at once", async () => {
    const { open, elapsed } = watched();
    const look = await open(5).next(undefined);
    expect(look.row).toEqual(row(5));
    expect(elapsed()).toBeLessThan(100);
  });

  it("says when its answer arrived", async () => {
    const { open, clock } = watched(async (ids) => {
      await clock.sleep(700);
      return ids.map((id) => row(id));
    });
    const { at } = await open(5).next(undefined);
    expect(at).toBe(clock.now());
  });

  it("has no row where the list does not have the id, and no trouble", async () => {
    const { open } = watched(async () => [row(6)]);
    expect(await open(5).next(undefined)).toEqual({ at: expect.any(Number), row: undefined });
  });

  it("looks every 1.5 seconds, after 5 minutes every 5, after 15 every 15", async () => {
    const { clock, open, looks } = watched();
    await follow(clock, open(5), 20 * MINUTE);
    const gaps = looks.slice(1).map(({ at }, i) => ({ at, gap: Math.round((at - Number(looks[i]?.at)) / 100) / 10 }));
    const gapsBetween = (from: number, to: number) => [
      ...new Set(gaps.filter(({ at }) => at > from * MINUTE && at < to * MINUTE).map(({ gap }) => gap)),
    ];
    expect(gapsBetween(0, 5)).toEqual([1.5]);
    expect(gapsBetween(5.1, 15)).toEqual([5]);
    expect(gapsBetween(15.3, 19.7)).toEqual([15]);
  });

  it("gives the newest look to whoever comes late, and each only once", async () => {
    const { open, until } = watched(async (ids, nth) => ids.map((id) => row(id, { status_msg: String(nth) })));
    const feed = open(5);
    await until(9 * SECOND);
    expect((await feed.next(undefined)).row?.status_msg).toBe("5");
    expect((await feed.next(undefined)).row?.status_msg).toBe("6");
  });

  it("gives the newest look also to whoever took one before and then missed some", async () => {
    const { open, until, elapsed } = watched(async (ids, nth) => ids.map((id) => row(id, { status_msg: String(nth) })));
    const feed = open(5);
    await feed.next(undefined);
    await until(9 * SECOND);
    expect((await feed.next(undefined)).row?.status_msg).toBe("5");
    expect(elapsed()).toBe(9 * SECOND);
  });

  it("ends at once for a caller that is cancelled, and goes on for others", async () => {
    const { open, elapsed } = watched(async (ids, nth) => (nth === 0 ? ids.map((id) => row(id)) : never));
    const [first, second] = [open(5), open(6)];
    await Promise.all([first.next(undefined), second.next(undefined)]);
    const before = elapsed();
    const controller = new AbortController();
    const cancelled = first.next(controller.signal);
    controller.abort(new CancelledError());
    expect(await errorOf(cancelled)).toBe(controller.signal.reason);
    expect(elapsed()).toBe(before);
  });
});

it("hands on each page as soon as it has come", async () => {
  const { clock, open, elapsed } = watched(async (ids) => {
    if (ids.includes(25)) await clock.sleep(4 * SECOND);
    return ids.map((id) => row(id));
  });
  const feeds = Array.from({ length: 26 }, (_, i) => open(i));
  await Promise.all(feeds.slice(0, 25).map((feed) => feed.next(undefined)));
  expect(elapsed()).toBeLessThan(100);
  await feeds[25]?.next(undefined);
  expect(elapsed()).toBeGreaterThanOrEqual(4 * SECOND);
});

it("gives a page up that does not come, so that the others are looked at again", async () => {
  const { open, elapsed } = watched(async (ids) => (ids.includes(25) ? never : ids.map((id) => row(id))));
  const feeds = Array.from({ length: 26 }, (_, i) => open(i));
  await feeds[0]?.next(undefined);
  expect((await feeds[0]?.next(undefined))?.row?.id).toBe(0);
  expect(elapsed()).toBeLessThan(4 * MINUTE);
});

it("keeps its pace however long an answer takes", async () => {
  const { clock, open, looks } = watched(async (ids) => {
    await clock.sleep(SECOND);
    return ids.map((id) => row(id));
  });
  await follow(clock, open(5), 10 * SECOND);
  expect(looks.slice(0, 5).map(({ at }) => Math.round((2 * at) / SECOND) / 2)).toEqual([0, 1.5, 3, 4.5, 6]);
});

describe("a newcomer", () => {
  it("is served at once, however slowly the others are looked at", async () => {
    const { open, until, elapsed } = watched();
    open(5, 2 * HOUR);
    for (let seconds = 0; seconds < 60; seconds += 7) {
      await until(30 * MINUTE + seconds * SECOND);
      const newcomer = open(100 + seconds);
      const came = elapsed();
      await newcomer.next(undefined);
      expect(elapsed() - came).toBeLessThan(100);
      newcomer.close();
    }
  });

  it("is served right after the look that was on its way when it came", async () => {
    const { clock, open, until, elapsed } = watched(async (ids) => {
      await clock.sleep(3 * SECOND);
      return ids.map((id) => row(id));
    });
    open(5);
    await until(1 * SECOND);
    const look = await open(6).next(undefined);
    expect(look.row?.id).toBe(6);
    expect(elapsed()).toBeLessThan(6.2 * SECOND);
  });

  it("makes the looks quick for all, until it leaves", async () => {
    const { open, until, looks } = watched();
    open(5, 2 * HOUR);
    await until(30 * MINUTE);
    const newcomer = open(6);
    await until(31 * MINUTE);
    newcomer.close();
    await until(35 * MINUTE);
    const count = (from: number, to: number) =>
      looks.filter(({ at }) => at > from * MINUTE && at <= to * MINUTE).length;
    expect(count(30, 31)).toBeGreaterThanOrEqual(29);
    expect(count(31.5, 34.5)).toBeLessThanOrEqual(13);
  });

  it("shares its first look with those who come in the same moment", async () => {
    const { open, looks } = watched();
    await Promise.all([5, 6, 7].map((id) => open(id).next(undefined)));
    expect(looks.map(({ ids }) => ids)).toEqual([[5, 6, 7]]);
  });

  it("is served when everybody else left while a look was on its way", async () => {
    const { clock, open, until, elapsed } = watched(async (ids) => {
      await clock.sleep(3 * SECOND);
      return ids.map((id) => row(id));
    });
    const first = open(5);
    await until(1 * SECOND);
    first.close();
    await until(60 * SECOND);
    await open(6).next(undefined);
    expect(elapsed()).toBeLessThan(64 * SECOND);
  });

  it("is served when everybody else left in the moment before", async () => {
    const { open, until, elapsed } = watched();
    const first = open(5);
    await until(30 * SECOND);
    first.close();
    const look = await open(5).next(undefined);
    expect(look.row?.id).toBe(5);
    expect(elapsed()).toBeLessThan(30.2 * SECOND);
  });
});

describe("the deadline of a feed", () => {
  it.each([
    ["in the quick minutes", 3 * MINUTE + 700],
    ["in the slow ones", 25 * MINUTE + 700],
    ["that comes soon", 900],
  ])("has a last look just before it, %s", async (_when, lastsMs) => {
    const { clock, open } = watched();
    const deadline = clock.now() + lastsMs;
    const looks = await follow(clock, open(5, lastsMs), lastsMs);
    const times = looks.filter(({ trouble }) => !trouble).map(({ at }) => deadline - at);
    expect(Math.min(...times)).toBeLessThanOrEqual(1.5 * SECOND);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(0);
  });

  it("is kept for each of many", async () => {
    const { clock, open } = watched();
    const lasts = Array.from({ length: 20 }, (_, i) => 17 * MINUTE + i * 1234);
    const startedAt = clock.now();
    const all = await Promise.all(lasts.map((lastsMs, i) => follow(clock, open(i, lastsMs), lastsMs)));
    for (const [i, looks] of all.entries()) {
      const deadline = startedAt + Number(lasts[i]);
      const last = Math.max(...looks.filter(({ trouble }) => !trouble).map(({ at }) => at));
      expect(deadline - last).toBeLessThanOrEqual(1.5 * SECOND);
    }
  });

  it("ends a wait for a look that never comes, with the reason", async () => {
    const { open, elapsed } = watched(() => never);
    const look = await open(5, 30 * SECOND).next(undefined);
    expect(elapsed()).toBe(30 * SECOND);
    expect(look.row).toBeUndefined();
    expect(look.trouble).toBeInstanceOf(VastError);
    expect(look.trouble).toMatchObject({ code: "no_look", message: expect.stringContaining("instance 5") });
  });

  it("that has passed still gives the look that is there", async () => {
    const { open, until } = watched();
    const feed = open(5, 10 * SECOND);
    await until(11 * SECOND);
    expect((await feed.next(undefined)).row?.id).toBe(5);
  });

  it.each<[string, AbortSignal | undefined]>([
    ["the look comes first", undefined],
    ["the caller is cancelled", AbortSignal.abort()],
  ])("leaves no timer behind when %s, which would keep the process alive", async (_what, signal) => {
    const { clock, open, sleepers } = watched();
    const feed = open(5);
    await feed.next(signal).catch(() => {});
    feed.close();
    await clock.sleep(SECOND);
    expect(sleepers()).toBe(0);
  });
});

describe("nobody waiting", () => {
  it("ends the looks", async () => {
    const { open, until, looks } = watched();
    const feed = open(5);
    await until(10 * SECOND);
    feed.close();
    const before = looks.length;
    await until(10 * MINUTE);
    expect(looks.length).toBe(before);
  });

  it("ends the looks also when the last one left while one was on its way", async () => {
    const { clock, open, until, looks } = watched(async (ids) => {
      await clock.sleep(3 * SECOND);
      return ids.map((id) => row(id));
    });
    const feed = open(5);
    await until(1 * SECOND);
    feed.close();
    await until(10 * MINUTE);
    expect(looks).toHaveLength(1);
  });

  it("for one leaves the others alone", async () => {
    const { open, until, looks } = watched();
    const [first] = [open(5), open(6)];
    await until(10 * SECOND);
    first.close();
    await until(20 * SECOND);
    expect(looks.at(-1)?.ids).toEqual([6]);
  });
});

describe("trouble", () => {
  it("is told to everybody who waits, and the next look is made all the same", async () => {
    const reset = new ConnectionError("GET /api/v1/instances/", "unknown", "ECONNRESET");
    const { open } = watched(async (ids, nth) => {
      if (nth === 0) throw reset;
      return ids.map((id) => row(id));
    });
    const feeds = [open(5), open(6)];
    const first = await Promise.all(feeds.map((feed) => feed.next(undefined)));
    expect(first.map(({ trouble }) => trouble)).toEqual([reset, reset]);
    const second = await Promise.all(feeds.map((feed) => feed.next(undefined)));
    expect(second.map(({ row, trouble }) => [row?.id, trouble])).toEqual([
      [5, undefined],
      [6, undefined],
    ]);
  });
});

describe("instances of one account", () => {
  /** How many list calls one look at this many waiting instances costs. */
  async function callsPerLook(contracts: number): Promise<number> {
    const { account, clock, ids, listCalls } = await accountWith(contracts);
    const feeds = ids.map((id) => account.watcher.open(id, clock.now() + HOUR));
    const before = listCalls();
    const looks = await Promise.all(feeds.map((feed) => feed.next(undefined)));
    for (const feed of feeds) feed.close();
    expect(looks.map(({ row }) => row?.id)).toEqual(ids);
    return listCalls() - before;
  }

  it.each([
    [1, 1],
    [25, 1],
    [26, 2],
    [50, 2],
    [51, 3],
  ])("%i that wait cost %i list calls a look", async (contracts, calls) => {
    expect(await callsPerLook(contracts)).toBe(calls);
  });
});
