import type { Account, AccountSshKey } from "../accounts.js";
import type { Contract } from "./contract.js";

/** The keys of an account that are not deleted, oldest first. */
export function livingKeys({ sshKeys }: Account): AccountSshKey[] {
  return sshKeys.filter(({ deletedAt }) => deletedAt === null);
}

/** What Vast puts into a new instance by itself: every key of the account, one of a kind. */
export function keysForNewInstance(account: Account): Contract["sshKeys"] {
  const distinct = new Map(livingKeys(account).map((key) => [typeAndBlob(key.publicKey), key]));
  return [...distinct.values()].map(({ id, publicKey }) => ({ id, publicKey }));
}

/** What makes a key the key that it is: its line without the comment. */
export function typeAndBlob(publicKey: string): string {
  return publicKey.trim().split(/\s+/).slice(0, 2).join(" ");
}
