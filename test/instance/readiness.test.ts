import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WireInstance } from "../../provider/api/instance-row.js";
import { NOTHING_SEEN, remember } from "../../provider/resources/instance/boot/history.js";
import { bootPatienceMs, type Goal, judge, type Verdict } from "../../provider/resources/instance/boot/readiness.js";
import { recordedInstance } from "../support/recorded.js";

type Sight = readonly [atSeconds: number, row: WireInstance | undefined];

const RUN: Goal = { targetState: "running", since: 0, after: "nothing", origin: "rented" };

/** The verdict of each look of a history. */
function verdicts(sights: readonly Sight[], goal: Goal = RUN): Verdict[] {
  let history = NOTHING_SEEN;
  return sights.map(([seconds, row]) => {
    history = remember(history, row, seconds * 1000);
    return judge(row, history, goal, seconds * 1000);
  });
}

/** The same row at several moments. */
function repeated(row: WireInstance | undefined, ...seconds: number[]): Sight[] {
  return seconds.map((at) => [at, row]);
}

const last = (sights: readonly Sight[], goal?: Goal) => verdicts(sights, goal).at(-1);
const kinds = (sights: readonly Sight[], goal?: Goal) => verdicts(sights, goal).map((verdict) => verdict.is);

const row = (over: Partial<WireInstance>): WireInstance => ({
  id: 1,
  actual_status: "running",
  intended_status: "running",
  cur_state: "running",
  next_state: "running",
  ...over,
});
const provisioning = row({ actual_status: null });
const pulling = recordedInstance("get-instance-loading-pulling", { intended_status: "running", cur_state: "running" });
const running = recordedInstance("get-instance-running");
const stopped = recordedInstance("get-instance-stopped");
const outbid = recordedInstance("get-instance-outbid");
const neverStarted = recordedInstance("get-instance-contract-never-started", { actual_status: "loading" });
const broken = (status_msg: string, over: Partial<WireInstance> = {}) =>
  row({ actual_status: "loading", status_msg, ...over });

describe("waiting for a new instance", () => {
  it("goes from nothing over null and loading to ready", () => {
    const history: Sight[] = [
      [2, undefined],
      [6, provisioning],
      [20, pulling],
      [22, pulling],
      [95, running],
    ];
    expect(kinds(history)).toEqual(["pending", "pending", "pending", "pending", "ready"]);
  });

  it("tells the host's progress", () => {
    expect(last([[20, pulling]])).toEqual({ is: "pending", because: "loading", said: "2741c81b500d: Pull complete" });
  });

  it("reads a row that has hardly a field as not reported yet", () => {
    expect(last([[3, recordedInstance("get-instance-booting-almost-empty")]])).toMatchObject({ is: "pending" });
  });

  it("takes a missing row for absence only after a minute, also when it was there before", () => {
    expect(kinds(repeated(undefined, 5, 59, 61))).toEqual(["pending", "pending", "absent"]);
    const seenBefore: Sight[] = [[5, provisioning], ...repeated(undefined, 7, 59, 61)];
    expect(kinds(seenBefore)).toEqual(["pending", "pending", "pending", "absent"]);
  });

  const stuck = recordedInstance("get-instance-pull-stuck", { intended_status: "running" });
  const MINUTES = [0.5, 6, 12.4, 12.6].map((minutes) => minutes * 60);

  it("gives a host up whose pull shows the same text for twelve minutes, twice what an honest one was seen to take", () => {
    expect(kinds(repeated(stuck, ...MINUTES))).toEqual(["pending", "pending", "pending", "failed"]);
    expect(last(repeated(stuck, ...MINUTES))).toEqual({
      is: "failed",
      because: "it has reported nothing new for 12 min",
      said: "Pulling fs layer",
      fault: "host",
    });
    const moving: Sight[] = [...repeated(stuck, 30, 600), [700, pulling], ...repeated(stuck, 720, 1400)];
    expect(last(moving)).toMatchObject({ is: "pending" });
  });

  it("gives a boot that may take longer more time for one text", () => {
    expect([10, 30, 60, 120].map((minutes) => bootPatienceMs(minutes, false) / 60_000)).toEqual([12, 12, 24, 48]);
    const goal = { ...RUN, patienceMs: bootPatienceMs(60, false) };
    expect(kinds(repeated(stuck, 30, 800, 1469, 1471), goal)).toEqual(["pending", "pending", "pending", "failed"]);
    const vm = { ...RUN, patienceMs: bootPatienceMs(60, true) };
    expect(last(repeated(stuck, 30, 800, 80_000), vm)).toMatchObject({ is: "pending" });
  });

  it.each([
    ["has not reported at all", { actual_status: null }, "failed"],
    ["made the container and did not start it", { actual_status: "created" }, "failed"],
    ["loads without a word, which tells nothing", { actual_status: "loading" }, "pending"],
    ["loads what ran before", { actual_status: "loading", status_msg: "success, running x/ssh" }, "pending"],
    ["restarts", { actual_status: "restarting", status_msg: "stopping" }, "pending"],
  ] as const)("knows standstill of a host that %s", (_, over, is) => {
    expect(last(repeated(row(over), 30, 400, 1200))).toMatchObject({ is });
  });

  it.each<[string, string, "user" | "host"]>([
    ["an unknown image", "Error response from daemon: manifest for x:y not found: manifest unknown", "user"],
    [
      "a private image",
      "Error response from daemon: pull access denied for x, repository does not exist or may require 'docker login'",
      "user",
    ],
    ["a missing login", "unauthorized: authentication required", "user"],
    ["a full disk", "write /var/lib/docker/tmp: no space left on device", "host"],
    ["a broken driver", "OCI runtime create failed: nvidia-container-cli: initialization error", "host"],
    ["a broken builder", "docker_build() error writing dockerfile", "host"],
  ])("tells %s from progress and says whose fault it is, once it is stable", (_, message, fault) => {
    const sights = repeated(broken(message), 30, 32, 34, 36, 38, 41);
    expect(kinds(sights)).toEqual(["pending", "pending", "pending", "pending", "pending", "failed"]);
    expect(last(sights)).toMatchObject({ is: "failed", said: message, fault });
  });

  it("forgives an error that the daemon gets over by itself", () => {
    const history: Sight[] = [
      [30, broken("error pulling layer, retrying")],
      [32, broken("error pulling layer, retrying")],
      [34, pulling],
      [90, running],
    ];
    expect(kinds(history)).toEqual(["pending", "pending", "pending", "ready"]);
  });

  it("sees that the boot failed when Vast gave up on it", () => {
    const gaveUp = broken("pull access denied for x", { intended_status: "stopped", cur_state: "stopped" });
    expect(last(repeated(gaveUp, 60, 65, 70, 75))).toMatchObject({ is: "failed", fault: "user" });
  });

  it("asks for the start of a contract that nobody started, then gives up on the host", () => {
    const sights = repeated(neverStarted, 10, 15, 21);
    expect(kinds(sights)).toEqual(["pending", "pending", "pending"]);
    expect(last(sights)).toMatchObject({ nudge: "start" });
    expect(last(repeated(neverStarted, 10, 100, 181))).toMatchObject({ is: "failed", fault: "host" });
  });

  it("sees that the container ended", () => {
    const exited = row({ actual_status: "exited", status_msg: "success, running x/args\n" });
    expect(kinds(repeated(exited, 40, 45, 50))).toEqual(["pending", "pending", "failed"]);
    expect(last(repeated(exited, 40, 45, 50))).toMatchObject({
      fault: "user",
      because: expect.stringContaining("the container ended"),
    });
  });

  it.each([
    ["ended", { actual_status: "exited" }],
    ["was created", { actual_status: "created" }],
    ["gave up", { actual_status: "loading", intended_status: "stopped", cur_state: "stopped" }],
    ["has not reported", { actual_status: null }],
    ["is paused", { actual_status: "frozen" }],
    ["is silent", { actual_status: "offline" }],
  ] as const)("reads the host's last words also when the container %s", (_, over) => {
    const full = row({ ...over, status_msg: "write /var/lib/docker/x: no space left on device" });
    expect(last(repeated(full, 30, 36, 41))).toMatchObject({
      is: "failed",
      fault: "host",
      because: "its disk is full or broken",
    });
  });

  it("takes an image whose name holds the word of a fault for what it is", () => {
    const named = broken("Pulling from acme/error-reporter");
    expect(last(repeated(named, 30, 36, 41, 60))).toMatchObject({ is: "pending" });
    const halted = row({
      actual_status: "exited",
      intended_status: "stopped",
      cur_state: "stopped",
      status_msg: "success, running acme/error-reporter_1/ssh\n",
    });
    expect(last([[0, row({})], ...repeated(halted, 30, 36, 41)])).toMatchObject({ is: "failed", fault: "unknown" });
  });

  it("knows the program's own words, and those of a template, from a program of the host's", () => {
    const missing = 'OCI runtime create failed: exec: "serve": executable file not found in $PATH: unknown';
    const of = (over: Partial<WireInstance>, asked: string[] = []) =>
      last(repeated(broken(missing, over), 30, 36, 41), { ...RUN, asked });
    expect(of({})).toMatchObject({ fault: "host", unclear: expect.stringContaining("serve") });
    for (const verdict of [of({}, ["serve"]), of({ image_args: ["serve"] }), of({ onstart: "serve --now" })]) {
      expect(verdict).toMatchObject({ fault: "user" });
      expect(verdict).not.toHaveProperty("unclear");
    }
  });

  it("does not call a paused container an ended one", () => {
    const frozen = row({ actual_status: "frozen", status_msg: "success, running x/ssh" });
    expect(last(repeated(frozen, 30, 36, 41))).toEqual({
      is: "failed",
      because: "the container is paused (status frozen)",
      fault: "unknown",
    });
  });

  it("waits for a bid that is outbid and for a queued start", () => {
    expect(last(repeated(outbid, 40, 45, 50, 900))).toEqual({
      is: "pending",
      because: "outbid: waiting for the bid to win",
    });
    const queued = row({ actual_status: "exited", cur_state: "stopped" });
    expect(last(repeated(queued, 40, 45, 50))).toEqual({
      is: "pending",
      because: "the start is queued until the GPU is free",
    });
  });

  it.each(["unknown", "offline"])("gives a host that is %s five minutes", (actual_status) => {
    const silent = row({ actual_status });
    expect(kinds(repeated(silent, 10, 200, 309))).toEqual(["pending", "pending", "pending"]);
    expect(last(repeated(silent, 10, 200, 311))).toMatchObject({ is: "failed", fault: "host" });
    expect(
      last([
        [10, silent],
        [200, pulling],
        [311, silent],
      ]),
    ).toMatchObject({ is: "pending" });
  });

  it.each(["created", "loading", "scheduling", "rebooting", "recycling", "restarting"])(
    "waits through %s",
    (actual_status) => {
      expect(last(repeated(row({ actual_status }), 10, 100, 700))).toEqual({ is: "pending", because: actual_status });
    },
  );

  it("does not loop on a status that it does not know, and names it", () => {
    const odd = row({ actual_status: "teleporting" });
    expect(kinds(repeated(odd, 10, 15, 21))).toEqual(["pending", "pending", "failed"]);
    expect(last(repeated(odd, 10, 15, 21))).toMatchObject({
      because: expect.stringContaining('"teleporting"'),
      fault: "unknown",
    });
  });
});

describe("after a change", () => {
  it("does not believe the old exited for three minutes after a start", () => {
    const goal: Goal = { ...RUN, after: "start" };
    const stale = row({ actual_status: "exited" });
    expect(kinds(repeated(stale, 2, 10, 20, 179), goal)).toEqual(["pending", "pending", "pending", "pending"]);
    expect(last(repeated(stale, 2, 10, 20, 181), goal)).toMatchObject({ is: "failed" });
    expect(last([...repeated(stale, 2, 10), [30, pulling], ...repeated(stale, 60, 65, 71)], goal)).toMatchObject({
      is: "failed",
    });
  });

  it("does not believe the old running right after an update of the container", () => {
    const goal: Goal = { ...RUN, after: "update", image: "new:1" };
    const old = row({ image_uuid: "old:1" });
    const fresh = row({ image_uuid: "new:1" });
    expect(
      kinds(
        [
          [2, old],
          [10, fresh],
          [31, fresh],
        ],
        goal,
      ),
    ).toEqual(["pending", "pending", "ready"]);
    expect(
      kinds(
        [
          [2, old],
          [8, { ...pulling, image_uuid: "new:1" }],
          [12, fresh],
        ],
        goal,
      ),
    ).toEqual(["pending", "pending", "ready"]);
    expect(kinds(repeated(old, 2, 60, 179, 181), goal)).toEqual(["pending", "pending", "pending", "ready"]);
  });

  it("believes running at once when nothing was changed", () => {
    expect(last([[0, running]], { ...RUN, after: "nothing" })).toEqual({ is: "ready" });
  });

  it("takes the contract's state for stopped, whatever the container says", () => {
    const goal: Goal = { ...RUN, targetState: "stopped", after: "nothing" };
    expect(stopped.actual_status).toBe("exited");
    expect(last([[5, stopped]], goal)).toEqual({ is: "ready" });
    expect(
      kinds(
        [
          [5, running],
          [10, row({ cur_state: "stopped" })],
        ],
        goal,
      ),
    ).toEqual(["pending", "pending"]);
  });
});

describe("a container that ran", () => {
  const halted = row({ actual_status: "exited", intended_status: "stopped", cur_state: "stopped" });

  it("is left alone when somebody stops it: neither asked to start nor taken for a broken machine", () => {
    const sights: Sight[] = [[0, running], ...repeated(halted, 60, 70, 80, 600)];
    expect(kinds(sights)).toEqual(["ready", "pending", "pending", "failed", "failed"]);
    expect(last(sights)).toEqual({
      is: "failed",
      because: "it ran, and then somebody stopped it",
      fault: "unknown",
    });
  });

  it("has a boot that failed when the stop comes with a fault", () => {
    const sights: Sight[] = [[0, running], ...repeated({ ...halted, status_msg: "manifest unknown" }, 60, 70, 80)];
    expect(last(sights)).toMatchObject({ is: "failed", said: "manifest unknown", fault: "user" });
  });
});

describe("laws", () => {
  const anyRow = fc.record({
    id: fc.constant(1),
    actual_status: fc.constantFrom(
      null,
      "loading",
      "created",
      "running",
      "exited",
      "stopped",
      "offline",
      "unknown",
      "odd",
    ),
    intended_status: fc.constantFrom(null, "running", "stopped"),
    cur_state: fc.constantFrom(null, "running", "stopped", "unloaded"),
    is_bid: fc.boolean(),
    status_msg: fc.constantFrom(null, "", "Pulling", "error: x", "no space left"),
  });
  const anySights = fc
    .array(fc.tuple(fc.nat(120), fc.option(anyRow, { nil: undefined })), { minLength: 1, maxLength: 30 })
    .map((steps) => {
      let at = 0;
      return steps.map(([wait, seen]): Sight => {
        at += wait;
        return [at, seen as WireInstance | undefined];
      });
    });
  const anyGoal = fc.record({
    targetState: fc.constantFrom("running" as const, "stopped" as const),
    since: fc.constant(0),
    after: fc.constantFrom("start" as const, "update" as const, "nothing" as const),
  });

  it("nothing but a running container is ready when running is wanted, and nothing that runs when stopped is", () => {
    fc.assert(
      fc.property(anySights, anyGoal, (sights, goal) => {
        for (const [i, verdict] of verdicts(sights, goal).entries()) {
          if (verdict.is !== "ready") continue;
          const seen = sights[i]?.[1];
          expect(seen?.actual_status === "running").toBe(goal.targetState === "running");
          if (goal.targetState === "running") expect([seen?.intended_status, seen?.cur_state]).not.toContain("stopped");
          else expect(seen?.cur_state).toBe("stopped");
        }
      }),
    );
  });

  it("a single look never ends the wait badly", () => {
    fc.assert(
      fc.property(anyRow, anyGoal, fc.nat(600), (seen, goal, at) => {
        expect(last([[at, seen as WireInstance]], goal)?.is).not.toBe("failed");
      }),
    );
  });
});
