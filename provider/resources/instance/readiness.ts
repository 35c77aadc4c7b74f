import type { WireInstance } from "../../api/instance-row.js";
import { type BootFault, faultIn, sameOnAnyMachine } from "./boot-faults.js";
import { withoutProgress } from "./host-words.js";

/** What one look means. */
export type Verdict =
  | { readonly is: "ready" }
  /**
   * Go on waiting. `said`: the host's own words, which can hold secrets. `nudge: "start"`: nobody asked the host to start the container, so ask.
   */
  | { readonly is: "pending"; readonly because: string; readonly said?: string; readonly nudge?: "start" }
  /** Waiting does not help. */
  | ({ readonly is: "failed" } & Failure)
  /** Not in the list although it should be by now: to be confirmed by its id. */
  | { readonly is: "absent" };

/** Why an instance cannot become what is wanted. */
export interface Failure {
  readonly because: string;
  /** The host's own words, which can hold secrets. */
  readonly said?: string;
  readonly fault: "host" | "user" | "unknown";
  /** Set when the image may be at fault as well as the host: a text that is the same when another machine fails like this. */
  readonly unclear?: string;
}

/** What is waited for. */
export interface Goal {
  readonly targetState: "running" | "stopped";
  /** When the waiting began, in milliseconds of the clock. */
  readonly since: number;
  /**
   * What was done just before, because answers lag behind: after a `start` the old `exited` can still show, after an in-place
   * `update` of the container the old `running`.
   */
  readonly after: "rent" | "start" | "update" | "nothing";
  /** Image that the new container is to have, after an in-place update. */
  readonly image?: string | undefined;
  /** What the program wants to run: arguments, entrypoint, start script. The row tells those of a template. */
  readonly asked?: readonly string[];
}

/** What was seen before, as far as it matters for the next verdict. */
export interface History {
  /** The instance was in an answer at least once. */
  readonly everSeen: boolean;
  /** Each status that was seen. */
  readonly statuses: readonly string[];
  /** When the present combination of states and message was first seen, and how often since. */
  readonly unchangedSince: number;
  readonly timesUnchanged: number;
  /** What the host reports changed at least once since the first look, or since the start waited for its GPU. */
  readonly moved: boolean;
  /** When the start was last seen to wait for its GPU. */
  readonly queuedAt: number;
  readonly fingerprint: string;
  /** The part of it that the host reports. */
  readonly report: string;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** A fresh contract can be missing from answers for some seconds (vast-api.md §2.2). */
export const FRESH_MS = MINUTE_MS;
/** After a start the old `exited` and its message can show for minutes (vast-api.md §2.8). */
const STALE_AFTER_START_MS = 3 * MINUTE_MS;
/** After an in-place update the old `running` can show; how long is not known. */
const STALE_AFTER_UPDATE_MS = 30 * SECOND_MS;
/** Heartbeats get lost; a host that is silent for longer has a fault. */
const SILENT_HOST_MS = 5 * MINUTE_MS;
/** A bad sign is judged when it was seen this often and this long: the daemon repeats failed steps by itself. */
const STABLE_LOOKS = 3;
const STABLE_MS = 10 * SECOND_MS;

/** States in which the container is on its way. */
const ON_ITS_WAY = new Set([
  "created",
  "loading",
  "scheduling",
  "rebooting",
  "recycling",
  "restarting",
  "starting",
  "stopping",
]);
const DOWN = new Set(["exited", "stopped"]);

export const NOTHING_SEEN: History = {
  everSeen: false,
  statuses: [],
  unchangedSince: 0,
  timesUnchanged: 0,
  moved: false,
  queuedAt: Number.NEGATIVE_INFINITY,
  fingerprint: "",
  report: "",
};

/** The history after one more look. */
export function remember(history: History, row: WireInstance | undefined, at: number): History {
  const fingerprint = row
    ? JSON.stringify([row.actual_status, row.intended_status, row.cur_state, row.status_msg])
    : "absent";
  const report = row ? JSON.stringify([row.actual_status, row.status_msg]) : "absent";
  const same = fingerprint === history.fingerprint;
  const queued = row?.cur_state === "stopped" && row.intended_status === "running";
  const status = row?.actual_status ?? undefined;
  return {
    everSeen: history.everSeen || row !== undefined,
    statuses:
      status === undefined || history.statuses.includes(status) ? history.statuses : [...history.statuses, status],
    unchangedSince: same ? history.unchangedSince : at,
    timesUnchanged: same ? history.timesUnchanged + 1 : 1,
    // Once the GPU is free, what the host reported of the last run shows again for a while.
    moved: !queued && (history.moved || (report !== history.report && history.report !== NOTHING_SEEN.report)),
    queuedAt: queued ? at : history.queuedAt,
    fingerprint,
    report,
  };
}

/** Judges one look in the light of those before; `history` includes this one. Pure. Evidence: vast-api.md §2.8 and §7. */
export function judge(row: WireInstance | undefined, history: History, goal: Goal, at: number): Verdict {
  const age = at - goal.since;
  if (!row)
    return history.everSeen || age > FRESH_MS ? { is: "absent" } : pending("the new contract does not show yet");
  return goal.targetState === "stopped" ? judgeStop(row) : judgeRun(row, history, goal, at);
}

/** `cur_state` decides: a stopped container usually says `exited`, never surely `stopped`. */
function judgeStop(row: WireInstance): Verdict {
  if (row.cur_state === "stopped" && row.actual_status !== "running") return { is: "ready" };
  return pending(`stopping (status ${row.actual_status ?? "null"})`);
}

function judgeRun(row: WireInstance, history: History, goal: Goal, at: number): Verdict {
  const age = at - goal.since;
  // After a start or an update the signs of before can still show, until anything moves.
  const asked = goal.after === "start" || goal.after === "update" ? goal.since : Number.NEGATIVE_INFINITY;
  const maybeOld = !history.moved && at - Math.max(asked, history.queuedAt) < STALE_AFTER_START_MS;
  const settled = history.timesUnchanged >= STABLE_LOOKS && at - history.unchangedSince >= STABLE_MS;
  const stable = settled && !maybeOld;
  const status = row.actual_status ?? null;
  const fault = faultIn(row.status_msg ?? "", askedOf(row, goal));

  if (status === "running" && row.intended_status !== "stopped" && row.cur_state !== "stopped") {
    const onlyUp = history.statuses.every((seen) => seen === "running");
    const maybeStale = goal.after === "update" && onlyUp && age < STALE_AFTER_UPDATE_MS;
    const otherImage = goal.image !== undefined && row.image_uuid !== goal.image && age < STALE_AFTER_START_MS;
    return maybeStale || otherImage ? pending("the container is being made anew") : { is: "ready" };
  }
  if (row.cur_state === "stopped" && row.intended_status === "running") {
    const bid = row.dph_base ?? 0;
    const cannotWin = row.is_bid && typeof row.min_bid === "number" && bid < row.min_bid;
    // A bid that never ran and lies below the least one waits for nothing, and its disk is billed.
    if (cannotWin && settled && goal.after === "rent" && !history.statuses.includes("running")) {
      return {
        is: "failed",
        because: `its bid of ${bid} $/h is below the machine's least bid of ${row.min_bid} $/h`,
        fault: "host",
      };
    }
    return pending(row.is_bid ? "outbid: waiting for the bid to win" : "the start is queued until the GPU is free");
  }
  if (fault && stable) return failed(fault);
  if (row.intended_status === "stopped") return judgeUnasked(row, history, stable, age);
  if (status === null) return pending("the host has not reported yet", row);
  if (ON_ITS_WAY.has(status)) return pending(status, row);
  if (DOWN.has(status)) {
    return stable
      ? { is: "failed", because: `the container ended (status ${status})`, ...wordsOf(row), fault: "user" }
      : pending(`status ${status}`);
  }
  if (status === "unknown" || status === "offline") {
    return at - history.unchangedSince >= SILENT_HOST_MS
      ? { is: "failed", because: `the host has been ${status} for 5 minutes`, fault: "host" }
      : pending(`the host is ${status}`);
  }
  const odd =
    status === "frozen"
      ? "the container is paused (status frozen)"
      : `Vast reports a status that this provider does not know: "${status}"`;
  return stable ? { is: "failed", because: odd, fault: "unknown" } : pending(`status ${status}`);
}

/**
 * The contract is meant to be stopped although we want it running, and no fault is told: with one the boot failed, and Vast gave up (seen with
 * images that cannot be pulled); without one the host was never asked to start (recorded 2026-05-18).
 */
function judgeUnasked(row: WireInstance, history: History, stable: boolean, age: number): Verdict {
  if (!stable) return pending(`status ${row.actual_status ?? "null"}, meant to be stopped`);
  // Nobody's boot failed: to start it again, or to take another machine, would be against the will of whoever stopped it.
  if (history.statuses.includes("running")) {
    return { is: "failed", because: "it ran, and then somebody stopped it", fault: "unknown" };
  }
  if (age > STALE_AFTER_START_MS) {
    return { is: "failed", because: "the host was asked to start the container and did not", fault: "host" };
  }
  return { is: "pending", because: "the contract was made without starting; asking for the start", nudge: "start" };
}

/** What the program wants to run, by its own words and by those of the contract, which a template may have written. */
function askedOf(row: WireInstance, { asked = [] }: Goal): readonly string[] {
  return [...asked, ...(row.image_args ?? []), ...(row.onstart ? [row.onstart] : [])];
}

function failed(fault: BootFault): Verdict {
  const { whose, name: because, said } = fault;
  return whose === "unclear"
    ? { is: "failed", because, said, fault: "host", unclear: sameOnAnyMachine(fault) }
    : { is: "failed", because, said, fault: whose };
}

/** Pending, with the host's words where the row is given. */
function pending(because: string, row?: WireInstance): Verdict {
  const said = row?.status_msg?.trim();
  return { is: "pending", because, ...(said ? { said } : {}) };
}

/** The host's last words, unless they are old ones of progress or success. */
function wordsOf(row: WireInstance): { said?: string } {
  const said = withoutProgress(row.status_msg ?? "");
  return said === "" ? {} : { said };
}
