import { type Clock, untilAborted } from "../clock.js";

/** How long the first asker waits for company. Long enough for calls that the engine makes together, short to a person. */
const WINDOW_MS = 40;

/**
 * Serves callers that come together with one piece of work: the first opens a short window, all keys that arrive in it go
 * into one `run`, and everybody gets its result. Work that has begun is never joined: its answer may be older than the
 * question. An aborted signal frees its caller at once and leaves the others alone.
 */
export function gather<Key, Result>(clock: Clock, run: (keys: Key[]) => Promise<Result>) {
  let open: { keys: Key[]; result: Promise<Result> } | undefined;
  return async (key: Key, signal?: AbortSignal): Promise<Result> => {
    // Work that nobody waits for any more is not begun: it may be a destroy.
    signal?.throwIfAborted();
    if (!open) {
      const keys: Key[] = [];
      open = {
        keys,
        result: clock.sleep(WINDOW_MS).then(() => {
          open = undefined;
          return run(keys);
        }),
      };
      // Everybody may have left by the time it fails.
      open.result.catch(() => {});
    }
    open.keys.push(key);
    return untilAborted(open.result, signal);
  };
}
