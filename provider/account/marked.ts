import type { WireInstance } from "../api/instance-row.js";
import type { Clock, TimeLimit } from "../clock.js";
import { messageOf, RateLimitedError } from "../errors.js";
import type { Listing } from "./listing.js";

/** How long one answer serves everybody who asks: a preview asks once for each resource, one after another. */
const FRESH_MS = 10_000;
/** What a preview may wait for an answer of the network. */
const ANSWER_MS = 2_000;
/** How long one look, and how long all looks of a process together, may wait for their turn on an account that others keep busy. */
const LONGEST_LOOK_MS = 20_000;
const PATIENCE_MS = 60_000;
/**
 * Labels that begin with the mark of this provider: those of creates that are not finished, and of instances without a label of their
 * own. Letters only, so that it means the same in every collation.
 */
const OUR_LABELS = { label: { gte: "pulumi", lt: "pulumj" } };

/** What a quick look has shown. */
export interface MarkedLook {
  /** Contracts whose label begins with this provider's mark; none without a key. */
  readonly rows: readonly WireInstance[];
  /** Why nothing can be said; undefined when `rows` are all there are, and without a key. */
  readonly trouble?: string;
}

/** Looks for contracts whose label begins with this provider's mark. Never fails. */
export type Marked = () => Promise<MarkedLook>;

/**
 * Makes the quick look: one short list call whatever the account's size, shared by all who ask within seconds. A network that does not answer is given
 * up soon, and not tried anew by each of them; others on the account are waited for, and asked again.
 */
export function createMarked(listing: Listing, clock: Clock, hasKey: boolean): Marked {
  let last: { readonly at: number; readonly look: Promise<MarkedLook> } | undefined;
  let patienceMs = PATIENCE_MS;

  async function look(): Promise<MarkedLook> {
    const startedAt = clock.now();
    const over = new AbortController();
    const patience = limited(clock, patienceMs > 0 ? LONGEST_LOOK_MS : ANSWER_MS, over);
    let answer: TimeLimit | undefined;
    let isBusy = false;
    try {
      const on = {
        onSend: () => {
          answer ??= limited(clock, ANSWER_MS, over);
        },
        onRetry: (error: unknown) => {
          if (!(error instanceof RateLimitedError)) return;
          isBusy = true;
          answer?.cancel();
          answer = undefined;
        },
      };
      return { rows: await listing.all({ select_filters: OUR_LABELS, select_cols: ["id", "label"] }, over.signal, on) };
    } catch (error) {
      const mayWait = patienceMs > 0;
      patienceMs -= clock.now() - startedAt;
      if (isBusy && mayWait) last = undefined;
      return {
        rows: [],
        trouble: isBusy ? "others keep the account busy" : over.signal.aborted ? "no answer came" : messageOf(error),
      };
    } finally {
      patience.cancel();
      answer?.cancel();
    }
  }

  return () => {
    if (!hasKey) return Promise.resolve({ rows: [] });
    if (last === undefined || clock.now() - last.at > FRESH_MS) last = { at: clock.now(), look: look() };
    return last.look;
  };
}

function limited(clock: Clock, ms: number, over: AbortController): TimeLimit {
  const limit = clock.timeLimit(ms);
  limit.signal.addEventListener("abort", () => over.abort(), { once: true });
  return limit;
}
