import type * as pulumi from "@pulumi/pulumi";
import type { Account } from "../../account/account.js";
import { type LookupOptions, type LookupOutputOptions, lookupAccount, lookupOutput } from "../../lookup.js";

export interface GetEnvVarNamesResult {
  /** Upper-case and in order; values cannot be read. */
  readonly names: readonly string[];
}

/** Looks up the names of the account's environment variables. Needs the permission `user_read`. */
export async function getEnvVarNames(opts: LookupOptions = {}): Promise<GetEnvVarNamesResult> {
  return lookUp(undefined, await lookupAccount(opts));
}

/** {@link getEnvVarNames} that waits for its provider and dependencies. */
export function getEnvVarNamesOutput(opts: LookupOutputOptions = {}): pulumi.Output<GetEnvVarNamesResult> {
  return lookupOutput(undefined, opts, lookUp);
}

async function lookUp(_args: undefined, account: Account): Promise<GetEnvVarNamesResult> {
  const names = await account.envVarNames();
  return { names: [...names].sort() };
}
