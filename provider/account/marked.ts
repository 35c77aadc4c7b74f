import type { WireInstance } from "../api/instance-row.js";
import type { Clock } from "../clock.js";
import type { Listing } from "./listing.js";

/** How long one answer serves everybody who asks: a preview asks once for each resource, one after another. */
const FRESH_MS = 10_000;
/** What a preview may wait for it. */
const LIMIT_MS = 2_000;
/**
 * Labels that begin with the mark of this provider: those of creates that are not finished, and of instances without a label of their
 * own. Letters only, so that it means the same in every collation.
 */
const OUR_LABELS = { label: { gte: "pulumi", lt: "pulumj" } };

/** Contracts whose label begins with this provider's mark; empty when that cannot be known quickly, or without a key. */
export type Marked = () => Promise<readonly WireInstance[]>;

/** Makes the quick look: one short list call whatever the account's size, shared by all who ask within seconds. Never fails. */
export function createMarked(listing: Listing, clock: Clock, hasKey: boolean): Marked {
  let last: { readonly at: number; readonly rows: Promise<readonly WireInstance[]> } | undefined;

  async function look(): Promise<readonly WireInstance[]> {
    const limit = clock.timeLimit(LIMIT_MS);
    try {
      return await listing.all({ select_filters: OUR_LABELS, select_cols: ["id", "label"] }, limit.signal);
    } catch {
      // The next create, update, refresh or delete looks again, and says what is wrong.
      return [];
    } finally {
      limit.cancel();
    }
  }

  return () => {
    if (!hasKey) return Promise.resolve([]);
    if (last === undefined || clock.now() - last.at > FRESH_MS) last = { at: clock.now(), rows: look() };
    return last.rows;
  };
}
