import type * as pulumi from "@pulumi/pulumi";
import type { Account } from "../../account/account.js";
import { type LookupOptions, type LookupOutputOptions, lookupAccount, lookupOutput } from "../../lookup.js";
import { type SshKeyFacts, sshKeyFacts } from "./outputs.js";

/** One SSH key of the account; of a text that is no public key only `keyId` and `publicKey` are told. */
export interface SshKeyDetails extends Partial<Omit<SshKeyFacts, "keyId">> {
  readonly keyId: number;
  /** The line as Vast keeps it, this provider's mark included. */
  readonly publicKey: string;
}

export interface GetSshKeysResult {
  readonly sshKeys: readonly SshKeyDetails[];
}

/** Looks up the public SSH keys of the account, those of this program and all others. Needs the permission `user_read`. */
export async function getSshKeys(opts: LookupOptions = {}): Promise<GetSshKeysResult> {
  return lookUp(undefined, await lookupAccount(opts));
}

/** {@link getSshKeys} that waits for its provider and dependencies. */
export function getSshKeysOutput(opts: LookupOutputOptions = {}): pulumi.Output<GetSshKeysResult> {
  return lookupOutput(undefined, opts, lookUp);
}

async function lookUp(_args: undefined, account: Account): Promise<GetSshKeysResult> {
  const rows = await account.sshKeys();
  return { sshKeys: rows.map((row) => ({ ...sshKeyFacts(row), publicKey: row.publicKey })) };
}
