import { type Clock, untilAborted } from "../clock.js";
import { RateLimitedError } from "../errors.js";
import { type Endpoint, routeOf } from "./endpoint.js";

/** Added to Vast's interval while the call before is not answered: the server measures on arrival, and when that arrived is not known yet. */
const MARGIN = 1.1;

/** A 429 that names more seconds asks for a pause and not for an interval: the longest known are 5.5, and 12 as a penalty. */
const LONGEST_INTERVAL_SECONDS = 15;

/** Lets calls of one account through no faster than Vast allows. */
export interface Pacing {
  /** Runs `call` at the route's next free moment: first come, first served; an aborted signal gives the place up. */
  paced<T>(endpoint: Endpoint, signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T>;
}

interface Lane {
  /** Vast's own interval. */
  intervalMs: number;
  /** When the last call began, and when it was answered; never, as long as it is not. */
  begunAt: number;
  answeredAt: number;
  /** A refusal closed the route until then. */
  closedUntil: number;
  last: Promise<unknown>;
}

/**
 * Spaces calls per method and route template by Vast's minimum interval: from the answer to the call before, or with a margin from its
 * beginning, whichever is sooner. Learns from the threshold that a 429 names. It prevents 429 instead of retrying it: every one costs a round
 * trip and, on the rent route, a penalty.
 */
export function createPacing(clock: Clock): Pacing {
  const lanes = new Map<string, Lane>();

  function laneOf(endpoint: Endpoint): Lane {
    const route = routeOf(endpoint);
    const lane = lanes.get(route) ?? {
      intervalMs: endpoint.minIntervalSeconds * 1000,
      begunAt: Number.NEGATIVE_INFINITY,
      answeredAt: Number.NEGATIVE_INFINITY,
      closedUntil: 0,
      last: Promise.resolve(),
    };
    lanes.set(route, lane);
    return lane;
  }

  /** What had arrived when it was answered leaves no room for a shift: then the bare interval from the answer is enough. */
  function freeAt({ intervalMs, begunAt, answeredAt, closedUntil }: Lane): number {
    return Math.max(closedUntil, Math.min(begunAt + intervalMs * MARGIN, answeredAt + intervalMs));
  }

  async function takeTurn(lane: Lane, signal: AbortSignal | undefined): Promise<number> {
    signal?.throwIfAborted();
    for (let now = clock.now(); now < freeAt(lane); now = clock.now()) {
      // The answer may come during the interval, and end it sooner.
      const soonest = lane.begunAt + lane.intervalMs;
      await clock.sleep((now < soonest ? soonest : freeAt(lane)) - now, signal);
    }
    lane.answeredAt = Number.POSITIVE_INFINITY;
    lane.begunAt = clock.now();
    return lane.begunAt;
  }

  function learn(lane: Lane, thresholdSeconds = 0): void {
    const askedMs = thresholdSeconds * 1000;
    if (thresholdSeconds <= LONGEST_INTERVAL_SECONDS) lane.intervalMs = Math.max(lane.intervalMs, askedMs);
    const closedMs = Math.max(lane.intervalMs, askedMs) * MARGIN;
    lane.closedUntil = Math.max(lane.closedUntil, clock.now() + closedMs);
  }

  return {
    async paced(endpoint, signal, call) {
      const lane = laneOf(endpoint);
      const turn = lane.last.then(() => takeTurn(lane, signal));
      // Whoever gives up must not hold back those behind.
      lane.last = turn.catch(() => {});
      const begunAt = await untilAborted(turn, signal);
      try {
        const answer = await call();
        // A later call may have begun meanwhile: that one is to be waited for.
        if (lane.begunAt === begunAt) lane.answeredAt = clock.now();
        return answer;
      } catch (error) {
        // Without an answer the call may still be on its way.
        if (error instanceof RateLimitedError) learn(lane, error.refusal.thresholdSeconds);
        throw error;
      }
    },
  };
}
