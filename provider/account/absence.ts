import { createHash } from "node:crypto";
import { MINUTE_MS } from "../clock.js";
import { VastError } from "../errors.js";
import type { Account } from "./account.js";

/** The output that says with which key a thing was last seen: Vast answers another account's ids as if there were no such thing. */
const SEEN_WITH = "seenWithKey";

type Outputs = Readonly<Record<string, unknown>>;

/** Tells keys apart without telling them: the first 32 bits of a digest. An output to put into the state beside others. */
export function seenWith({ settings }: Pick<Account, "settings">): { readonly [SEEN_WITH]?: string } {
  if (settings.apiKey === undefined) return {};
  return { [SEEN_WITH]: createHash("sha256").update(settings.apiKey).digest("hex").slice(0, 8) };
}

/** The same operation, whose every record of a thing says with which key it was seen: what a failure leaves in the state has that mark as well. */
export function markingKey<Recorder extends { exists(id: string, outputs: Record<string, unknown>): void }>(
  operation: Recorder,
  account: Pick<Account, "settings">,
): Recorder {
  return { ...operation, exists: (id, outputs) => operation.exists(id, { ...outputs, ...seenWith(account) }) };
}

/**
 * Until when, in milliseconds of the clock, the absence of what was rented then may mean that it is too young to show (vast-api.md §2.2). Never more than a
 * minute from `now`: it was rented before, whatever the clock of the process that rented it said. 0 where no time is known.
 */
export function youngUntil(rentedAt: unknown, now: number): number {
  return typeof rentedAt === "string" ? Math.min(Date.parse(rentedAt), now) + MINUTE_MS : 0;
}

/** A billed thing of a state, for those who have to tell whether it is gone. */
export interface BilledThing {
  /** Its name in messages: `Instance`. */
  readonly noun: string;
  readonly id: string;
  /** Its outputs in the state. */
  readonly before: Outputs;
}

/** When absence proves nothing yet, and when it never did. */
export interface Doubts {
  /** The state knows that it was made or seen; else the program asked for it by its id, and absence is its mistake. */
  readonly wasThere: boolean;
  /** It is no fresh one any more, which can be missing from answers; of the moment before the look that did not find it. */
  readonly isOldEnough: boolean;
}

/**
 * Returns when a thing that this account does not show is gone for certain. Throws when the id is wrong, when the thing is too young to show, and when
 * another key saw it last: it may be billed in another account.
 */
export function confirmGone(thing: BilledThing, account: Account, { wasThere, isOldEnough }: Doubts): void {
  const { noun, id, before } = thing;
  if (!wasThere) {
    const word = noun.toLowerCase();
    throw new VastError(
      `no_such_${word}`,
      `There is no ${word} ${id} in this account. Nothing was changed. Correct the id.`,
    );
  }
  if (!isOldEnough) {
    throw new VastError(
      "too_young",
      `${noun} ${id} was rented less than a minute ago and does not show yet; it stays in the stack. Refresh again in a minute.`,
    );
  }
  if (wasSeenWithOther(before, account)) throw elsewhere(thing, account);
}

/** Before something is done to a thing that was last seen with another key: throws unless `look` finds it in this account. */
export async function refuseElsewhere(
  thing: BilledThing,
  account: Account,
  look: () => Promise<object | undefined>,
): Promise<void> {
  if (wasSeenWithOther(thing.before, account) && !(await look())) throw elsewhere(thing, account);
}

/** False for a state that does not say. */
function wasSeenWithOther(before: Outputs, account: Account): boolean {
  const mark = before[SEEN_WITH];
  return typeof mark === "string" && mark !== seenWith(account)[SEEN_WITH];
}

function elsewhere({ noun, id }: BilledThing, { settings }: Account): VastError {
  return new VastError(
    "other_account",
    `${noun} ${id} is not in the account of the key from ${settings.keySource ?? "nowhere"}, and it was last seen with another key. If that one ` +
      "belongs to another account, it is billed there. Nothing was changed, and it stays in the stack. Set that key again, for instance to " +
      "destroy it. If the key was only renewed, and it is gone since, take it out of the stack with `pulumi state delete` and its URN.",
  );
}
