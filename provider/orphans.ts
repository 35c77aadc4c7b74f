// Which contracts of an account nobody looks after: they carry this provider's mark and stand in no state that was given. Pure.
import type { WireInstance } from "./api/instance-row.js";
import { type Doubt, doubtOf, formerEntry, type Owner, ownEntries, ownerOf, type StateEntry } from "./orphan-doubts.js";
import { ANY_MARK, readLabel } from "./resources/instance/label.js";

/** A marked contract that stands in no given state. */
export interface Orphan {
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

const HOUR_MS = 3_600_000;

/** Whether a contract carries the mark of this provider, whoever's token it holds. */
export function isMarked({ label }: WireInstance): boolean {
  return ANY_MARK.test((label ?? "").trim());
}

/** Finds the orphans among an account's contracts, oldest first. */
export function findOrphans(contracts: readonly WireInstance[], entries: readonly StateEntry[], now: number): Orphan[] {
  const idsInStates = new Set(entries.flatMap(({ contractId, isOutdated }) => (isOutdated ? [] : contractId)));
  const idsInAccount = new Set(contracts.map(({ id }) => id));
  return contracts
    .filter((row) => isMarked(row) && !idsInStates.has(row.id))
    .map((row) => judge(row, entries, idsInAccount, now))
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
  return price === undefined || ageMs === undefined ? undefined : (price * ageMs) / HOUR_MS;
}

function judge(
  row: WireInstance,
  entries: readonly StateEntry[],
  idsInAccount: ReadonlySet<number>,
  now: number,
): Orphan {
  const label = (row.label ?? "").trim();
  const [mark = ""] = ANY_MARK.exec(label) ?? [];
  const token = /[0-9a-f]{12}/.exec(mark)?.[0] ?? "";
  const startedAt = typeof row.start_date === "number" ? row.start_date * 1000 : undefined;
  const ageMs = startedAt === undefined ? undefined : Math.max(0, now - startedAt);
  const kind = mark.endsWith(":pending") ? "pending" : "finished";
  const owner = ownerOf(ownEntries(entries, token), idsInAccount);
  return {
    row,
    token,
    kind,
    ageMs,
    owner,
    formerUrn: formerEntry(entries, row.id)?.urn,
    isTakenUp: readLabel(label, token).mark === "pending" && owner?.isToBeCreated === true,
    doubt: doubtOf({ id: row.id, token, startedAt, ageMs, isPending: kind === "pending" }, entries, idsInAccount),
  };
}
