import { volumeDollarsPerHour } from "../../provider/orphan-volumes.js";
import { dollarsBilledAbout, dollarsPerHourNow } from "../../provider/orphans.js";
import type { Found } from "./choice.js";

/** What an orphan costs now, $/h; undefined when Vast does not say. */
export function priceOf(orphan: Found): number | undefined {
  return orphan.noun === "instance" ? dollarsPerHourNow(orphan.row) : volumeDollarsPerHour(orphan.row);
}

/** About what it has cost. */
export function billedOf(orphan: Found): number | undefined {
  return dollarsBilledAbout(priceOf(orphan), orphan.ageMs);
}

/** What orphans cost together, $/h; those of unknown price are left out. */
export function dollarsPerHourOf(orphans: readonly Found[]): number {
  return orphans.reduce((total, orphan) => total + (priceOf(orphan) ?? 0), 0);
}
