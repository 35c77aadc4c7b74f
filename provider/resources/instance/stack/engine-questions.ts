import { type Clock, untilAborted } from "../../../clock.js";

/** Of the wall: the engine asks at its own pace. */
const QUIET_MS = 500;
/** After this many looks nobody waits on: somewhere a resource waits for something that takes its time. */
const MOST_LOOKS = 20;

/**
 * What the engine asks about resources. It begins them in no certain order, and a create that is early knows nothing of siblings that the engine has
 * not shown yet. All that it can ask about without waiting for a create it asks one right after the other.
 */
export interface EngineQuestions {
  /** A question that is answered at once. */
  asked(): void;
  /** Runs the answer to a question. */
  answering<T>(answer: () => Promise<T>): Promise<T>;
  /** Resolves when the engine has asked nothing for a moment, or asks for many seconds already. Rejects with the signal's reason when aborted. */
  quiet(clock: Clock, signal: AbortSignal): Promise<void>;
}

/** The questions of one run of the engine, of which none is asked yet. */
export function createEngineQuestions(): EngineQuestions {
  let asked = 0;
  let open = 0;
  return {
    asked: () => {
      asked += 1;
    },
    answering: async (answer) => {
      asked += 1;
      open += 1;
      try {
        return await answer();
      } finally {
        open -= 1;
      }
    },
    quiet: async (clock, signal) => {
      for (let looks = 0, seen = -1; looks < MOST_LOOKS && (open > 0 || asked > seen); looks += 1) {
        seen = asked;
        await untilAborted(clock.pause(QUIET_MS), signal);
      }
    },
  };
}
