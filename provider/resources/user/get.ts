import type * as pulumi from "@pulumi/pulumi";
import type { Account } from "../../account/account.js";
import { type LookupOptions, type LookupOutputOptions, lookupAccount, lookupOutput } from "../../lookup.js";

/** The account that the API key belongs to. What Vast does not tell is left out. */
export interface GetUserResult {
  readonly userId?: number;
  readonly email?: string;
  readonly username?: string;
  readonly fullName?: string;
  /** Money left, in $. */
  readonly creditDollars?: number;
  readonly balanceDollars?: number;
  /** Below this balance Vast charges the card again, in $. */
  readonly balanceThresholdDollars?: number;
  readonly canPay?: boolean;
  readonly hasBilling?: boolean;
  /** Public SSH key that Vast puts into new instances. */
  readonly sshPublicKey?: string;
  /** ISO 8601 in UTC. */
  readonly createdAt?: string;
}

/** Looks up the account of the key; needs the permission `user_read`. */
export async function getUser(opts: LookupOptions = {}): Promise<GetUserResult> {
  return lookUp(undefined, await lookupAccount(opts));
}

/** {@link getUser} that waits for its provider and dependencies. */
export function getUserOutput(opts: LookupOutputOptions = {}): pulumi.Output<GetUserResult> {
  return lookupOutput(undefined, opts, lookUp);
}

async function lookUp(_args: undefined, { client }: Account): Promise<GetUserResult> {
  const user = await client.users.current();
  const result = {
    userId: user.id,
    email: user.email,
    username: user.username,
    fullName: user.fullname,
    creditDollars: user.credit,
    balanceDollars: user.balance,
    balanceThresholdDollars: user.balance_threshold,
    canPay: user.can_pay,
    hasBilling: user.has_billing,
    sshPublicKey: user.ssh_key,
    createdAt: typeof user.created_at === "number" ? new Date(user.created_at).toISOString() : undefined,
  };
  const told = Object.entries(result).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return Object.fromEntries(told) as GetUserResult;
}
