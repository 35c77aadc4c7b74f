import type { WireInstance } from "../../../api/instance-row.js";
import type { Bag } from "../../../engine/values.js";
import { durationText } from "../../../wait.js";
import { PRICE_TOLERANCE } from "../changes.js";
import type { InstanceInputs } from "../inputs.js";
import { money } from "../messages.js";

/** Something that happened to an instance outside the program, beyond a change of its inputs. */
export type DriftName = Exclude<keyof InstanceInputs["onDrift"], "maxBidDollarsPerHour"> | "notRunning";

/** One drift in words. */
export interface Drift {
  readonly name: DriftName;
  /** What happened, and what it means for the money. */
  readonly tells: string;
  /** What to do, as long as nothing is done by itself. */
  readonly remedy: string;
  /** Vast does not tell whether it is still so. */
  readonly isOldNews?: true;
}

/** What a verdict looks at. */
interface Situation {
  readonly row: WireInstance;
  /** The program wants it to run. */
  readonly wantsRunning: boolean;
  /** Its create came to an end: nobody is still making it. */
  readonly wasUp: boolean;
  readonly rentedAt: number | undefined;
  readonly now: number;
}

interface Verdict {
  readonly name: DriftName;
  holds(situation: Situation): boolean;
  tells(situation: Situation): string;
  remedy(situation: Situation): string;
}

/**
 * Why an instance is not as it should be, told apart by the four states of a contract (vast-api.md §2.8). The first that holds counts: what
 * Vast itself has ended comes before what looks like a stop, a stop that explains itself before one that somebody must have made, and the
 * contract's state before the container's, of which the last is whatever else is not running.
 */
const STATE_VERDICTS: readonly Verdict[] = [
  {
    name: "lifetimeEnded",
    holds: ({ row, now }) => endOf(row) <= now && row.cur_state === "stopped",
    tells: ({ row, now }) =>
      `reached the end of its contract ${durationText(now - endOf(row))} ago, and cannot be started again. ${diskBilled(row)} ` +
      "Vast deletes it, data and all, 48 h after the end.",
    remedy: () => 'Copy what you need, then replace it (`onDrift: { lifetimeEnded: "replace" }`) or destroy it.',
  },
  {
    name: "outbid",
    holds: ({ row, wantsRunning }) => wantsRunning && isOutbid(row),
    tells: ({ row }) =>
      `was outbid${row.intended_status === "stopped" ? ", or somebody stopped it, which Vast does not tell apart" : ""}: somebody pays more than ` +
      `${typeof bidOf(row) === "number" ? money(bidOf(row) ?? 0) : "its bid"}${leastBid(row)}. Its data is kept. ${diskBilled(row)}`,
    remedy: () => "Raise `bidDollarsPerHour`; it runs again by itself when the bid wins.",
  },
  {
    name: "startQueued",
    holds: ({ row, wantsRunning }) => wantsRunning && isStartQueued(row),
    tells: ({ row }) =>
      `waits for its GPU, which somebody else has: it starts by itself when that is free, and its GPU is billed from then on, ${price(row.dph_total)}. ` +
      diskBilled(row),
    remedy: () =>
      "`pulumi up` waits for it, and takes the start back if that takes too long, unless `onDrift` says otherwise; or replace it to rent another.",
  },
  {
    name: "stopped",
    holds: ({ row, wantsRunning, wasUp }) => wantsRunning && wasUp && isStopped(row),
    tells: ({ row }) =>
      "is stopped, and the program wants it to run: somebody stopped it, or Vast did because the account's credit is used up. Its data is kept. " +
      `${diskBilled(row)} Its GPU is not billed, and others can rent it.`,
    remedy: () =>
      'It stays so: `onDrift: { stopped: "start" }` has `pulumi up` start it, and `targetState: "stopped"` says that this is right.',
  },
  {
    name: "exited",
    holds: ({ row, wantsRunning }) =>
      wantsRunning && !isStopped(row) && /^(exited|stopped)$/.test(row.actual_status ?? ""),
    tells: ({ row }) =>
      `ended by itself: its container is down although nobody stopped it. The GPU is billed on, ${price(row.dph_total)}.`,
    remedy: ({ row }) => `Look at its log (\`vastai logs ${row.id}\`), then restart or destroy it.`,
  },
  {
    name: "offline",
    holds: ({ row }) => row.actual_status === "offline",
    tells: ({ row }) =>
      `does not answer: its host is offline. It is not gone; its data cannot be reached meanwhile. ${diskBilled(row)} ` +
      `Whether Vast bills its GPU as well (${price(row.dph_total)} while running) is not documented.`,
    remedy: () =>
      'Wait for the host, or rent another in its place (`onDrift: { offline: "replace" }`), without its data.',
  },
  {
    name: "notRunning",
    // One whose create did not come to its end is on its way, which the next `up` waits for.
    holds: ({ row, wantsRunning, wasUp }) =>
      wantsRunning && row.actual_status !== "running" && (wasUp || !isBooting(row)),
    tells: ({ row }) =>
      `does not run: Vast reports ${row.actual_status ? `the status "${row.actual_status}"` : "no status"}. ${diskBilled(row)} ` +
      `Its GPU ${isStopped(row) ? "is not billed while its contract is stopped" : `may be billed as well, ${price(row.dph_total)} while running`}.`,
    remedy: () =>
      "Refresh again in some minutes: it may be on its way, or its host may have missed a heartbeat. Else look at it in the console.",
  },
];

/** What became dearer, whatever the state. The price of a bid is the program's. What a host asks for is told by price-increase.ts. */
const PRICE_RAISED: Verdict = {
  name: "priceRaised",
  holds: ({ row, rentedAt }) =>
    rentedAt !== undefined && !row.is_bid && (row.dph_total ?? rentedAt) > rentedAt + PRICE_TOLERANCE,
  tells: ({ row, rentedAt = 0 }) =>
    `became dearer: ${price(row.dph_total)} instead of ${money(rentedAt)} when it was rented. It runs on at the new price.`,
  remedy: () => "Replace it to look for a cheaper one.",
};

/** What happened to an instance. Pure. Being gone is not among it: a refresh takes such an instance out of the state. */
export function driftOf(row: WireInstance, before: Bag, now: number): Drift[] {
  const { targetState, rentedDollarsPerHour: rentedAt } = before;
  const situation: Situation = {
    row,
    // Without a program, as in a `get`, the contract's own intention is all there is.
    wantsRunning: (targetState ?? row.intended_status) === "running",
    wasUp: rentedAt !== undefined,
    rentedAt: typeof rentedAt === "number" ? rentedAt : undefined,
    now,
  };
  const state = STATE_VERDICTS.find((verdict) => verdict.holds(situation));
  const found = [...(state ? [state] : []), ...(PRICE_RAISED.holds(situation) ? [PRICE_RAISED] : [])];
  return found.map(({ name, tells, remedy }) => ({
    name,
    tells: `Instance ${row.id} ${tells(situation)}`,
    remedy: remedy(situation),
  }));
}

/**
 * Stopped, and to be started as soon as its GPU is free, which may be never or in the middle of the night. An interruptible contract that
 * looks like it was outbid.
 */
export function isStartQueued(row: WireInstance): boolean {
  return !row.is_bid && row.cur_state === "stopped" && row.intended_status === "running";
}

/** What the renter bids, in $/h: the base price of an interruptible contract is its bid (vast-api.md §2.3). */
export function bidOf(row: WireInstance): number | undefined {
  return row.dph_base ?? row.dph_total ?? undefined;
}

/**
 * Two readings of an outbid contract: still meant to run, or stopped throughout (dstack). A person's stop looks like the second, so there the least
 * bid has to say that the own one cannot win.
 */
function isOutbid(row: WireInstance): boolean {
  if (!row.is_bid || row.cur_state !== "stopped") return false;
  return row.intended_status === "running" || (row.min_bid ?? 0) > (bidOf(row) ?? Number.POSITIVE_INFINITY);
}

function isBooting({ actual_status: status }: WireInstance): boolean {
  return !status || status === "created" || status === "loading";
}

/** Somebody's will, or already so; of old rows only one of the two is told. */
function isStopped(row: WireInstance): boolean {
  return row.intended_status === "stopped" || row.cur_state === "stopped";
}

function endOf(row: WireInstance): number {
  return typeof row.end_date === "number" ? row.end_date * 1000 : Number.POSITIVE_INFINITY;
}

/** What would win, if Vast tells more than what just lost. */
function leastBid(row: WireInstance): string {
  const least = row.min_bid ?? 0;
  return least > (bidOf(row) ?? 0) ? ` (least bid now ${money(least)})` : "";
}

function diskBilled(row: WireInstance): string {
  return `Its disk is billed on, ${price(row.storage_total_cost ?? row.search?.diskHour)}.`;
}

function price(dollarsPerHour: number | null | undefined): string {
  return typeof dollarsPerHour === "number" ? money(dollarsPerHour) : "at a price that Vast does not tell";
}
