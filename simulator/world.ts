import { accountOfKey, creditOf, digestOf } from "./accounts.js";
import { actInConsole, type ConsoleAction } from "./console.js";
import type { RequestLog } from "./http/request-log.js";
import { openAsks } from "./market/search.js";
import { addOffer, type OfferFacts, occupy, setMinBid, takeOffer, vacate, withdrawOffer } from "./market/seeding.js";
import type { Settings } from "./settings.js";
import { settle } from "./settle.js";
import {
  type ContractView,
  contractView,
  type OfferView,
  offerView,
  type TemplateView,
  templateViews,
  type VolumeView,
  volumeViews,
  type WorldView,
  worldView,
} from "./snapshot.js";
import { nowOf, type State } from "./state.js";
import type { StoryRule } from "./stories.js";
import { editTemplate, makeTemplate, type TemplateContent, templateOf } from "./template-shelf.js";

/** The pretend world in the hand of a test: look at it, seed it, and do in it what hosts, rivals and people do. */
export interface World {
  /** How the service behaves as a whole; write to it at any time. */
  readonly settings: Settings;
  /** Milliseconds since 1970 on the world's clock. */
  now(): number;
  /** Moves the world ahead of its clock; nothing waits. */
  advance(seconds: number): void;

  /** Everything at this moment, the same as `GET /_simulator/world`. */
  view(): WorldView;
  /** All contracts, those that were destroyed included, oldest first. */
  contracts(): ContractView[];
  /** One contract, also after its end; undefined for an id that never was. */
  contract(id: number): ContractView | undefined;
  /** The contracts that cost something now: all that are not destroyed. */
  billedContracts(): ContractView[];
  /** All volumes, deleted ones included, oldest first. */
  volumes(): VolumeView[];
  /** The volumes that cost something now. */
  billedVolumes(): VolumeView[];
  /** What can be rented now. */
  offers(): OfferView[];

  /** All templates, those that were deleted included, oldest first. */
  templates(): TemplateView[];
  /** Somebody makes a template, in Vast's columns: another account, or Vast itself (0, the default). Returns its id. */
  addTemplate(content: TemplateContent, account?: number): number;
  /** Its maker edits a template in the web console, in Vast's columns. */
  editTemplate(id: number, changes: TemplateContent): void;
  /** Its maker deletes a template in the web console. */
  deleteTemplate(id: number): void;

  /** Puts an offer on the market and returns its id. What is not given is that of a plain verified RTX 4090 machine. */
  addOffer(facts?: OfferFacts): number;
  /** Empties the market and puts these offers on it; returns their ids in order. Contracts stay. */
  replaceOffers(offers: readonly OfferFacts[]): number[];
  /** The host takes an offer off the market. */
  withdrawOffer(offerId: number): void;
  /** The least bid of an offer becomes this many $/h. */
  setMinBid(offerId: number, dollarsPerHour: number): void;
  /** Another renter takes an offer: it and all that overlap it are gone. */
  takeOffer(offerId: number): void;
  /** Another renter takes the GPUs of a contract that does not run, so that its next start is queued. */
  takeGpusOf(contractId: number): void;
  /** The other renter leaves again; queued starts go ahead. */
  freeGpusOf(contractId: number): void;

  /** Tells what becomes of contracts that begin from now on; the last story told that fits counts. */
  tell(rule: StoryRule): void;
  /** Does to a contract what a person would do in the web console. */
  act(contractId: number, action: ConsoleAction): void;
  /** Sets the money left, in dollars: of one account, or of all, those still to come included. */
  setCredit(dollars: number, account?: number): void;
  /** The values of an account's environment variables by name: what no route tells. Default account 1. */
  secrets(account?: number): Record<string, string>;
  /** From now on the key is answered as a revoked one. */
  revokeKey(apiKey: string): void;
  /** Makes a revoked key good again. */
  restoreKey(apiKey: string): void;
}

/** The world over a state. */
export function createWorld(state: State, log: RequestLog): World {
  const contracts = () => {
    const now = settle(state);
    return [...state.contracts.values()].map((contract) => contractView(contract, now));
  };
  const setRevoked = (apiKey: string, revoked: boolean) => {
    accountOfKey(state, apiKey);
    const account = state.accounts.find(({ keyDigest }) => keyDigest === digestOf(apiKey));
    if (account !== undefined) account.revoked = revoked;
  };
  return {
    settings: state.settings,
    now: () => nowOf(state),
    advance: (seconds) => {
      state.aheadMs += seconds * 1000;
      settle(state);
      for (const onMove of [...state.onAdvance]) onMove();
    },
    view: () => worldView(state, log),
    contracts,
    contract: (id) => contracts().find((contract) => contract.id === id),
    billedContracts: () => contracts().filter(({ destroyedAt }) => destroyedAt === null),
    volumes: () => volumeViews(state, settle(state)),
    billedVolumes: () => volumeViews(state, settle(state)).filter(({ deletedAt }) => deletedAt === null),
    offers: () => {
      settle(state);
      return openAsks(state).map(offerView);
    },
    templates: () => templateViews(state),
    addTemplate: (content, account = 0) => makeTemplate(state, account, content).id,
    editTemplate: (id, changes) => editTemplate(state, templateOf(state, id), changes),
    deleteTemplate: (id) => {
      templateOf(state, id).keptByMaker = false;
    },
    addOffer: (facts = {}) => addOffer(state, facts),
    replaceOffers: (offers) => {
      state.asks.length = 0;
      return offers.map((facts) => addOffer(state, facts));
    },
    withdrawOffer: (offerId) => withdrawOffer(state, offerId),
    setMinBid: (offerId, dollarsPerHour) => setMinBid(state, offerId, dollarsPerHour),
    takeOffer: (offerId) => takeOffer(state, offerId),
    takeGpusOf: (contractId) => {
      settle(state);
      occupy(state, contractId);
    },
    freeGpusOf: (contractId) => vacate(state, contractId, settle(state)),
    tell: (rule) => {
      state.storyRules.push({ ...rule });
    },
    act: (contractId, action) => actInConsole(state, contractId, action, settle(state)),
    setCredit: (dollars, number) => {
      const now = settle(state);
      if (number === undefined) state.settings.openingCredit = dollars;
      for (const account of state.accounts) {
        if (number !== undefined && account.number !== number) continue;
        account.deposited += dollars - creditOf(state, account, now);
      }
    },
    secrets: (number = 1) =>
      Object.fromEntries(state.accounts.find((account) => account.number === number)?.secrets ?? []),
    revokeKey: (apiKey) => setRevoked(apiKey, true),
    restoreKey: (apiKey) => setRevoked(apiKey, false),
  };
}
