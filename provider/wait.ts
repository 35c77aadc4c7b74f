import { type Clock, untilAborted } from "./clock.js";

export interface LookOptions {
  /** Milliseconds between the end of one look and the next. */
  readonly everyMs: number;
  /** When to give up, in milliseconds of the clock. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Looks until something is found, or undefined when the deadline has passed. The last look begins at the deadline or later: what an earlier one has not
 * seen may have come while its answer took its time.
 */
export async function lookUntil<T>(
  clock: Clock,
  look: () => Promise<T | undefined>,
  { everyMs, deadline, signal }: LookOptions,
): Promise<T | undefined> {
  for (;;) {
    const isLast = clock.now() >= deadline;
    const found = await look();
    if (found !== undefined || isLast) return found;
    const left = deadline - clock.now();
    if (left > 0) await clock.sleep(Math.min(everyMs, left), signal);
  }
}

/**
 * Does some work that must not take longer than a deadline, in milliseconds of the clock: its signal aborts then, or with the caller's. Undefined
 * when the time was over first; whether the work was done is not known then.
 */
export async function beforeDeadline<T>(
  clock: Clock,
  { deadline, signal }: Pick<LookOptions, "deadline" | "signal">,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const over = new AbortController();
  const settled = new AbortController();
  clock.sleep(deadline - clock.now(), settled.signal).then(
    () => over.abort(),
    () => {},
  );
  const either = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  try {
    return await untilAborted(work(either), either);
  } catch (error) {
    if (over.signal.aborted && !signal?.aborted) return undefined;
    throw error;
  } finally {
    settled.abort();
  }
}

/** An elapsed time for people: `45 s`, `2 min 5 s`, `1 h 20 min`. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
