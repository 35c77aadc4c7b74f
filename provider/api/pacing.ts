import { type Clock, untilAborted } from "../clock.js";
import { RateLimitedError } from "../errors.js";
import { type Endpoint, routeOf } from "./endpoint.js";

/** Added to Vast's interval, because the server measures on arrival and the network shifts calls against each other. */
const MARGIN = 1.1;

/** A 429 that names more seconds asks for a pause and not for an interval: the longest known are 5.5, and 12 as a penalty. */
const LONGEST_INTERVAL_SECONDS = 15;

/** Lets calls of one account through no faster than Vast allows. */
export interface Pacing {
  /** Runs `call` at the route's next free moment: first come, first served; an aborted signal gives the place up. */
  paced<T>(endpoint: Endpoint, signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T>;
}

interface Lane {
  intervalMs: number;
  freeAt: number;
  last: Promise<unknown>;
}

/**
 * Spaces calls per method and route template by Vast's minimum interval plus a margin, and learns from the threshold that
 * a 429 names. It prevents 429 instead of retrying it: every one costs a round trip and, on the rent route, a penalty.
 */
export function createPacing(clock: Clock): Pacing {
  const lanes = new Map<string, Lane>();

  function laneOf(endpoint: Endpoint): Lane {
    const route = routeOf(endpoint);
    const lane = lanes.get(route) ?? {
      intervalMs: endpoint.minIntervalSeconds * 1000 * MARGIN,
      freeAt: 0,
      last: Promise.resolve(),
    };
    lanes.set(route, lane);
    return lane;
  }

  async function takeTurn(lane: Lane, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    for (let wait = lane.freeAt - clock.now(); wait > 0; wait = lane.freeAt - clock.now()) {
      await clock.sleep(wait, signal);
    }
    lane.freeAt = clock.now() + lane.intervalMs;
  }

  function learn(lane: Lane, thresholdSeconds = 0): void {
    const askedMs = thresholdSeconds * 1000 * MARGIN;
    if (thresholdSeconds <= LONGEST_INTERVAL_SECONDS) lane.intervalMs = Math.max(lane.intervalMs, askedMs);
    lane.freeAt = Math.max(lane.freeAt, clock.now() + Math.max(lane.intervalMs, askedMs));
  }

  return {
    async paced(endpoint, signal, call) {
      const lane = laneOf(endpoint);
      const turn = lane.last.then(() => takeTurn(lane, signal));
      // Whoever gives up must not hold back those behind.
      lane.last = turn.catch(() => {});
      await untilAborted(turn, signal);
      try {
        return await call();
      } catch (error) {
        if (error instanceof RateLimitedError) learn(lane, error.refusal.thresholdSeconds);
        throw error;
      }
    },
  };
}
