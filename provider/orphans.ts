// Which contracts of an account nobody looks after: they carry this provider's mark and stand in no state that was given. Pure.
import type { WireInstance } from "./api/instance-row.js";
import { ANY_MARK, readLabel, tokenIn } from "./resources/instance/label.js";

/** One instance as a Pulumi state has it: a resource, or an operation that began and whose end the state does not know. */
export interface StateEntry {
  readonly urn: string;
  readonly token: string | undefined;
  /** Id of its contract; undefined while it is being created. */
  readonly contractId: number | undefined;
  /** `creating`: a create began; either it is under way or it was cut off. `leaving`: only waits for its end. */
  readonly stage: "creating" | "standing" | "leaving";
  /** How long its create may take, when the inputs say it. */
  readonly createMinutes: number | undefined;
  /** Up to when the state is true, in milliseconds since 1970: `Infinity` for one that was asked just now. */
  readonly trueUntil: number;
}

/** The resource whose mark an orphan carries. */
export interface Owner {
  readonly urn: string;
  /** The contract that the state has for it. */
  readonly contractId: number | undefined;
  /** The next `pulumi up` creates it, and so meets the orphan. */
  readonly isToBeCreated: boolean;
}

/**
 * Why an orphan is not ended unasked. `unknown token`: a state that was not given may own it. `under way`: a create may be at work on
 * it. `newer than the state`: it began after the saved state was written, which so cannot tell.
 */
export type Doubt = "unknown token" | "under way" | "newer than the state";

/** A marked contract that stands in no given state. */
export interface Orphan {
  readonly row: WireInstance;
  readonly token: string;
  readonly kind: "pending" | "finished";
  readonly ageMs: number | undefined;
  /** Undefined when no given state knows the token. */
  readonly owner: Owner | undefined;
  /** A create of the owner takes it up; false for every finished one, and for a pending one whose label somebody has changed. */
  readonly isTakenUp: boolean;
  readonly doubt: Doubt | undefined;
}

const MINUTE_MS = 60_000;
/** The default of `timeouts.createMinutes`, for a state that does not hold it. */
const CREATE_MINUTES = 30;

/** Whether a contract carries the mark of this provider, whoever's token it holds. */
export function isMarked({ label }: WireInstance): boolean {
  return ANY_MARK.test((label ?? "").trim());
}

/** Finds the orphans among an account's contracts, oldest first. */
export function findOrphans(contracts: readonly WireInstance[], entries: readonly StateEntry[], now: number): Orphan[] {
  const idsInStates = new Set(entries.map(({ contractId }) => contractId));
  return contracts
    .filter((row) => isMarked(row) && !idsInStates.has(row.id))
    .map((row) => judge(row, entries, now))
    .sort((a, b) => (b.ageMs ?? 0) - (a.ageMs ?? 0) || a.row.id - b.row.id);
}

/** What a contract costs at this moment, $/h; undefined when Vast does not say. */
export function dollarsPerHourNow(row: WireInstance): number | undefined {
  const byState = row.actual_status === "running" ? row.dph_total : (row.storage_total_cost ?? row.search?.diskHour);
  return row.instance?.totalHour ?? byState ?? undefined;
}

/** About what a contract has cost: its age at the price of this moment, since the API gives no bill for one contract. */
export function dollarsBilledAbout({ row, ageMs }: Orphan): number | undefined {
  const price = dollarsPerHourNow(row);
  return price === undefined || ageMs === undefined ? undefined : (price * ageMs) / (60 * MINUTE_MS);
}

function judge(row: WireInstance, entries: readonly StateEntry[], now: number): Orphan {
  const label = (row.label ?? "").trim();
  const [mark = ""] = ANY_MARK.exec(label) ?? [];
  const token = tokenIn(label) ?? "";
  const startedAt = typeof row.start_date === "number" ? row.start_date * 1000 : undefined;
  const ageMs = startedAt === undefined ? undefined : Math.max(0, now - startedAt);
  const own = newestOf(entries.filter((entry) => entry.token === token));
  const owner = ownerOf(own);
  return {
    row,
    token,
    kind: mark.endsWith(":pending") ? "pending" : "finished",
    ageMs,
    owner,
    isTakenUp: readLabel(label, token).mark === "pending" && owner?.isToBeCreated === true,
    doubt: doubtOf(own, startedAt, ageMs),
  };
}

/** The entries of the newest state: an older export of the same stack does not know better. */
function newestOf(entries: readonly StateEntry[]): StateEntry[] {
  const newest = Math.max(...entries.map(({ trueUntil }) => trueUntil));
  return entries.filter(({ trueUntil }) => trueUntil === newest);
}

function ownerOf(own: readonly StateEntry[]): Owner | undefined {
  const [entry] = own;
  if (entry === undefined) return undefined;
  const standing = own.find(({ stage }) => stage === "standing");
  const isToBeCreated = standing === undefined || own.some(({ stage }) => stage === "creating");
  return { urn: entry.urn, contractId: standing?.contractId, isToBeCreated };
}

function doubtOf(
  own: readonly StateEntry[],
  startedAt: number | undefined,
  ageMs: number | undefined,
): Doubt | undefined {
  const [entry] = own;
  if (entry === undefined) return "unknown token";
  // A saved state lacks what was replaced since: the new contract carries the same token.
  if ((startedAt ?? Number.POSITIVE_INFINITY) > entry.trueUntil) return "newer than the state";
  const creating = own.find(({ stage }) => stage === "creating");
  const limitMs = (creating?.createMinutes ?? CREATE_MINUTES) * MINUTE_MS;
  return creating !== undefined && (ageMs ?? 0) < limitMs ? "under way" : undefined;
}
