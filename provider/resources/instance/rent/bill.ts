import type { WireInstance } from "../../../api/instance-row.js";
import { HOUR_MS } from "../../../clock.js";
import { durationText } from "../../../wait.js";
import { mayHaveRun } from "../boot/has-run.js";
import type { Contract } from "./rent.js";

/** What the looks at one contract tell of its cost and of its data. */
export interface Bill {
  /** Counts one look, at this moment in milliseconds of the clock. */
  note(row: WireInstance, at: number): void;
  /** Something may have run in it, and have written to a volume: anything but certain knowledge that nothing did. */
  mayHoldData(): boolean;
  /** The most that it can have cost until then, as a parenthesis behind a word. */
  text(until: number): string;
}

/** What one look tells of the price in $/h, and whether the GPU may have been billed up to it. */
interface Reading {
  readonly at: number;
  readonly disk: number | undefined;
  readonly whole: number | undefined;
  readonly ran: boolean;
}

/**
 * Opens the bill of a contract. Its disk is billed from the rent, its GPU only while it runs, loading is free (vast-api.md §2.8). What happened between
 * two looks is taken for the dearer of what they show, and a container that ran once for one that runs on.
 */
export function openBill(contract: Contract): Bill {
  // What an earlier run followed may have run before this one looks.
  const isFound = contract.offerId === undefined;
  let startedAt = contract.rentedAt === undefined ? undefined : Date.parse(contract.rentedAt);
  const readings: Reading[] = [];

  /** Dollars and milliseconds of the GPU; undefined when no look tells a price. */
  function sumUp(from: number, until: number): { dollars: number; ranMs: number } | undefined {
    const last = readings.at(-1);
    const [disk, whole] = [readings.find((one) => one.disk !== undefined)?.disk, highest(readings, "whole")];
    if (last === undefined || disk === undefined || (last.ran && whole === undefined)) return undefined;
    const sum = { dollars: 0, ranMs: 0 };
    for (const [i, reading] of [...readings, { ...last, at: until }].entries()) {
      const before = readings[i - 1];
      const ms = Math.max(0, reading.at - (before?.at ?? from));
      const ends = before ? [before, reading] : [reading];
      const perHour = reading.ran ? (highest(ends, "whole") ?? whole ?? 0) : (highest(ends, "disk") ?? disk);
      sum.dollars += ((perHour + (contract.newVolumeDollarsPerHour ?? 0)) * ms) / HOUR_MS;
      sum.ranMs += reading.ran ? ms : 0;
    }
    return sum;
  }

  return {
    note(row, at) {
      startedAt ??= typeof row.start_date === "number" ? row.start_date * 1000 : undefined;
      readings.push({
        at,
        disk: row.storage_total_cost ?? row.search?.diskHour ?? undefined,
        whole: row.dph_total ?? undefined,
        ran: isFound || mayHaveRun(row) || readings.at(-1)?.ran === true,
      });
    },

    mayHoldData: () => isFound || readings.at(-1)?.ran !== false,

    text(until) {
      const { offeredDollarsPerHour: offered, newVolumeDollarsPerHour: volume } = contract;
      const sum = startedAt === undefined ? undefined : sumUp(startedAt, until);
      if (sum) {
        const parts = [
          "its disk",
          ...(volume ? ["its new volume"] : []),
          ...(sum.ranMs > 0 ? [`${durationText(sum.ranMs)} of its GPU`] : []),
        ];
        return ` (billed at most about ${dollars(sum.dollars)}, for ${parts.join(" and ")})`;
      }
      if (startedAt === undefined || offered === undefined) return " (what it cost is not known)";
      return ` (billed at most about ${dollars((offered * (until - startedAt)) / HOUR_MS)})`;
    },
  };
}

function highest(readings: readonly Reading[], price: "disk" | "whole"): number | undefined {
  const told = readings.flatMap((reading) => reading[price] ?? []);
  return told.length === 0 ? undefined : Math.max(...told);
}

/** Rounded up: it is the most. */
function dollars(amount: number): string {
  return `${(Math.ceil(amount * 10_000) / 10_000).toFixed(4)} $`;
}
