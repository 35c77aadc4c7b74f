import { MINUTE_MS } from "./clock.js";
// What the states that were given say of a marked thing that stands in none of them: whose it is, and whether that is sure. Pure.

/** What is billed and carries a mark. */
export type Noun = "instance" | "volume";

/** Ids of what the account has. */
export type InAccount = Readonly<Record<Noun, ReadonlySet<number>>>;

/** One billed thing as a Pulumi state has it: a resource, or an operation that began and whose end the state does not know. */
export interface StateEntry {
  readonly urn: string;
  readonly noun: Noun;
  readonly token: string | undefined;
  /** Id of its contract or volume; undefined while it is being created. */
  readonly id: number | undefined;
  /** Volumes that it names besides itself: made with it, mounted by it, taken over or copied by its create. */
  readonly volumeIds: readonly number[];
  /** Name of the volume that its rent was to make: all that a state has of it until a list has shown it. */
  readonly volumeName: string | undefined;
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
  readonly noun: Noun;
  /** The contract or volume that the state has for it. */
  readonly id: number | undefined;
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
  readonly noun: Noun;
  readonly id: number;
  readonly token: string;
  /** In milliseconds since 1970. */
  readonly startedAt: number | undefined;
  readonly ageMs: number | undefined;
  /** Nothing says that a create has come to its end with it. */
  readonly mayBeUnfinished: boolean;
  /** An older state has it. */
  readonly isInOlderState: boolean;
}

/** The defaults of `timeouts`, for a state that does not hold them. */
const CREATE_MINUTES = 30;
const DELETE_MINUTES = 10;

/** What the newest states have of a token's resource: an older state of the same stack does not know better. */
export function ownEntries(entries: readonly StateEntry[], token: string): StateEntry[] {
  return entries.filter((entry) => entry.token === token && !entry.isOutdated);
}

/** The owner, as its entries tell it; undefined without any. Of several that stand, one that the account lacks tells more. */
export function ownerOf(own: readonly StateEntry[], account: InAccount): Owner | undefined {
  const standing = own.find((entry) => isMissing(entry, account)) ?? own.find(({ stage }) => stage === "standing");
  const entry = standing ?? own[0];
  if (entry === undefined) return undefined;
  const isToBeCreated = standing === undefined || own.some(({ stage }) => stage === "creating");
  return { urn: entry.urn, noun: entry.noun, id: standing?.id, isToBeCreated };
}

/** Whether the states have something billed and the account nothing of that: it may be that of other stacks. */
export function isOtherAccount(entries: readonly StateEntry[], account: InAccount): boolean {
  const known = entries.filter(({ id, isOutdated }) => id !== undefined && !isOutdated);
  return known.length > 0 && !known.some((entry) => isThere(entry, account));
}

/** The first reason not to end it unasked. */
export function doubtOf(suspect: Suspect, entries: readonly StateEntry[], account: InAccount): Doubt | undefined {
  if (isOtherAccount(entries, account)) return "other account";
  if (suspect.isInOlderState) return "in an older state";
  const own = ownEntries(entries, suspect.token);
  if (own.length === 0) return "unknown token";
  // A saved state lacks what was replaced since: the new contract carries the same token.
  const isNewer = ({ trueUntil }: StateEntry) => (suspect.startedAt ?? Number.POSITIVE_INFINITY) > trueUntil;
  if (own.some(isNewer)) return "newer than the state";
  if (isUnderWay(suspect, own, entries)) return "under way";
  // The token is the original's: what that has rented since carries it, too.
  return own.some((entry) => isMissing(entry, account)) ? "owner not in the account" : undefined;
}

/**
 * Whether a create may be at work on it. One that the state has begun may be so however old the thing is: it takes up what another left
 * behind days ago. And one that has only just rented may not be in the state yet, or be in that of a copy.
 */
function isUnderWay(
  { noun, id, ageMs, mayBeUnfinished }: Suspect,
  own: readonly StateEntry[],
  entries: readonly StateEntry[],
): boolean {
  const isCreating = ({ stage }: StateEntry) => stage === "creating";
  const isAdopting = (entry: StateEntry) => isCreating(entry) && !entry.isOutdated && entry.adopts === id;
  if (own.some(isCreating) || (noun === "instance" && entries.some(isAdopting))) return true;
  const limits = own.map(
    ({ createMinutes = CREATE_MINUTES, deleteMinutes = DELETE_MINUTES }) => createMinutes + deleteMinutes,
  );
  return mayBeUnfinished && (ageMs ?? 0) < Math.max(...limits) * MINUTE_MS;
}

function isThere({ noun, id }: StateEntry, account: InAccount): boolean {
  return id !== undefined && account[noun].has(id);
}

/** The state has its contract or volume, and the account does not. */
function isMissing(entry: StateEntry, account: InAccount): boolean {
  return entry.stage === "standing" && entry.id !== undefined && !isThere(entry, account);
}
