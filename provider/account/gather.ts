import { type Clock, untilAborted } from "../clock.js";

/** How long company is waited for since the last that came. Long enough for calls that the engine makes together, short to a person. */
const QUIET_MS = 60;
/** The most windows in a row that newcomers keep open: the engine hands over a hundred resources within half a second, and on a busy machine within one. */
const MOST_WINDOWS = 20;

/** How callers are gathered. */
export interface GatherOptions {
  /** Least milliseconds of the clock between the beginnings of two runs, where the work has to wait for its turn anyway. Default 0. */
  readonly spacingMs?: number;
  /** A run begins when the one before is over, which may take long: one run then serves all who came meanwhile. Default false. */
  readonly oneAtATime?: boolean;
}

/** Asks for a piece of work. */
export type Gathered<Key, Result> = (key: Key, signal?: AbortSignal) => Promise<Result>;

/**
 * Serves callers that come together with one piece of work: the first opens a short window, which stays open while others arrive; all keys
 * that came go into one `run`, and everybody gets its result. Work that has begun is never joined: its answer may be older than the question.
 * An aborted signal frees its caller at once and leaves the others alone. The window is one of the wall: the engine does not hurry along with
 * a sped-up clock.
 */
export function gather<Key, Result>(
  clock: Clock,
  run: (keys: Key[]) => Promise<Result>,
  { spacingMs = 0, oneAtATime = false }: GatherOptions = {},
): Gathered<Key, Result> {
  let open: { readonly keys: Key[]; readonly result: Promise<Result> } | undefined;
  let begunAt = Number.NEGATIVE_INFINITY;
  let running: Promise<unknown> = Promise.resolve();

  async function runWithCompany(keys: Key[]): Promise<Result> {
    for (let windows = 0, seen = -1; windows < MOST_WINDOWS && keys.length > seen; windows += 1) {
      seen = keys.length;
      await clock.pause(QUIET_MS);
    }
    const tooSoonMs = begunAt + spacingMs - clock.now();
    if (tooSoonMs > 0) await clock.sleep(tooSoonMs);
    if (oneAtATime) await running.catch(() => {});
    open = undefined;
    begunAt = clock.now();
    const result = run(keys);
    running = result;
    return result;
  }

  return async (key, signal) => {
    // Work that nobody waits for any more is not begun: it may be a destroy.
    signal?.throwIfAborted();
    if (open) open.keys.push(key);
    else {
      const keys = [key];
      open = { keys, result: runWithCompany(keys) };
      // Everybody may have left by the time it fails.
      open.result.catch(() => {});
    }
    return untilAborted(open.result, signal);
  };
}
