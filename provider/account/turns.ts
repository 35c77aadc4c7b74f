import { untilAborted } from "../clock.js";

/** A queue in which one after another does something: first come, first served. */
export interface Turns {
  /**
   * Resolves when it is the caller's turn, with what gives the turn to the next; calling that again does nothing. `onWait` is told how many stand
   * before. An aborted signal gives the place up.
   */
  take(signal: AbortSignal | undefined, onWait?: (before: number) => void): Promise<() => void>;
}

/** A queue in which nobody stands. */
export function createTurns(): Turns {
  let last: Promise<void> = Promise.resolve();
  let standing = 0;
  return {
    take: async (signal, onWait) => {
      signal?.throwIfAborted();
      if (standing > 0) onWait?.(standing);
      standing += 1;
      let isHeld = true;
      let leave = () => {};
      const left = new Promise<void>((resolve) => {
        leave = () => {
          if (isHeld) standing -= 1;
          isHeld = false;
          resolve();
        };
      });
      const turn = last;
      // Those behind wait for those before as well, if this one gives its place up.
      last = turn.then(() => left);
      try {
        await untilAborted(turn, signal);
      } catch (error) {
        leave();
        throw error;
      }
      return leave;
    },
  };
}
