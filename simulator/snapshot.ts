import { creditOf } from "./accounts.js";
import type { Contract } from "./contracts/contract.js";
import { dollarsBilled, dollarsPerHourNow } from "./contracts/money.js";
import { type Volume, volumeDollarsBilled, volumeDollarsPerHour } from "./contracts/volume.js";
import type { LoggedRequest, RequestLog } from "./http/request-log.js";
import type { Ask } from "./market/ask.js";
import { openAsks } from "./market/search.js";
import { settle } from "./settle.js";
import type { State } from "./state.js";

/** One contract from outside: what a test or a person wants to know. Money in dollars, times as ISO text. */
export interface ContractView {
  readonly id: number;
  /** Number of the account, in the order in which the keys were first seen. */
  readonly account: number;
  readonly label: string | null;
  readonly image: string;
  readonly actualStatus: string | null;
  readonly intendedStatus: string;
  readonly curState: string;
  readonly nextState: string;
  readonly statusMsg: string | null;
  readonly isBid: boolean;
  readonly gpuName: string;
  readonly numGpus: number;
  readonly machineId: number;
  readonly hostId: number;
  readonly offerId: number;
  readonly diskGb: number;
  readonly createdAt: string;
  readonly destroyedAt: string | null;
  readonly dollarsBilled: number;
  readonly dollarsPerHourNow: number;
  /** Ids of the SSH keys inside. */
  readonly sshKeyIds: readonly number[];
}

/** One volume from outside. Money in dollars, times as ISO text. */
export interface VolumeView {
  readonly id: number;
  /** Number of the account. */
  readonly account: number;
  readonly name: string;
  readonly sizeGb: number;
  readonly machineId: number;
  readonly clonedFrom: number | null;
  /** Contracts that are not destroyed and have it inside. */
  readonly mountedBy: readonly number[];
  readonly createdAt: string;
  readonly deletedAt: string | null;
  readonly dollarsBilled: number;
  readonly dollarsPerHourNow: number;
}

/** One offer from outside; prices in $/h for the slice, without disk. */
export interface OfferView {
  readonly id: number;
  readonly machineId: number;
  readonly gpuName: string;
  readonly numGpus: number;
  readonly dollarsPerHour: number;
  readonly minBid: number;
  readonly geolocation: string;
  readonly reliability: number;
  readonly verification: string;
}

/** One template from outside; its environment and login are never shown. */
export interface TemplateView {
  readonly id: number;
  /** Number of the account that made it; 0 for Vast itself. */
  readonly account: number;
  /** False once its maker has deleted it; the record stays for others. */
  readonly kept: boolean;
  readonly hashId: string;
  readonly name: string;
  /** With its tag. */
  readonly image: string;
  readonly description: string;
  readonly private: boolean;
  /** How many instances were made of it. */
  readonly countCreated: number;
}

/** One account from outside; its key is never shown. */
export interface AccountView {
  readonly number: number;
  readonly credit: number;
  readonly revoked: boolean;
  /** Public SSH keys that are not deleted, oldest first. */
  readonly sshKeys: readonly SshKeyView[];
  /** Names of the environment variables; values are never shown. */
  readonly envVarNames: readonly string[];
  /** Keys that were made with permissions of their own and are not deleted, oldest first; the keys themselves are never shown. */
  readonly apiKeys: readonly ApiKeyView[];
}

/** One key with permissions of its own. */
export interface ApiKeyView {
  readonly id: number;
  readonly name: string;
  /** Categories, in order. */
  readonly permissions: readonly string[];
}

/** One SSH key of an account. */
export interface SshKeyView {
  readonly id: number;
  readonly publicKey: string;
  /** ISO text. */
  readonly createdAt: string;
}

/** Everything at one moment. */
export interface WorldView {
  /** ISO time on the world's clock. */
  readonly now: string;
  readonly accounts: readonly AccountView[];
  /** All contracts, those that were destroyed included, oldest first. */
  readonly contracts: readonly ContractView[];
  /** All volumes, deleted ones included, oldest first. */
  readonly volumes: readonly VolumeView[];
  /** All templates, those that were deleted included, oldest first. */
  readonly templates: readonly TemplateView[];
  /** What can be rented now. */
  readonly offers: readonly OfferView[];
  readonly requests: readonly LoggedRequest[];
  /** "METHOD /path" of requests that no route took. */
  readonly unknownRoutes: readonly string[];
  /** What everything has cost so far, in dollars. */
  readonly dollarsBilled: number;
  /** What everything costs at this moment, $/h. */
  readonly billedPerHour: number;
}

/** Shows the whole world. */
export function worldView(state: State, log: RequestLog): WorldView {
  const now = settle(state);
  const contracts = [...state.contracts.values()].map((contract) => contractView(contract, now));
  const volumes = volumeViews(state, now);
  return {
    now: new Date(now).toISOString(),
    accounts: state.accounts.map((account) => ({
      number: account.number,
      credit: creditOf(state, account, now),
      revoked: account.revoked,
      sshKeys: account.sshKeys
        .filter(({ deletedAt }) => deletedAt === null)
        .map(({ id, publicKey, createdAt }) => ({ id, publicKey, createdAt: new Date(createdAt).toISOString() })),
      envVarNames: [...account.secrets.keys()],
      apiKeys: account.apiKeys
        .filter(({ deletedAt }) => deletedAt === null)
        .map(({ id, name, permissions }) => ({ id, name, permissions: [...permissions].sort() })),
    })),
    contracts,
    volumes,
    templates: templateViews(state),
    offers: openAsks(state).map(offerView),
    requests: [...log.requests],
    unknownRoutes: [...log.unknownRoutes],
    dollarsBilled: sum([...contracts, ...volumes].map((contract) => contract.dollarsBilled)),
    billedPerHour: sum([...contracts, ...volumes].map((contract) => contract.dollarsPerHourNow)),
  };
}

/** Shows one contract at the moment `at`. */
export function contractView(contract: Contract, at: number): ContractView {
  const { facts, condition } = contract;
  return {
    id: contract.id,
    account: contract.account,
    label: contract.label,
    image: contract.recipe.image,
    actualStatus: condition.actual,
    intendedStatus: condition.intended,
    curState: condition.current,
    nextState: condition.next,
    statusMsg: condition.message,
    isBid: contract.isBid,
    gpuName: facts.gpu_name,
    numGpus: facts.num_gpus,
    machineId: facts.machine_id,
    hostId: facts.host_id,
    offerId: contract.offerId,
    diskGb: contract.diskGb,
    createdAt: new Date(contract.createdAt).toISOString(),
    destroyedAt: contract.destroyedAt === null ? null : new Date(contract.destroyedAt).toISOString(),
    dollarsBilled: dollarsBilled(contract, at),
    dollarsPerHourNow: dollarsPerHourNow(contract),
    sshKeyIds: contract.sshKeys.map(({ id }) => id),
  };
}

/** Shows all volumes at the moment `at`, deleted ones included, oldest first. */
export function volumeViews(state: State, at: number): VolumeView[] {
  return [...state.volumes.values()].map((volume) => volumeView(state, volume, at));
}

function volumeView(state: State, volume: Volume, at: number): VolumeView {
  const mounting = [...state.contracts.values()].filter(
    ({ destroyedAt, mounts }) => destroyedAt === null && mounts.some((mount) => mount.volume === volume),
  );
  return {
    id: volume.id,
    account: volume.account,
    name: volume.name,
    sizeGb: volume.sizeGb,
    machineId: volume.facts.machine_id,
    clonedFrom: volume.clonedFrom,
    mountedBy: mounting.map(({ id }) => id),
    createdAt: new Date(volume.createdAt).toISOString(),
    deletedAt: volume.deletedAt === null ? null : new Date(volume.deletedAt).toISOString(),
    dollarsBilled: volumeDollarsBilled(volume, at),
    dollarsPerHourNow: volumeDollarsPerHour(volume),
  };
}

/** Shows one offer. */
export function offerView({ offerId, facts }: Ask): OfferView {
  return {
    id: offerId,
    machineId: facts.machine_id,
    gpuName: facts.gpu_name,
    numGpus: facts.num_gpus,
    dollarsPerHour: facts.dph_base,
    minBid: facts.min_bid,
    geolocation: facts.geolocation,
    reliability: facts.reliability,
    verification: facts.verification,
  };
}

/** Shows all templates. */
export function templateViews(state: State): TemplateView[] {
  return [...state.shelf.templates.values()].map(({ id, maker, keptByMaker, hashId, content, countCreated }) => ({
    id,
    account: maker,
    kept: keptByMaker,
    hashId,
    name: content.name ?? "",
    image: `${content.image}:${content.tag}`,
    description: content.desc ?? "",
    private: content.private ?? false,
    countCreated,
  }));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
