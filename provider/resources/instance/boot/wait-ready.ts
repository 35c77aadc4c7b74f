import type { Account } from "../../../account/account.js";
import type { WireInstance } from "../../../api/instance-row.js";
import { AuthError, SettingsError, VastError } from "../../../errors.js";
import { beforeDeadline } from "../../../wait.js";
import { NOTHING_SEEN, remember, rememberStart } from "./history.js";
import { causeIn } from "./host-words.js";
import { probe, type Silence, type Wanted, wantedText } from "./probe.js";
import { type Failure, type Goal, GPU_TAKEN, judge } from "./readiness.js";
import { scrubber } from "./scrubber.js";
import type { Known } from "./secret-values.js";

/** How a wait ended. It never ends well by running out of time. */
export type Ending =
  | { readonly is: "ready"; readonly row: WireInstance }
  | {
      readonly is: "failed";
      readonly because: string;
      readonly fault: Failure["fault"];
      readonly unclear?: string;
      readonly row: WireInstance | undefined;
    }
  | {
      readonly is: "timeout";
      readonly because: string;
      readonly row: WireInstance | undefined;
      /** What a running instance did not answer; undefined when it does not run. */
      readonly silent?: Silence | undefined;
      /** The limit that ended it, when it was the one for an answer, which counts from running. */
      readonly answerMinutes?: number | undefined;
    }
  | { readonly is: "gone" }
  /** `onRow` wanted no more of it. */
  | { readonly is: "calledOff"; readonly row: WireInstance };

export interface WaitOptions {
  readonly account: Account;
  readonly id: number;
  readonly goal: Goal;
  /** What it has to answer once it runs; undefined when running is enough. */
  readonly wanted?: Wanted | undefined;
  /** When to stop waiting, in milliseconds of the clock; a time limit of `wanted` takes its place once it runs. */
  readonly deadline: number;
  readonly signal: AbortSignal;
  /** What the container was given and its host could repeat: the reasons that leave this wait hold none of it. */
  readonly known: Known;
  /** Called with every row, before it is judged. Something returned ends the wait. */
  readonly onRow?: (row: WireInstance) => "call off" | undefined;
  /** Called when the reason to wait changes. */
  readonly onPending: (because: string, row: WireInstance | undefined) => void;
}

/** Looks that may fail in a row, each after the client's own repeats, before the wait ends with the fault. */
const MOST_TROUBLES = 10;

/** Follows one instance until it is as wanted, cannot become so, is gone, or the deadline passes. */
export async function waitReady(options: WaitOptions): Promise<Ending> {
  const { account, id, wanted, signal } = options;
  const { clock, watcher, client } = account;
  let { goal, deadline } = options;
  let feed = watcher.open(id, deadline);
  let history = NOTHING_SEEN;
  let last: WireInstance | undefined;
  let because = "";
  let silent: Silence | undefined;
  let runs = false;
  let troubles = 0;
  let nudged = false;
  const waitOn = (reason: string, row: WireInstance | undefined) => {
    if (reason === because) return;
    because = reason;
    options.onPending(because, row);
  };
  // A busy account answers a call after an hour, and this wait has an end.
  const inTime = <T>(work: (bounded: AbortSignal) => Promise<T>) => beforeDeadline(clock, { deadline, signal }, work);
  const isGone = () => inTime(async (bounded) => (await client.instances.show(id, bounded)) === undefined);
  try {
    for (;;) {
      const look = await feed.next(signal);
      if (look.trouble !== undefined) {
        troubles += 1;
        if (isFinal(look.trouble) || troubles >= MOST_TROUBLES) throw look.trouble;
      } else {
        troubles = 0;
        const { row } = look;
        if (row) last = row;
        history = remember(history, row, look.at);
        if (row && options.onRow?.(row) === "call off") return { is: "calledOff", row };
        const verdict = judge(row, history, goal, look.at);
        silent = undefined;
        if (verdict.is === "ready" && row) {
          if (!wanted || goal.targetState === "stopped") return { is: "ready", row };
          if (!runs) {
            runs = true;
            deadline = answerDeadline(wanted, look.at, deadline);
            // Each look is followed by a call, and a boot that took long has slowed the looks: a new feed begins fast again.
            feed.close();
            feed = watcher.open(id, deadline);
          }
          silent = await probe(clock, row, wanted, signal);
          if (!silent) return { is: "ready", row };
          waitOn(`running; waiting for ${wantedText(wanted)}: ${silent.because}`, row);
        }
        if (verdict.is === "failed") {
          const { said: _, ...failure } = verdict;
          return { ...failure, because: inWords(verdict, { ...options.known, row }), row };
        }
        if (verdict.is === "absent" && (await isGone())) return { is: "gone" };
        if (verdict.is === "pending") {
          if (verdict.nudge === "start" && !nudged) {
            nudged = true;
            const start = await inTime((bounded) => client.instances.setState(id, "running", bounded));
            if (start === "queued" && goal.origin === "rented" && !goal.mayQueue) {
              return { is: "failed", ...GPU_TAKEN, row };
            }
            goal = { ...goal, after: "start", since: clock.now() };
            history = rememberStart(history);
          }
          waitOn(inWords(verdict, { ...options.known, row }), row);
        }
      }
      if (clock.now() >= deadline) {
        return { is: "timeout", because, row: last, silent, answerMinutes: runs ? wanted?.timeoutMinutes : undefined };
      }
    }
  } finally {
    feed.close();
  }
}

/** Our words, with those of the host behind them: cut when they are scrubbed, for half a secret is not recognised. */
function inWords({ because, said }: { readonly because: string; readonly said?: string }, known: Known): string {
  return said === undefined ? because : `${because}: ${causeIn(scrubber(known)(said))}`;
}

function answerDeadline({ timeoutMinutes }: Wanted, runsSince: number, deadline: number): number {
  return timeoutMinutes === undefined ? deadline : runsSince + timeoutMinutes * 60_000;
}

/** Asking again cannot help. */
function isFinal(trouble: unknown): boolean {
  return trouble instanceof AuthError || trouble instanceof SettingsError || !(trouble instanceof VastError);
}
