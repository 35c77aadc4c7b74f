import { createHash } from "node:crypto";
import type { Permission } from "../provider/api/permissions.js";
import type { Contract } from "./contracts/contract.js";
import { dollarsBilled, dollarsPerHourNow } from "./contracts/money.js";
import { type Volume, volumeDollarsBilled, volumeDollarsPerHour } from "./contracts/volume.js";
import type { State } from "./state.js";

const MS_PER_HOUR = 3_600_000;

/** One account: an API key with contracts and money of its own. */
export interface Account {
  /** 1, 2, 3 … in the order in which their keys were first seen; what the world shows instead of the key. */
  readonly number: number;
  /** Only a digest of the key is kept. */
  readonly keyDigest: string;
  /** Everything that was ever paid in, in dollars. */
  deposited: number;
  revoked: boolean;
  /** Oldest first, deleted ones included. */
  readonly sshKeys: AccountSshKey[];
  /** Environment variables by their upper-case names. */
  readonly secrets: Map<string, string>;
  /** Keys that were made with permissions of their own, oldest first, deleted ones included. */
  readonly apiKeys: LimitedKey[];
}

/** A key that may do only some things; times in milliseconds. */
export interface LimitedKey {
  readonly id: number;
  readonly name: string;
  readonly keyDigest: string;
  readonly permissions: ReadonlySet<string>;
  readonly createdAt: number;
  deletedAt: number | null;
}

/** A public SSH key of an account; times in milliseconds. */
export interface AccountSshKey {
  readonly id: number;
  publicKey: string;
  readonly createdAt: number;
  deletedAt: number | null;
}

/** The digest under which a key is known. */
export function digestOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

/** Whether a key may do what needs `permission`: a whole account's may do all, and null needs none. */
export function isPermitted(account: Account, key: string, permission: Permission | null | undefined): boolean {
  const limited = limitedKeyOf(account, digestOf(key));
  return (
    limited === undefined || permission === null || (permission !== undefined && limited.permissions.has(permission))
  );
}

function limitedKeyOf({ apiKeys }: Account, digest: string): LimitedKey | undefined {
  return apiKeys.find(({ keyDigest, deletedAt }) => keyDigest === digest && deletedAt === null);
}

/** The account of a key, opened when an acceptable key comes for the first time; undefined for a wrong or revoked key. */
export function accountOfKey(state: State, key: string): Account | undefined {
  const digest = digestOf(key);
  const ofLimited = state.accounts.find(({ apiKeys }) => apiKeys.some(({ keyDigest }) => keyDigest === digest));
  if (ofLimited !== undefined) return limitedKeyOf(ofLimited, digest) && !ofLimited.revoked ? ofLimited : undefined;
  if (state.acceptedKeys !== undefined && !state.acceptedKeys.has(digest)) return undefined;
  let account = state.accounts.find(({ keyDigest }) => keyDigest === digest);
  if (account === undefined) {
    const deposited = state.settings.openingCredit;
    account = {
      number: state.accounts.length + 1,
      keyDigest: digest,
      deposited,
      revoked: false,
      sshKeys: [],
      secrets: new Map(),
      apiKeys: [],
    };
    state.accounts.push(account);
  }
  return account.revoked ? undefined : account;
}

/** The contract that a container's own key belongs to, also after its end. */
export function contractOfKey(state: State, key: string): Contract | undefined {
  const digest = digestOf(key);
  return [...state.contracts.values()].find(({ keyDigest }) => keyDigest === digest);
}

/** The contracts of an account, those that have ended included. */
export function contractsOf(state: State, account: number): Contract[] {
  return [...state.contracts.values()].filter((contract) => contract.account === account);
}

/** The volumes of an account, deleted ones included. */
function volumesOf(state: State, account: number): Volume[] {
  return [...state.volumes.values()].filter((volume) => volume.account === account);
}

/** Money left at `at`, in dollars. */
export function creditOf(state: State, account: Account, at: number): number {
  const spent = contractsOf(state, account.number).reduce((sum, contract) => sum + dollarsBilled(contract, at), 0);
  const onVolumes = volumesOf(state, account.number).reduce((sum, volume) => sum + volumeDollarsBilled(volume, at), 0);
  return account.deposited - spent - onVolumes;
}

/** When the money runs out if nothing changes, in milliseconds; undefined when nothing is spent or it is gone already. */
export function creditEndsAt(state: State, account: Account): number | undefined {
  const at = state.settledAt;
  const credit = creditOf(state, account, at);
  const contracts = contractsOf(state, account.number);
  const onVolumes = volumesOf(state, account.number).reduce((sum, volume) => sum + volumeDollarsPerHour(volume), 0);
  const perHour = contracts.reduce((sum, contract) => sum + dollarsPerHourNow(contract), onVolumes);
  // A billionth of a dollar is a rounding error, not money.
  if (perHour === 0 || credit < 1e-9) return undefined;
  return at + (credit / perHour) * MS_PER_HOUR;
}
