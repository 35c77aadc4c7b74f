import { creditOf } from "./accounts.js";
import type { Contract } from "./contracts/contract.js";
import { dollarsBilled, dollarsPerHourNow } from "./contracts/money.js";
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

/** One account from outside; its key is never shown. */
export interface AccountView {
  readonly number: number;
  readonly credit: number;
  readonly revoked: boolean;
}

/** Everything at one moment. */
export interface WorldView {
  /** ISO time on the world's clock. */
  readonly now: string;
  readonly accounts: readonly AccountView[];
  /** All contracts, those that were destroyed included, oldest first. */
  readonly contracts: readonly ContractView[];
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
  return {
    now: new Date(now).toISOString(),
    accounts: state.accounts.map((account) => ({
      number: account.number,
      credit: creditOf(state, account, now),
      revoked: account.revoked,
    })),
    contracts,
    offers: openAsks(state).map(offerView),
    requests: [...log.requests],
    unknownRoutes: [...log.unknownRoutes],
    dollarsBilled: sum(contracts.map((contract) => contract.dollarsBilled)),
    billedPerHour: sum(contracts.map((contract) => contract.dollarsPerHourNow)),
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

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
