import { untilAborted } from "../../../clock.js";

/** Who of a group is away, and who may be the next. One group in one run of the engine. */
export interface RollingTurns {
  /** A member is away, whether or not it was its turn. */
  away(token: string, name: string): void;
  /** It is up. */
  back(token: string): void;
  /** Nobody else may begin, for this reason; those who wait learn it at once. */
  stop(because: string): void;
  /**
   * Takes a place as soon as fewer than `most` are away; first come, first served. Answers why there will be none, if it is so. Rejects with the
   * signal's reason as soon as it is aborted. `onWait` is told who is waited for.
   */
  take(token: string, name: string, { most, signal, onWait }: Wait): Promise<{ stopped: string } | undefined>;
}

interface Wait {
  readonly most: number;
  readonly signal: AbortSignal;
  onWait(names: readonly string[]): void;
}

/** The turns of a group in which nobody is away. */
export function createRollingTurns(): RollingTurns {
  /** Names by token. */
  const names = new Map<string, string>();
  let stopped: string | undefined;
  let change = nextChange();

  function changed(): void {
    const { happen } = change;
    change = nextChange();
    happen();
  }

  return {
    away: (token, name) => {
      names.set(token, name);
    },
    back: (token) => {
      names.delete(token);
      changed();
    },
    stop: (because) => {
      stopped ??= because;
      changed();
    },
    take: async (token, name, { most, signal, onWait }) => {
      for (;;) {
        signal.throwIfAborted();
        if (stopped !== undefined) return { stopped };
        if (names.size < most) break;
        onWait([...names.values()]);
        await untilAborted(change.happened, signal);
      }
      names.set(token, name);
      return undefined;
    },
  };
}

function nextChange(): { happened: Promise<void>; happen: () => void } {
  let happen: () => void = () => {};
  const happened = new Promise<void>((resolve) => {
    happen = resolve;
  });
  return { happened, happen };
}
