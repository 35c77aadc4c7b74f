import { describe, expect, it } from "vitest";
import type { DestroyOptions } from "../../provider/account/destroyer.js";
import { createDestroyer } from "../../provider/account/destroyer.js";
import { WireInstance } from "../../provider/api/instance-row.js";
import { ApiError, AuthError, CancelledError, ConnectionError, VastError } from "../../provider/errors.js";
import { clientOf, errorOf, hangUp, json, type Respond, replay, testClock, tinyServer } from "../api/tiny-server.js";
import { accountWith } from "./rented.js";

const MINUTE = 60_000;
const bulk = /^DELETE \/api\/v0\/instances\/$/;
const single = /^DELETE \/api\/v0\/instances\/\d+\/$/;
const options: DestroyOptions = { timeoutMs: 10 * MINUTE };

describe("contracts on Vast", () => {
  it("end and are gone when the call returns", async () => {
    const { account, ids, world } = await accountWith(1);
    await account.destroy(Number(ids[0]), options);
    expect(world.billedContracts()).toEqual([]);
  });

  it("end in one call when they end together", async () => {
    const { account, ids, world, calls } = await accountWith(30);
    await Promise.all(ids.map((id) => account.destroy(id, options)));
    expect(world.billedContracts()).toEqual([]);
    expect([calls(bulk), calls(single)]).toEqual([1, 0]);
  });

  it("are seen to be gone in lists, when they end together: looks by id are seconds apart", async () => {
    const { account, ids, world, calls } = await accountWith(30);
    await Promise.all(ids.map((id) => account.destroy(id, options)));
    expect(world.billedContracts()).toEqual([]);
    expect(calls(/^GET /)).toBe(3);
    expect(calls(/^GET \/api\/v0\/instances\/\d+\/$/)).toBe(0);
  });

  it("end in calls of 64", async () => {
    const { account, ids, world, calls } = await accountWith(65);
    await Promise.all(ids.map((id) => account.destroy(id, options)));
    expect(world.billedContracts()).toEqual([]);
    expect([calls(bulk), calls(single)]).toEqual([1, 1]);
  });

  it("end with others left alone", async () => {
    const { account, ids, world } = await accountWith(3);
    await Promise.all(ids.slice(0, 2).map((id) => account.destroy(id, options)));
    expect(world.billedContracts().map(({ id }) => id)).toEqual([ids[2]]);
  });

  it("that are gone already have ended", async () => {
    const { account, ids, world } = await accountWith(2);
    await Promise.all(ids.map((id) => account.destroy(id, options)));
    await account.destroy(Number(ids[0]), options);
    await Promise.all(ids.map((id) => account.destroy(id, options)));
    expect(world.billedContracts()).toEqual([]);
  });

  it("that never were have ended", async () => {
    const { account } = await accountWith(0);
    await account.destroy(999_999_999, options);
  });

  it.each(["500-before", "500-after", "hang-up-before", "hang-up-after", "not-json", "429"] as const)(
    "end although one answer is %s",
    async (then) => {
      const { account, ids, world, simulator } = await accountWith(2);
      simulator.faults.add({ on: "DELETE /api/v0/instances/", then });
      await Promise.all(ids.map((id) => account.destroy(id, options)));
      expect(world.billedContracts()).toEqual([]);
    },
  );
});

/** A destroyer over a server that answers bulk and single calls so, and contracts that are there until they end. */
async function destroyerOf(
  respond: { bulk?: Respond; single?: (id: number) => Respond },
  {
    gone = () => false,
    look,
  }: { gone?: (id: number) => boolean; look?: (id: number) => WireInstance | undefined | Promise<undefined> } = {},
) {
  const ended = new Set<number>();
  const calls = { bulk: 0, single: [] as number[] };
  const server = await tinyServer((response, request, nth) => {
    const id = Number(/\/(\d+)\/$/.exec(request.url)?.[1]);
    if (Number.isNaN(id)) {
      calls.bulk += 1;
      (respond.bulk ?? replay("instances-delete-success"))(response, request, nth);
      return;
    }
    calls.single.push(id);
    ended.add(id);
    (respond.single?.(id) ?? replay("instances-delete-success"))(response, request, nth);
  });
  const clock = testClock();
  const there = (id: number) => (ended.has(id) || gone(id) ? undefined : WireInstance.parse({ id, dph_total: 0.3 }));
  const lookAt = async (id: number) => (look ?? there)(id);
  const destroy = createDestroyer(clientOf(server.url, { clock }), clock, { look: lookAt, lookInLists: lookAt });
  return { destroy, calls, clock };
}

describe("a bulk call", () => {
  it.each<[string, Respond]>([
    ["is refused", replay("instances-delete-404-documented")],
    ["does not exist", json({ detail: "Not Found" }, 404)],
    ["answers what nobody knows", json({ results: [] })],
    ["answers a page", (response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>")],
    ["fails", replay("502-html")],
  ])("that %s is followed by one call each", async (_how, respond) => {
    const { destroy, calls } = await destroyerOf({ bulk: respond });
    await Promise.all([1, 2, 3].map((id) => destroy(id, options)));
    expect(calls.single).toEqual([1, 2, 3]);
  });

  it("that is refused because of the key is not followed by anything", async () => {
    const { destroy, calls } = await destroyerOf({ bulk: replay("auth-error-404") });
    const errors = await Promise.all([1, 2, 3].map((id) => errorOf(destroy(id, options))));
    for (const error of errors) expect(error).toBeInstanceOf(AuthError);
    expect(calls.single).toEqual([]);
  });

  it("that cannot reach the service fails each", async () => {
    const { destroy, calls } = await destroyerOf({ bulk: hangUp });
    const errors = await Promise.all([1, 2].map((id) => errorOf(destroy(id, options))));
    for (const error of errors) expect(error).toBeInstanceOf(ConnectionError);
    expect(calls.single).toEqual([]);
  });

  it("that says yes and does nothing is followed by one call each", async () => {
    const { destroy, calls } = await destroyerOf({});
    await Promise.all([1, 2].map((id) => destroy(id, options)));
    expect(calls.single.sort()).toEqual([1, 2]);
  });

  it("is not made for one, or for one that is named twice", async () => {
    const { destroy, calls } = await destroyerOf({});
    await Promise.all([destroy(1, options), destroy(1, options)]);
    expect(calls).toEqual({ bulk: 0, single: [1] });
  });
});

describe("one contract whose call fails", () => {
  it("fails alone", async () => {
    const { destroy } = await destroyerOf({
      bulk: replay("instances-delete-404-documented"),
      single: (id) => (id === 2 ? replay("get-instance-invalid-json-400") : replay("instances-delete-success")),
    });
    const [first, second, third] = await Promise.allSettled([1, 2, 3].map((id) => destroy(id, options)));
    expect([first?.status, third?.status]).toEqual(["fulfilled", "fulfilled"]);
    expect(second).toMatchObject({ status: "rejected", reason: expect.any(ApiError) });
  });
});

describe("a contract that is still there", () => {
  const there = (id: number) => WireInstance.parse({ id, actual_status: "running", dph_total: 0.35 });

  it("is told to end again, and after the time limit is an error that says what it costs and how to end it", async () => {
    const { destroy, calls, clock } = await destroyerOf({}, { look: there });
    const startedAt = clock.now();
    const error = await errorOf(destroy(7, { timeoutMs: MINUTE }));
    expect(error).toBeInstanceOf(VastError);
    expect(error).toMatchObject({ code: "not_destroyed" });
    expect((error as Error).message).toMatch(
      /^Instance 7 was told to end but still exists after 60 s \(status running\)\. .*0\.35 \$\/h.*`vastai destroy instance 7`\.$/,
    );
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(MINUTE);
    expect(clock.now() - startedAt).toBeLessThan(MINUTE + 10_000);
    expect(calls.single.length).toBeGreaterThan(2);
  });

  it("ends the wait at once when the run is cancelled", async () => {
    const controller = new AbortController();
    let looks = 0;
    const { destroy, clock } = await destroyerOf(
      {},
      {
        look: (id) => {
          looks += 1;
          if (looks === 2) controller.abort(new CancelledError());
          return there(id);
        },
      },
    );
    const startedAt = clock.now();
    expect(await errorOf(destroy(7, { ...options, signal: controller.signal }))).toBeInstanceOf(CancelledError);
    expect(clock.now() - startedAt).toBeLessThan(MINUTE);
    expect(looks).toBe(2);
  });
});

describe("a contract that may be too young to show", () => {
  const absent = () => replay("instances-delete-404-documented");

  it("is asked for until it is old enough, and only then is absence its end", async () => {
    const { destroy, clock } = await destroyerOf({ single: absent }, { look: () => undefined });
    const tooYoungUntil = clock.now() + MINUTE;
    await destroy(7, { ...options, tooYoungUntil });
    expect(clock.now()).toBeGreaterThanOrEqual(tooYoungUntil);
  });

  it("is not taken for gone by a look that began when it was too young", async () => {
    let looks = 0;
    const { destroy, clock } = await destroyerOf(
      { single: absent },
      {
        look: async () => {
          looks += 1;
          if (looks === 1) await clock.sleep(2 * MINUTE);
          return undefined;
        },
      },
    );
    await destroy(7, { ...options, tooYoungUntil: clock.now() + MINUTE });
    expect(looks).toBe(2);
  });

  it("is ended once it shows", async () => {
    let shows = false;
    const ended: number[] = [];
    const { destroy, clock } = await destroyerOf(
      {
        single: (id) => {
          if (!shows) return replay("instances-delete-404-documented");
          ended.push(id);
          return replay("instances-delete-success");
        },
      },
      { look: (id) => (shows && ended.length === 0 ? WireInstance.parse({ id }) : undefined) },
    );
    const startedAt = clock.now();
    const destroyed = destroy(7, { ...options, tooYoungUntil: startedAt + MINUTE });
    await clock.sleep(20_000);
    shows = true;
    await destroyed;
    expect(ended).toEqual([7]);
  });

  it("is not told again for itself when it was told to end with others and does not show: calls are seconds apart", async () => {
    const { destroy, calls, clock } = await destroyerOf({}, { look: () => undefined });
    const tooYoungUntil = clock.now() + MINUTE;
    await Promise.all([1, 2, 3].map((id) => destroy(id, { ...options, tooYoungUntil })));
    expect(calls).toEqual({ bulk: 1, single: [] });
    expect(clock.now()).toBeGreaterThanOrEqual(tooYoungUntil);
  });

  it("is told for itself when it shows after it was told to end with others", async () => {
    const { destroy, calls, clock } = await destroyerOf(
      {},
      { look: (id) => (isShown() && !calls.single.includes(id) ? WireInstance.parse({ id }) : undefined) },
    );
    const shownAt = clock.now() + 20_000;
    const isShown = () => clock.now() >= shownAt;
    await Promise.all([1, 2].map((id) => destroy(id, { ...options, tooYoungUntil: clock.now() + MINUTE })));
    expect(calls).toEqual({ bulk: 1, single: [1, 2] });
  });

  it("is told for itself also when answers take turns in showing it", async () => {
    const { destroy, calls, clock } = await destroyerOf(
      {},
      // It shows for some seconds, and not in the look after which it would be told again.
      { look: (id) => (isShown() && !calls.single.includes(id) ? WireInstance.parse({ id }) : undefined) },
    );
    const startedAt = clock.now();
    const isShown = () => clock.now() >= startedAt + 46_000 && clock.now() < startedAt + 56_000;
    await Promise.all([1, 2].map((id) => destroy(id, { ...options, tooYoungUntil: startedAt + MINUTE })));
    expect(calls.single.sort()).toEqual([1, 2]);
  });

  it("has ended at once when its own call says so", async () => {
    const { destroy, clock } = await destroyerOf({});
    const startedAt = clock.now();
    await destroy(7, { ...options, tooYoungUntil: startedAt + MINUTE });
    expect(clock.now() - startedAt).toBeLessThan(1000);
  });

  it("shows in the simulator's world only after a while, and is ended all the same", async () => {
    const { account, world, clock } = await accountWith(0);
    Object.assign(world.settings, { listLagSeconds: 20, nullReadsAfterCreate: 3 });
    const body = { client_id: "me", image: "a:b", disk: 8, env: {}, label: "x", target_state: "running" } as const;
    const { id } = await account.client.instances.rent(world.addOffer(), { ...body, cancel_unavail: true });
    await account.destroy(id, { ...options, tooYoungUntil: clock.now() + MINUTE });
    expect(world.billedContracts()).toEqual([]);
  });
});
