// What the states that were given say of a marked thing that stands in none of them: whose it is, and whether that is sure. Pure.

/** One instance as a Pulumi state has it: a resource, or an operation that began and whose end the state does not know. */
export interface StateEntry {
  readonly urn: string;
  readonly token: string | undefined;
  /** Id of its contract; undefined while it is being created. */
  readonly contractId: number | undefined;
  /** `creating`: a create began; either it is under way or it was cut off. `leaving`: only waits for its end. */
  readonly stage: "creating" | "standing" | "leaving";
  /** Id of the contract that its create takes over, whatever mark that has. */
  readonly adopts: number | undefined;
  /** How long its create may take, and then the end of what it gives back or left behind, when the inputs say it. */
  readonly createMinutes: number | undefined;
  readonly deleteMinutes: number | undefined;
  /** Up to when the state is true, in milliseconds since 1970: `Infinity` for one that was asked just now. */
  readonly trueUntil: number;
  /** A newer state of the same stack was given as well: what this one has may have left the stack since. */
  readonly isOutdated: boolean;
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
 * it. `newer than the state`: it began after the saved state was written, which so cannot tell. `in an older state`: somebody took it
 * out of the stack, or the two states are of different stacks with one name. `owner not in the account`: what the state has in its place
 * is not there, so the state may be a copy, or out of date, and the orphan its successor. `other account`: nothing of the states is there.
 */
export type Doubt =
  | "unknown token"
  | "under way"
  | "newer than the state"
  | "in an older state"
  | "owner not in the account"
  | "other account";

/** What is known of an orphan when it is to be doubted. */
export interface Suspect {
  readonly id: number;
  readonly token: string;
  /** In milliseconds since 1970. */
  readonly startedAt: number | undefined;
  readonly ageMs: number | undefined;
  /** Its mark says that no create has come to its end with it. */
  readonly isPending: boolean;
}

const MINUTE_MS = 60_000;
/** The defaults of `timeouts`, for a state that does not hold them. */
const CREATE_MINUTES = 30;
const DELETE_MINUTES = 10;

/** What the newest states have of a token's resource: an older state of the same stack does not know better. */
export function ownEntries(entries: readonly StateEntry[], token: string): StateEntry[] {
  return entries.filter((entry) => entry.token === token && !entry.isOutdated);
}

/** The owner, as its entries tell it; undefined without any. Of several that stand, one that the account lacks tells more. */
export function ownerOf(own: readonly StateEntry[], idsInAccount: ReadonlySet<number>): Owner | undefined {
  const standing = own.find((entry) => isMissing(entry, idsInAccount)) ?? own.find(({ stage }) => stage === "standing");
  const entry = standing ?? own[0];
  if (entry === undefined) return undefined;
  const isToBeCreated = standing === undefined || own.some(({ stage }) => stage === "creating");
  return { urn: entry.urn, contractId: standing?.contractId, isToBeCreated };
}

/** The state has its contract, and the account does not. */
function isMissing({ stage, contractId }: StateEntry, idsInAccount: ReadonlySet<number>): boolean {
  return stage === "standing" && contractId !== undefined && !idsInAccount.has(contractId);
}

/** Where an older state has a contract. */
export function formerEntry(entries: readonly StateEntry[], id: number): StateEntry | undefined {
  return entries.find(({ contractId, isOutdated }) => isOutdated && contractId === id);
}

/** Whether the states have contracts and the account none of those: it may be that of other stacks. */
export function isOtherAccount(entries: readonly StateEntry[], idsInAccount: ReadonlySet<number>): boolean {
  const ids = entries.flatMap(({ contractId, isOutdated }) => (isOutdated ? [] : (contractId ?? [])));
  return ids.length > 0 && !ids.some((id) => idsInAccount.has(id));
}

/** The first reason not to end it unasked. */
export function doubtOf(
  suspect: Suspect,
  entries: readonly StateEntry[],
  idsInAccount: ReadonlySet<number>,
): Doubt | undefined {
  if (isOtherAccount(entries, idsInAccount)) return "other account";
  const own = ownEntries(entries, suspect.token);
  if (formerEntry(entries, suspect.id) !== undefined) return "in an older state";
  if (own.length === 0) return "unknown token";
  // A saved state lacks what was replaced since: the new contract carries the same token.
  const isNewer = ({ trueUntil }: StateEntry) => (suspect.startedAt ?? Number.POSITIVE_INFINITY) > trueUntil;
  if (own.some(isNewer)) return "newer than the state";
  if (isUnderWay(suspect, own, entries)) return "under way";
  // The token is the original's: what that has rented since carries it, too.
  return own.some((entry) => isMissing(entry, idsInAccount)) ? "owner not in the account" : undefined;
}

/**
 * Whether a create may be at work on it. One that the state has begun may be so however old the contract is: it takes up what another left
 * behind days ago. And one that has only just rented may not be in the state yet, or be in that of a copy.
 */
function isUnderWay(
  { id, ageMs, isPending }: Suspect,
  own: readonly StateEntry[],
  entries: readonly StateEntry[],
): boolean {
  const isCreating = ({ stage }: StateEntry) => stage === "creating";
  const isAdopting = (entry: StateEntry) => isCreating(entry) && !entry.isOutdated && entry.adopts === id;
  if (own.some(isCreating) || entries.some(isAdopting)) return true;
  const limits = own.map(
    ({ createMinutes = CREATE_MINUTES, deleteMinutes = DELETE_MINUTES }) => createMinutes + deleteMinutes,
  );
  return isPending && (ageMs ?? 0) < Math.max(...limits) * MINUTE_MS;
}
