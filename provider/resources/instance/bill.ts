import type { WireInstance } from "../../api/instance-row.js";
import { durationText } from "../../wait.js";
import { mayHaveRun } from "./has-run.js";
import type { Contract } from "./rent.js";

const HOUR_MS = 3_600_000;

/** What the looks at one contract tell of its cost and of its data. */
export interface Bill {
  /** Counts one look, at this moment in milliseconds of the clock. */
  note(row: WireInstance, at: number): void;
  /** Something may have run in it, and have written to a volume: anything but certain knowledge that nothing did. */
  mayHoldData(): boolean;
  /** The most that it can have cost until then, as a parenthesis behind a word. */
  text(until: number): string;
}

/**
 * Opens the bill of a contract. Its disk is billed from the rent, its GPU only while it runs, loading is free (vast-api.md §2.8). What was not seen
 * is taken for the dearer: that it ran from the look before the one that shows it, and at the highest price.
 */
export function openBill(contract: Contract): Bill {
  // What an earlier run followed may have run before this one looks.
  const isFound = contract.offerId === undefined;
  let startedAt = contract.rentedAt === undefined ? undefined : Date.parse(contract.rentedAt);
  let ranSince: number | undefined;
  let lookedAt: number | undefined;
  let diskPerHour: number | undefined;
  let perHour: number | undefined;

  return {
    note(row, at) {
      startedAt ??= typeof row.start_date === "number" ? row.start_date * 1000 : undefined;
      if (isFound || mayHaveRun(row)) ranSince ??= (isFound ? undefined : lookedAt) ?? startedAt ?? at;
      lookedAt = at;
      diskPerHour = highest(diskPerHour, row.storage_total_cost ?? row.search?.diskHour);
      perHour = highest(perHour, row.dph_total);
    },

    mayHoldData: () => isFound || ranSince !== undefined || lookedAt === undefined,

    text(until) {
      const hoursSince = (since: number) => Math.max(0, until - since) / HOUR_MS;
      if (startedAt === undefined) return " (what it cost is not known)";
      const { offeredDollarsPerHour: offered, newVolumeDollarsPerHour: volumePerHour } = contract;
      const hours = hoursSince(startedAt);
      if (diskPerHour === undefined || (ranSince !== undefined && perHour === undefined)) {
        return offered === undefined
          ? " (what it cost is not known)"
          : ` (billed at most about ${dollars(offered * hours)})`;
      }
      const gpu = ranSince === undefined ? 0 : ((perHour ?? 0) - diskPerHour) * hoursSince(ranSince);
      const total = (diskPerHour + (volumePerHour ?? 0)) * hours + gpu;
      const parts = [
        "its disk",
        ...(volumePerHour ? ["its new volume"] : []),
        ...(ranSince === undefined ? [] : [`${durationText(until - ranSince)} of its GPU`]),
      ];
      return ` (billed at most about ${dollars(total)}, for ${parts.join(" and ")})`;
    },
  };
}

function highest(known: number | undefined, value: number | null | undefined): number | undefined {
  return typeof value === "number" ? Math.max(known ?? value, value) : known;
}

/** Rounded up: it is the most. */
function dollars(amount: number): string {
  return `${(Math.ceil(amount * 10_000) / 10_000).toFixed(4)} $`;
}
