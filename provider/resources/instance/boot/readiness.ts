import type { WireInstance } from "../../../api/instance-row.js";
import { MINUTE_MS } from "../../../clock.js";
import { type BootFault, faultIn, sameOnAnyMachine } from "./boot-faults.js";
import { mayHaveRun } from "./has-run.js";
import type { History } from "./history.js";
import { tellOfSuccess, withoutProgress } from "./host-words.js";

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
  /** Whose it is. `offer`: the machine is as good as any, and another offer may do. */
  readonly fault: "host" | "offer" | "user" | "unknown";
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
  readonly after: "start" | "update" | "nothing";
  /**
   * How a create came by the contract. `rented`: this run rented it, so it is asked to start when nobody was asked, and given up when somebody else has
   * its GPU. `found`: an earlier run rented it, or somebody; who stopped it since meant it. Undefined after a create.
   */
  readonly origin?: "rented" | "found";
  /** A contract that was rented may wait for its GPU: the program says so. */
  readonly mayQueue?: boolean;
  /** Image that the new container is to have, after an in-place update. */
  readonly image?: string | undefined;
  /** How long a host may report the very same thing before its boot counts as stuck. Default the least. */
  readonly patienceMs?: number;
  /** What the program wants to run: arguments, entrypoint, start script. The row tells those of a template. */
  readonly asked?: readonly string[];
}

/** Its start would be queued until whoever has the GPU leaves, which may be never. */
export const GPU_TAKEN: Failure = { because: "somebody else has its GPU, and its start was queued", fault: "host" };

const SECOND_MS = 1000;

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

/**
 * An honest pull of large layers was seen to show one text for six minutes (another client measured it); one that the registry refused to the host
 * showed one for twenty, and would have to the end (recorded 2026-09-03). Between them lies twice the honest one.
 */
const LEAST_PATIENCE_MS = 12 * MINUTE_MS;
/** Whoever gives a boot more time has an image that takes more. */
const PATIENT_PART = 0.4;

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

/** How long a host may report the very same thing, of a boot that may take so many minutes. What it reports while a VM loads is not known. */
export function bootPatienceMs(minutes: number, isVm: boolean): number {
  return isVm ? Number.POSITIVE_INFINITY : Math.max(LEAST_PATIENCE_MS, minutes * MINUTE_MS * PATIENT_PART);
}

/** Judges one look in the light of those before; `history` includes this one. Pure. Evidence: vast-api.md §2.8 and §7. */
export function judge(row: WireInstance | undefined, history: History, goal: Goal, at: number): Verdict {
  const age = at - goal.since;
  // In the first minute lists and ids take turns in not knowing a contract, also after one has shown it.
  if (!row) return age > FRESH_MS ? { is: "absent" } : pending("the contract does not show");
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
  const isQueued = row.cur_state === "stopped" && row.intended_status === "running";
  // What was rented just now has no old words, and its host can fail while the contract seems to wait.
  const isNew = goal.origin === "rented" && goal.after === "nothing" && !history.statuses.includes("running");
  if (fault && (stable || (isQueued && isNew && settled))) return failed(fault);
  if (isQueued) return judgeQueued(row, history, goal, settled);
  if (row.intended_status === "stopped") return judgeUnasked(row, history, goal, { stable, age });
  const { patienceMs = LEAST_PATIENCE_MS } = goal;
  if (stable && showsStandstill(row) && at - history.unchangedSince >= patienceMs) {
    const because = `it has reported nothing new for ${Math.round(patienceMs / MINUTE_MS)} min`;
    return { is: "failed", because, ...words(row.status_msg?.trim()), fault: "host" };
  }
  if (status === null) return pending("the host has not reported yet", row);
  if (ON_ITS_WAY.has(status)) return pending(status, row);
  if (DOWN.has(status)) {
    return stable
      ? {
          is: "failed",
          because: `the container ended (status ${status})`,
          ...words(withoutProgress(row.status_msg ?? "")),
          fault: "user",
        }
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

/** The contract is to run and is stopped: it waits for its GPU. */
function judgeQueued(row: WireInstance, history: History, { origin, mayQueue }: Goal, settled: boolean): Verdict {
  const isRented = origin === "rented" && !history.statuses.includes("running");
  const bid = row.dph_base ?? 0;
  if (!row.is_bid) {
    return settled && isRented && !mayHaveRun(row) && !mayQueue
      ? { is: "failed", ...GPU_TAKEN }
      : pending("the start is queued until the GPU is free");
  }
  // A bid that never ran and lies below the least one waits for nothing, and its disk is billed. Who is outbid before the first look shows `exited`.
  const neverRan = isRented || (origin === "found" && !mayHaveRun(row));
  if (settled && neverRan && typeof row.min_bid === "number" && bid < row.min_bid) {
    const because = `its bid of ${bid} $/h is below the machine's least bid of ${row.min_bid} $/h`;
    return { is: "failed", because, fault: "offer" };
  }
  return pending("outbid: waiting for the bid to win");
}

/**
 * The contract is meant to be stopped although we want it running, and no fault is told: with one the boot failed, and Vast gave up (seen with
 * images that cannot be pulled); without one the host was never asked to start (recorded 2026-05-18).
 */
function judgeUnasked(
  row: WireInstance,
  history: History,
  { origin, after }: Goal,
  { stable, age }: { stable: boolean; age: number },
): Verdict {
  if (!stable) return pending(`status ${row.actual_status ?? "null"}, meant to be stopped`);
  // Nobody's boot failed: to start it again, or to take another machine, would be against the will of whoever stopped it.
  if (history.statuses.includes("running") || (origin === "rented" && after === "nothing" && mayHaveRun(row))) {
    return { is: "failed", because: "it ran, and then somebody stopped it", fault: "unknown" };
  }
  if (origin === "found") {
    return { is: "failed", because: "it is stopped, and this run did not rent it", fault: "unknown" };
  }
  if (age > STALE_AFTER_START_MS) {
    return { is: "failed", because: "the host was asked to start the container and did not", fault: "host" };
  }
  return { is: "pending", because: "the contract was made without starting; asking for the start", nudge: "start" };
}

/**
 * Where an unchanged report is no progress. An image that loads shows its layers one after another; where it shows no text, nothing tells progress
 * from standstill. Without a report, or with a container that was made and not started, there is nothing that could take long.
 */
function showsStandstill({ actual_status: status, status_msg: message }: WireInstance): boolean {
  const text = (message ?? "").trim();
  if (tellOfSuccess(text)) return false;
  return (status ?? null) === null || status === "created" || (status === "loading" && text !== "");
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
  return { is: "pending", because, ...words(row?.status_msg?.trim()) };
}

function words(said: string | undefined): { said?: string } {
  return said ? { said } : {};
}
