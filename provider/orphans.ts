// Which contracts of an account nobody looks after: they carry this provider's mark and stand in no state that was given. Pure.

import type { WireInstance } from "./api/instance-row.js";
import type { WireVolume } from "./api/volumes.js";
import { HOUR_MS } from "./clock.js";
import {
  type Doubt,
  doubtOf,
  type InAccount,
  type Owner,
  ownEntries,
  ownerOf,
  type StateEntry,
  type Suspect,
} from "./orphan-doubts.js";
import { ANY_MARK, readLabel, tokenIn } from "./resources/instance/label.js";

/** What an account is billed for. */
export interface Billed {
  readonly contracts: readonly WireInstance[];
  readonly volumes: readonly WireVolume[];
}

/** A marked contract that stands in no given state. */
export interface Orphan {
  readonly noun: "instance";
  readonly row: WireInstance;
  readonly token: string;
  readonly kind: "pending" | "finished";
  readonly ageMs: number | undefined;
  /** Undefined when no given state knows the token. */
  readonly owner: Owner | undefined;
  /** The resource that it was in an older state of the stack. */
  readonly formerUrn: string | undefined;
  /** A create of the owner takes it up; false for every finished one, and for a pending one whose label somebody has changed. */
  readonly isTakenUp: boolean;
  readonly doubt: Doubt | undefined;
}

/** Whether a contract carries the mark of this provider, whoever's token it holds. */
export function isMarked({ label }: WireInstance): boolean {
  return ANY_MARK.test((label ?? "").trim());
}

/** The ids of what an account has. */
export function idsOf({ contracts, volumes }: Billed): InAccount {
  return { instance: new Set(contracts.map(({ id }) => id)), volume: new Set(volumes.map(({ id }) => id)) };
}

/** Finds the orphans among an account's contracts, oldest first. */
export function findOrphans(billed: Billed, entries: readonly StateEntry[], now: number): Orphan[] {
  const instances = entries.filter(({ noun }) => noun === "instance");
  const idsInStates = new Set(instances.flatMap(({ id, isOutdated }) => (isOutdated ? [] : id)));
  return billed.contracts
    .filter((row) => isMarked(row) && !idsInStates.has(row.id))
    .map((row) => judge(row, entries, idsOf(billed), now))
    .sort(oldestFirst);
}

/** What a contract costs at this moment, $/h; undefined when Vast does not say. */
export function dollarsPerHourNow(row: WireInstance): number | undefined {
  const byState = row.actual_status === "running" ? row.dph_total : (row.storage_total_cost ?? row.search?.diskHour);
  return row.instance?.totalHour ?? byState ?? undefined;
}

/** About what a thing has cost: its age at the price of this moment, since the API gives no bill for one contract. */
export function dollarsBilledAbout(price: number | undefined, ageMs: number | undefined): number | undefined {
  return price === undefined || ageMs === undefined ? undefined : (price * ageMs) / HOUR_MS;
}

/** When a row's contract began, in milliseconds since 1970, and how old it is; undefined when Vast does not say. */
export function timesOf(row: { readonly start_date?: number | null | undefined }, now: number) {
  const startedAt = typeof row.start_date === "number" ? row.start_date * 1000 : undefined;
  return { startedAt, ageMs: startedAt === undefined ? undefined : Math.max(0, now - startedAt) };
}

/** For sorting; those of unknown age come last. */
export function oldestFirst<
  Found extends { readonly row: { readonly id: number }; readonly ageMs: number | undefined },
>(a: Found, b: Found): number {
  return (b.ageMs ?? 0) - (a.ageMs ?? 0) || a.row.id - b.row.id;
}

function judge(row: WireInstance, entries: readonly StateEntry[], account: InAccount, now: number): Orphan {
  const label = (row.label ?? "").trim();
  const [mark = ""] = ANY_MARK.exec(label) ?? [];
  const token = tokenIn(label) ?? "";
  const { startedAt, ageMs } = timesOf(row, now);
  const kind = mark.endsWith(":pending") ? "pending" : "finished";
  const owner = ownerOf(ownEntries(entries, token), account);
  const former = entries.find(({ noun, id, isOutdated }) => isOutdated && noun === "instance" && id === row.id);
  const suspect: Suspect = {
    noun: "instance",
    id: row.id,
    token,
    startedAt,
    ageMs,
    mayBeUnfinished: kind === "pending",
    isInOlderState: former !== undefined,
  };
  return {
    noun: "instance",
    row,
    token,
    kind,
    ageMs,
    owner,
    formerUrn: former?.urn,
    isTakenUp: readLabel(label, token).mark === "pending" && owner?.isToBeCreated === true,
    doubt: doubtOf(suspect, entries, account),
  };
}
