import { type Client, createClient } from "../api/client.js";
import type { WireInstance } from "../api/instance-row.js";
import { instanceEndpoints } from "../api/instances.js";
import type { WireSshKey } from "../api/ssh-keys.js";
import type { WireVolume } from "../api/volumes.js";
import { type Clock, systemClock } from "../clock.js";
import { type Claims, createClaims } from "./claims.js";
import { createDestroyer, type Destroyer } from "./destroyer.js";
import { gather } from "./gather.js";
import { createListing, type Listing } from "./listing.js";
import { createMarked, type Marked } from "./marked.js";
import { createPriceIncreases, type PriceIncreases } from "./price-increases.js";
import { MISSING_KEY, type Settings } from "./settings.js";
import { createTurns, type Turns } from "./turns.js";
import { createWatcher, type Watcher } from "./watcher.js";

/** What all resources of one API key share inside one process. */
export interface Account {
  readonly settings: Settings;
  readonly client: Client;
  readonly clock: Clock;
  readonly claims: Claims;
  /** The queue of those who choose an offer and rent it: whoever chooses sees what those before have taken. */
  readonly renting: Turns;
  readonly watcher: Watcher;
  readonly listing: Listing;
  /** Ends contracts; those that come together leave as one call. */
  readonly destroy: Destroyer;
  /** Contracts whose label begins with this provider's mark, as far as a quick look tells. */
  readonly marked: Marked;
  /** Proposals of hosts to raise prices, as far as a quick look tells. */
  readonly priceIncreases: PriceIncreases;
  /** All contracts of the account with their labels, read after the question; askers that come together share one list. */
  contracts(signal?: AbortSignal): Promise<WireInstance[]>;
  /** Contracts with exactly this label, read after the question; askers that come together share one short list. */
  labelled(label: string, signal?: AbortSignal): Promise<WireInstance[]>;
  /** All volumes of the account, read after the question; askers that come together share one list. */
  volumes(signal?: AbortSignal): Promise<WireVolume[]>;
  /**
   * The instance as it is now, or undefined when it does not exist for certain: absent from the list *and* by its id. Looks
   * that come together share list calls.
   */
  look(id: number, signal?: AbortSignal): Promise<WireInstance | undefined>;
  /** The account's SSH keys, read after the question; askers that come together share one list. */
  sshKeys(signal?: AbortSignal): Promise<WireSshKey[]>;
  /** The names of the account's environment variables, likewise. */
  envVarNames(signal?: AbortSignal): Promise<string[]>;
}

/** Makes the things that one key shares. Use {@link accountFor} unless time is to be replaced. */
export function createAccount(settings: Settings, clock: Clock = systemClock(settings.timeScale)): Account {
  const { apiUrl, apiKey, keySource } = settings;
  const client = createClient({ apiUrl, apiKey, keySource, clock, missingKey: MISSING_KEY });
  const listing = createListing(client);
  const inTurn = { spacingMs: instanceEndpoints.list.minIntervalSeconds * 1000 };
  const rowsOf = gather<readonly number[], WireInstance[]>(clock, (ids) => listing.byIds(ids.flat()), inTurn);
  const everything = gather<void, WireInstance[]>(clock, () => listing.all({}), { ...inTurn, oneAtATime: true });
  const withLabels = gather<string, WireInstance[]>(
    clock,
    (labels) => listing.all({ select_filters: { label: { in: labels } } }),
    inTurn,
  );
  const sshKeys = gather<void, WireSshKey[]>(clock, () => client.sshKeys.list());
  const envVarNames = gather<void, string[]>(clock, () => client.secrets.names());
  const allVolumes = gather<void, WireVolume[]>(clock, () => client.volumes.list());
  const inList = async (id: number, signal?: AbortSignal) => (await rowsOf([id], signal)).find((row) => row.id === id);
  const look: Account["look"] = async (id, signal) =>
    (await inList(id, signal)) ?? (await client.instances.show(id, signal));
  const lookInLists: Account["look"] = async (id, signal) =>
    (await inList(id, signal)) ?? (await everything(undefined, signal)).find((row) => row.id === id);
  return {
    settings,
    client,
    clock,
    listing,
    look,
    claims: createClaims(),
    renting: createTurns(),
    marked: createMarked(listing, clock, Boolean(apiKey)),
    priceIncreases: createPriceIncreases(client, clock),
    watcher: createWatcher(clock, listing.byIds),
    destroy: createDestroyer(client, clock, { look, lookInLists }),
    contracts: (signal) => everything(undefined, signal),
    labelled: async (label, signal) => (await withLabels(label, signal)).filter((row) => row.label === label),
    volumes: (signal) => allVolumes(undefined, signal),
    sshKeys: (signal) => sshKeys(undefined, signal),
    envVarNames: (signal) => envVarNames(undefined, signal),
  };
}

const accounts = new Map<string, Account>();

/** The account of these settings: one per key, address and process, so that its limits are kept by all together. */
export function accountFor(settings: Settings): Account {
  const key = JSON.stringify([settings.apiUrl, settings.apiKey, settings.timeScale]);
  const account = accounts.get(key) ?? createAccount(settings);
  accounts.set(key, account);
  return account;
}
