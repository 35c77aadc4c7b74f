import { describe, expect, it } from "vitest";
import type { WireInstance } from "../../provider/api/instance-row.js";
import { NOTHING_SEEN, remember } from "../../provider/resources/instance/boot/history.js";
import { type Goal, GPU_TAKEN, judge, type Verdict } from "../../provider/resources/instance/boot/readiness.js";

const RUN: Goal = { targetState: "running", since: 0, after: "nothing", origin: "rented" };
const FOUND: Goal = { ...RUN, origin: "found" };
const STOP: Goal = { targetState: "stopped", since: 0, after: "nothing" };

const row = (over: Partial<WireInstance>): WireInstance => ({
  id: 1,
  actual_status: "running",
  intended_status: "running",
  cur_state: "running",
  next_state: "running",
  ...over,
});

/** The last verdict on a row seen at these seconds, after other rows seen at second 0 and on. */
function seen(
  last: WireInstance | undefined,
  seconds: readonly number[],
  goal = RUN,
  ...before: WireInstance[]
): Verdict {
  let history = NOTHING_SEEN;
  for (const [i, earlier] of before.entries()) history = remember(history, earlier, i);
  let verdict: Verdict | undefined;
  for (const at of seconds) {
    history = remember(history, last, at * 1000);
    verdict = judge(last, history, goal, at * 1000);
  }
  if (!verdict) throw new Error("nothing was seen");
  return verdict;
}

const because = (text: string) => ({ is: "pending", because: text });

describe("a bid", () => {
  const low = { is_bid: true, dph_base: 0.2, min_bid: 0.3, cur_state: "stopped", actual_status: "created" };
  const outbid = because("outbid: waiting for the bid to win");
  const stable = [2, 8, 12];

  it("below the least one of a machine that it never ran on is given up, which says nothing against the machine", () => {
    expect(seen(row(low), stable)).toEqual({
      is: "failed",
      because: "its bid of 0.2 $/h is below the machine's least bid of 0.3 $/h",
      fault: "offer",
    });
    expect(seen(row({ ...low, dph_base: null }), stable)).toMatchObject({
      because: expect.stringMatching(/^its bid of 0 \$\/h/),
    });
  });

  it.each<[string, WireInstance, Goal, WireInstance[]]>([
    ["equals the least one", row({ ...low, dph_base: 0.3 }), RUN, []],
    ["lies above it", row({ ...low, dph_base: 0.4 }), RUN, []],
    ["stands against none that is known", row({ ...low, min_bid: null }), RUN, []],
    ["won before", row(low), RUN, [row({ is_bid: true })]],
    ["was started again", row(low), { targetState: "running", after: "start", since: -1_000_000 }, []],
    ["may have run before this run found it", row({ ...low, actual_status: "exited" }), FOUND, []],
  ])("is waited for when it %s", (_, last, goal, before) => {
    expect(seen(last, stable, goal, ...before)).toEqual(outbid);
  });

  it("that an earlier run made is given up likewise, when it certainly never ran", () => {
    expect(seen(row(low), stable, FOUND)).toMatchObject({ is: "failed" });
  });

  it("is waited for until the sight is stable", () => {
    expect(seen(row(low), [2, 12])).toEqual(outbid);
    expect(seen(row(low), [2, 8, 11])).toEqual(outbid);
  });
});

describe("a start that waits for its GPU", () => {
  const taken = row({ cur_state: "stopped", actual_status: "created" });
  const queued = because("the start is queued until the GPU is free");
  const stable = [2, 8, 12];

  it("is given up with what this run rented and never ran, once that is stable", () => {
    expect(seen(taken, stable)).toEqual({ is: "failed", ...GPU_TAKEN });
    expect(seen(taken, [2, 12])).toEqual(queued);
  });

  it.each<[string, WireInstance, Goal, WireInstance[]]>([
    ["the program lets it wait", taken, { ...RUN, mayQueue: true }, []],
    ["its contract was found", taken, FOUND, []],
    ["it was an update that asked for it", taken, { ...RUN, origin: undefined }, []],
    ["its container may have run", { ...taken, actual_status: "exited" }, RUN, []],
    ["its container ran", taken, RUN, [row({})]],
  ])("is waited for when %s", (_, last, goal, before) => {
    expect(seen(last, stable, goal, ...before)).toEqual(queued);
  });
});

describe("a stable bad sign", () => {
  const odd = row({ actual_status: "teleporting" });

  it("was seen three times and for ten seconds, no less", () => {
    expect(seen(odd, [0, 5, 10])).toMatchObject({ is: "failed" });
    expect(seen(odd, [0, 10])).toEqual(because("status teleporting"));
    expect(seen(odd, [0, 5, 9.999])).toEqual(because("status teleporting"));
  });

  it("is the same combination of all states and of the message", () => {
    for (const other of [
      { actual_status: "odd" },
      { intended_status: null },
      { cur_state: null },
      { status_msg: "something" },
    ]) {
      expect(seen(odd, [5, 11], RUN, row({ ...odd, ...other }))).toMatchObject({ is: "pending" });
    }
    expect(seen(odd, [5, 11], RUN, row({ ...odd, label: "another" }))).toMatchObject({ is: "failed" });
  });

  it("is named with the host's words, unless they are old ones of a success", () => {
    const ended = (status_msg: string | null) => seen(row({ actual_status: "exited", status_msg }), [0, 5, 10]);
    const because = "the container ended (status exited)";
    expect(ended(null)).toEqual({ is: "failed", because, fault: "user" });
    expect(ended("success, running x/args\n")).toEqual({ is: "failed", because, fault: "user" });
    expect(ended("  killed\nlater\n")).toEqual({ is: "failed", because, said: "killed later", fault: "user" });
    expect(seen(odd, [0, 5, 10])).toMatchObject({
      because: 'Vast reports a status that this provider does not know: "teleporting"',
    });
  });

  it.each(["exited", "stopped"])("can be %s, pending until then", (actual_status) => {
    expect(seen(row({ actual_status }), [0])).toEqual(because(`status ${actual_status}`));
    expect(seen(row({ actual_status }), [0, 5, 10])).toMatchObject({ is: "failed", fault: "user" });
  });

  it("after a start or an update counts only when something moved, or after three minutes", () => {
    const exited = row({ actual_status: "exited" });
    for (const after of ["start", "update"] as const) {
      expect(seen(exited, [60, 100, 179.999], { ...RUN, after })).toEqual(because("status exited"));
      expect(seen(exited, [60, 100, 180], { ...RUN, after })).toMatchObject({ is: "failed" });
      expect(seen(exited, [20, 30, 40], { ...RUN, after }, row({}))).toMatchObject({ is: "failed" });
    }
    expect(seen(exited, [20, 30, 40], { ...RUN, after: "nothing" })).toMatchObject({ is: "failed" });
  });
});

describe("a start that waited for its GPU", () => {
  const queued = row({ actual_status: "exited", cur_state: "stopped" });
  const served = row({ actual_status: "exited" });
  const waited = (seconds: readonly number[]) => {
    let history = remember(NOTHING_SEEN, row({ actual_status: "offline", cur_state: "stopped" }), 0);
    for (const at of [100, 500]) history = remember(history, queued, at * 1000);
    let verdict: Verdict | undefined;
    for (const at of seconds) {
      history = remember(history, served, at * 1000);
      verdict = judge(served, history, { ...RUN, after: "nothing" }, at * 1000);
    }
    return verdict;
  };

  it("may show the end of the last run for three minutes more, whatever it showed before", () => {
    expect(waited([501, 600, 679.999])).toEqual(because("status exited"));
    expect(waited([501, 600, 680])).toMatchObject({ is: "failed", fault: "user" });
  });

  it("shows an end of this run when the host reported anything since", () => {
    const history = [queued, served, row({ actual_status: "loading" })].reduce(
      (before, seen, i) => remember(before, seen, i * 1000),
      NOTHING_SEEN,
    );
    let after = history;
    for (const at of [10, 20, 30]) after = remember(after, served, at * 1000);
    expect(judge(served, after, { ...RUN, after: "nothing" }, 30_000)).toMatchObject({ is: "failed" });
  });
});

describe("a silent host", () => {
  it.each(["unknown", "offline"])("that is %s is waited for, and given up after exactly five minutes", (status) => {
    const silent = row({ actual_status: status });
    expect(seen(silent, [10, 309.999])).toEqual(because(`the host is ${status}`));
    expect(seen(silent, [10, 310])).toEqual({
      is: "failed",
      because: `the host has been ${status} for 5 minutes`,
      fault: "host",
    });
  });
});

describe("a contract that shows nothing yet", () => {
  it("may be absent for a minute from its rent", () => {
    expect(seen(undefined, [60])).toEqual(because("the contract does not show"));
    expect(seen(undefined, [60.001])).toEqual({ is: "absent" });
    expect(seen(undefined, [60], RUN, row({}))).toMatchObject({ is: "pending" });
    expect(seen(undefined, [100], { ...RUN, since: 40_000 })).toMatchObject({ is: "pending" });
  });

  it("is waited for while its host has not reported", () => {
    expect(seen(row({ actual_status: null }), [5])).toEqual(because("the host has not reported yet"));
    expect(seen(row({ actual_status: undefined }), [0, 5, 10])).toEqual(because("the host has not reported yet"));
  });

  it.each(["created", "loading", "scheduling", "rebooting", "recycling", "restarting", "starting", "stopping"])(
    "is %s with a fault before it is judged",
    (actual_status) => {
      const faulty = row({ actual_status, status_msg: " no space left on device\nsecond " });
      const said = "no space left on device\nsecond";
      expect(seen(faulty, [0])).toEqual({ is: "pending", because: actual_status, said });
      expect(seen(faulty, [0, 5, 10])).toEqual({
        is: "failed",
        because: "its disk is full or broken",
        said: "no space left on device second",
        fault: "host",
      });
    },
  );
});

describe("a contract that is meant to be stopped", () => {
  const unasked = row({ actual_status: "created", intended_status: "stopped", cur_state: "stopped" });

  it("is pending until that is stable", () => {
    expect(seen(unasked, [0])).toEqual(because("status created, meant to be stopped"));
    expect(seen({ ...unasked, actual_status: null }, [0])).toEqual(because("status null, meant to be stopped"));
  });

  it("is started, and its host given up after three minutes", () => {
    expect(seen(unasked, [100, 140, 180])).toEqual({
      is: "pending",
      because: "the contract was made without starting; asking for the start",
      nudge: "start",
    });
    expect(seen(unasked, [100, 140, 180.001])).toEqual({
      is: "failed",
      because: "the host was asked to start the container and did not",
      fault: "host",
    });
  });

  it("is left alone when this run did not rent it, or when it may have run", () => {
    const leftAlone = { is: "failed", fault: "unknown" };
    expect(seen(unasked, [0, 5, 10], FOUND)).toMatchObject(leftAlone);
    expect(seen({ ...unasked, actual_status: "exited" }, [0, 5, 10])).toMatchObject(leftAlone);
    expect(seen({ ...unasked, status_msg: "success, running x/ssh" }, [0, 5, 10])).toMatchObject(leftAlone);
  });

  it("is asked to start by an update although the old exited still shows", () => {
    const goal: Goal = { targetState: "running", since: 0, after: "start" };
    expect(
      seen({ ...unasked, actual_status: "exited" }, [20, 30, 40], goal, row({ actual_status: "loading" })),
    ).toMatchObject({
      nudge: "start",
    });
  });

  it("stops, whatever its host reports", () => {
    expect(seen(row({}), [0], STOP)).toEqual(because("stopping (status running)"));
    expect(seen(row({ actual_status: null }), [0], STOP)).toEqual(because("stopping (status null)"));
    expect(seen(row({ actual_status: "exited", cur_state: "running" }), [0], STOP)).toMatchObject({ is: "pending" });
    expect(seen(row({ actual_status: null, cur_state: "stopped" }), [0], STOP)).toEqual({ is: "ready" });
  });
});

describe("a container that runs", () => {
  it("is not ready while its contract is or will be stopped", () => {
    expect(seen(row({ intended_status: "stopped" }), [0])).toMatchObject({ is: "pending" });
    expect(seen(row({ cur_state: "stopped" }), [0])).toMatchObject({ is: "pending" });
  });

  it("is the old one for thirty seconds after an update, unless another status was seen", () => {
    const goal: Goal = { ...RUN, after: "update" };
    const anew = because("the container is being made anew");
    expect(seen(row({}), [29.999], goal)).toEqual(anew);
    expect(seen(row({}), [30], goal)).toEqual({ is: "ready" });
    expect(seen(row({}), [5], goal, row({ actual_status: "loading" }))).toEqual({ is: "ready" });
    expect(seen(row({}), [5], { ...goal, after: "start" })).toEqual({ is: "ready" });
  });

  it("with another image is the old one for three minutes", () => {
    const goal: Goal = { ...RUN, after: "update", image: "new:1" };
    expect(seen(row({ image_uuid: "old:1" }), [179.999], goal)).toMatchObject({ is: "pending" });
    expect(seen(row({ image_uuid: "old:1" }), [180], goal)).toEqual({ is: "ready" });
    expect(seen(row({ image_uuid: "new:1" }), [40], goal)).toEqual({ is: "ready" });
  });
});
