import { type PlannedChange, plannedChanges } from "./changes.js";
import { type Market, marketPrices } from "./market.js";
import type { Preview } from "./preview.js";
import { type Price, priceInPlace, priceNow, priceOfRest, together } from "./price.js";
import { whatText } from "./what.js";

/** One resource that Vast bills, before and after. */
export interface CostRow extends Pick<PlannedChange, "urn" | "kind" | "name" | "change"> {
  /** What it is, in a few words. */
  readonly what: string;
  /** Undefined while it does not exist. */
  readonly before: Price | undefined;
  readonly after: Price | undefined;
  /** Whether what it replaces ends only after it has begun: then both are billed for a while. */
  readonly overlaps: boolean;
}

/** What a preview does to the bill, resource by resource. */
export async function costRows(preview: Preview, market: Market): Promise<CostRow[]> {
  const changes = plannedChanges(preview.steps);
  const fromMarket = await marketPrices(changes, market);
  return changes.map((change) => {
    const { urn, kind, name, now } = change;
    const after = priceAfter(change, fromMarket.get(change));
    return {
      urn,
      kind,
      name,
      change: change.change,
      what: whatText(change, after),
      before: priceNow(change),
      after,
      // Set where the program says `deleteBeforeReplace`.
      overlaps: change.change === "replaced" && now?.pendingReplacement !== true,
    };
  });
}

function priceAfter(change: PlannedChange, fromMarket: Price | undefined): Price | undefined {
  switch (change.change) {
    case "new":
      return fromMarket;
    case "replaced":
      return fromMarket && together(fromMarket, priceOfRest(change));
    case "deleted":
      return priceOfRest(change);
    case "updated":
    case "same":
      return priceInPlace(change);
  }
}
