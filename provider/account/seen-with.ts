import { createHash } from "node:crypto";
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

/** Whether a thing was last seen with another key than the account's; false for a state that does not say. */
export function wasSeenWithOther(before: Outputs, account: Pick<Account, "settings">): boolean {
  const mark = before[SEEN_WITH];
  return typeof mark === "string" && mark !== seenWith(account)[SEEN_WITH];
}

/**
 * Throws for a billed thing that this account does not have and that was last seen with another key: that is no proof that it is gone.
 * `what` is its name in messages, such as `Instance 7`.
 */
export function refuseElsewhere(what: string, before: Outputs, account: Pick<Account, "settings">): void {
  if (!wasSeenWithOther(before, account)) return;
  throw new VastError(
    "other_account",
    `${what} is not in the account of the key from ${account.settings.keySource ?? "nowhere"}, and it was last seen with another key. If that one ` +
      "belongs to another account, it is billed there. Nothing was changed, and it stays in the stack. Set that key again, for instance to " +
      "destroy it. If the key was only renewed, and it is gone since, take it out of the stack with `pulumi state delete` and its URN.",
  );
}
