import type { WireInstance } from "../api/instance-row.js";
import { LIST_PAGE_SIZE } from "../api/instances.js";
import { type Clock, MINUTE_MS, untilAborted } from "../clock.js";
import { VastError } from "../errors.js";
import { pagesOf } from "./pages.js";

/** One look at one instance. */
export interface Look {
  /** When the answer arrived, in milliseconds of the clock. */
  readonly at: number;
  /** The row, or undefined when the list did not have the id: that alone is no proof of absence. */
  readonly row: WireInstance | undefined;
  /** Why there was no usable answer, if there was none. */
  readonly trouble?: unknown;
}

/** Looks at one instance for as long as it is open. */
export interface Feed {
  /**
   * The next look that nobody has taken yet; only the newest is kept. When none comes before the deadline, a look with
   * trouble: an answer that hangs must not hold up the end of a wait.
   */
  next(signal: AbortSignal | undefined): Promise<Look>;
  close(): void;
}

/** The only poller: one list call per 25 instances and tick serves everybody who waits. */
export interface Watcher {
  /** Opens a feed. A last look is made just before `deadline`, in milliseconds of the clock. */
  open(id: number, deadline: number): Feed;
}

interface Subscription {
  readonly id: number;
  readonly since: number;
  readonly deadline: number;
  deliver(look: Look): void;
}

/** Between two looks, by how long the youngest waits: most boots take one to five minutes. Vast takes a list call a second, and others need some. */
const PACE: readonly { readonly untilMs: number; readonly everyMs: number }[] = [
  { untilMs: 5 * MINUTE_MS, everyMs: 1_500 },
  { untilMs: 15 * MINUTE_MS, everyMs: 5_000 },
  { untilMs: Number.POSITIVE_INFINITY, everyMs: 15_000 },
];

/** How long those who come in one moment are waited for, so that they share the first look. */
const TOGETHER_MS = 20;

/**
 * A page that does not come is given up: the next look at all others waits for it, and a busy account can refuse one call for an hour. Each page before
 * it takes its second or more. Not sooner: whoever gives up on a busy route stands behind all others the next time.
 */
const LOOK_LIMIT_MS = 3 * MINUTE_MS;
const PAGE_LIMIT_MS = 4_000;

/** How long before a deadline the last look starts, so that its answer comes in time. */
const LAST_LOOK_MS = 1_500;

/** Reads the rows of some ids; an aborted signal gives the reading up. */
type RowsOf = (ids: number[], signal: AbortSignal) => Promise<WireInstance[]>;

/** A watcher that reads rows by `rowsOf`, a page at a time, and stops looking when nobody waits. */
export function createWatcher(clock: Clock, rowsOf: RowsOf): Watcher {
  const subscriptions = new Set<Subscription>();
  let wakeUp = new AbortController();
  let looking = false;

  async function lookUntilNobodyWaits(): Promise<void> {
    looking = true;
    while (subscriptions.size > 0) {
      await clock.sleep(TOGETHER_MS);
      // From here on, whoever comes or leaves last ends the sleep below, also while the look is on its way.
      wakeUp = new AbortController();
      const begunAt = clock.now();
      await lookOnce([...subscriptions]);
      if (subscriptions.size > 0) await clock.sleep(untilNextLook(begunAt), wakeUp.signal).catch(() => {});
    }
    looking = false;
  }

  /** Each page is handed on as soon as it has come: behind it others wait for their turn. */
  async function lookOnce(asked: readonly Subscription[]): Promise<void> {
    const pages = pagesOf(asked, LIST_PAGE_SIZE);
    const limitMs = LOOK_LIMIT_MS + pages.length * PAGE_LIMIT_MS;
    await Promise.all(pages.map((page) => lookAtPage(page, limitMs)));
  }

  async function lookAtPage(asked: readonly Subscription[], limitMs: number): Promise<void> {
    const over = new AbortController();
    const settled = new AbortController();
    clock.sleep(limitMs, settled.signal).then(
      () => over.abort(),
      () => {},
    );
    const ids = asked.map(({ id }) => id);
    const answer = await untilAborted(rowsOf(ids, over.signal), over.signal).then(
      (rows) => ({ rows: new Map(rows.map((row) => [row.id, row])) }),
      (trouble: unknown) => ({ trouble }),
    );
    settled.abort();
    // It says nothing about the instances: the next look asks again.
    if (over.signal.aborted) return;
    const at = clock.now();
    for (const subscription of asked) {
      subscription.deliver(
        "rows" in answer ? { at, row: answer.rows.get(subscription.id) } : { at, row: undefined, ...answer },
      );
    }
  }

  /** The pace counts from the beginning of a look: an answer that took its time has used it up. */
  function untilNextLook(begunAt: number): number {
    const now = clock.now();
    const waits = [...subscriptions].map(({ since, deadline }) => {
      const pace = PACE.find(({ untilMs }) => now - since < untilMs)?.everyMs ?? 0;
      const untilPace = Math.max(0, begunAt + pace - now);
      const untilLastLook = deadline - LAST_LOOK_MS - now;
      return untilLastLook > 0 ? Math.min(untilPace, untilLastLook) : untilPace;
    });
    return Math.min(...waits);
  }

  async function beforeDeadline(look: Promise<Look>, { id, deadline }: Subscription): Promise<Look> {
    const settled = new AbortController();
    const none = async (): Promise<Look> => {
      await clock.sleep(deadline - clock.now(), settled.signal);
      const trouble = new VastError("no_look", `Vast showed nothing of instance ${id} before the deadline.`);
      return { at: clock.now(), row: undefined, trouble };
    };
    try {
      return await Promise.race([look, none()]);
    } finally {
      settled.abort();
    }
  }

  return {
    open(id, deadline) {
      let newest: Look | undefined;
      let taker: ((look: Look) => void) | undefined;
      const subscription: Subscription = {
        id,
        since: clock.now(),
        deadline,
        deliver: (look) => {
          if (taker) taker(look);
          else newest = look;
          taker = undefined;
        },
      };
      subscriptions.add(subscription);
      if (looking) wakeUp.abort();
      else void lookUntilNobodyWaits();
      return {
        next: (signal) => {
          const waiting = new Promise<Look>((resolve) => {
            if (newest) resolve(newest);
            else taker = resolve;
            newest = undefined;
          });
          return beforeDeadline(untilAborted(waiting, signal), subscription);
        },
        close: () => {
          subscriptions.delete(subscription);
          if (subscriptions.size === 0) wakeUp.abort();
        },
      };
    },
  };
}
