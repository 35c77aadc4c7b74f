import type { Clock } from "../provider/clock.js";
import type { Account } from "./accounts.js";
import type { Contract } from "./contracts/contract.js";
import type { Holder } from "./contracts/gpus.js";
import type { Volume } from "./contracts/volume.js";
import type { Doors } from "./doors.js";
import type { Ask, AskFacts } from "./market/ask.js";
import { generateMarket } from "./market/generate.js";
import { type Random, seededRandom } from "./random.js";
import { defaultSettings, type Settings } from "./settings.js";
import type { StoryRule } from "./stories.js";
import type { Shelf } from "./template-shelf.js";

/** Everything the pretend service knows. Times are milliseconds on the world's clock. */
export interface State {
  readonly clock: Clock;
  /** How far `advance` has moved the world ahead of its clock. */
  aheadMs: number;
  /** Up to which moment everything that was due has happened. */
  settledAt: number;
  readonly seed: number;
  readonly random: Random;
  readonly settings: Settings;
  readonly asks: Ask[];
  readonly contracts: Map<number, Contract>;
  /** Volumes, deleted ones included. */
  readonly volumes: Map<number, Volume>;
  /** Templates and the hashes that they had. */
  readonly shelf: Shelf;
  /** Other people's rentals, which occupy GPUs. */
  readonly strangers: Holder[];
  readonly accounts: Account[];
  /** Digests of the keys that are accepted; undefined accepts every key. */
  readonly acceptedKeys: ReadonlySet<string> | undefined;
  readonly storyRules: StoryRule[];
  /** How many offers were added to the generated market. */
  addedOffers: number;
  nextOfferId: number;
  nextContractId: number;
  nextTemplateId: number;
  /** How many SSH keys there ever were. */
  sshKeysMade: number;
  /** Address of the server, for answers that name one; empty until it listens. */
  origin: string;
  /** Real ports behind which running containers answer; undefined when nothing of them can be reached. */
  readonly doors: Doors | undefined;
  /** Called when `advance` moved the clock. */
  readonly onAdvance: Set<() => void>;
}

/** What a world is made from. */
export interface StateOptions {
  readonly clock: Clock;
  readonly seed: number;
  /** Rows of the market. */
  readonly offers: number;
  readonly acceptedKeys?: ReadonlySet<string> | undefined;
  readonly doors?: Doors | undefined;
}

/** A fresh world with its market. */
export function createState({ clock, seed, offers, acceptedKeys, doors }: StateOptions): State {
  const state: State = {
    clock,
    aheadMs: 0,
    settledAt: clock.now(),
    seed,
    random: seededRandom(seed ^ 0x5eed),
    settings: defaultSettings(),
    asks: [],
    contracts: new Map(),
    volumes: new Map(),
    shelf: { templates: new Map(), snapshots: new Map() },
    strangers: [],
    accounts: [],
    acceptedKeys,
    storyRules: [],
    addedOffers: 0,
    nextOfferId: 45_000_001,
    nextContractId: 50_000_001,
    nextTemplateId: 500_001,
    sshKeysMade: 0,
    doors,
    origin: "",
    onAdvance: new Set(),
  };
  for (const facts of generateMarket(seed, offers, clock.now() / 1000)) addAsk(state, facts);
  return state;
}

/** The present moment of the world. */
export function nowOf(state: State): number {
  return state.clock.now() + state.aheadMs;
}

/** Puts a slice on the market and returns it. */
export function addAsk(state: State, facts: AskFacts): Ask {
  const ask = { offerId: takeOfferId(state), facts };
  state.asks.push(ask);
  return ask;
}

/** A fresh offer id; ids rise with gaps, as those of a busy market do. */
export function takeOfferId(state: State): number {
  const id = state.nextOfferId;
  state.nextOfferId += state.random.integer(1, 90);
  return id;
}

/** A fresh contract id. */
export function takeContractId(state: State): number {
  const id = state.nextContractId;
  state.nextContractId += state.random.integer(1, 9);
  return id;
}

/** A fresh template id. */
export function takeTemplateId(state: State): number {
  const id = state.nextTemplateId;
  state.nextTemplateId += 1;
  return id;
}

/** Waits for `seconds` of the world's clock, or until `advance` went past them. */
export function waitInWorld(state: State, seconds: number, signal: AbortSignal): Promise<void> {
  const until = nowOf(state) + seconds * 1000;
  const moved = new AbortController();
  return new Promise((resolve) => {
    const finish = () => {
      state.onAdvance.delete(onMove);
      signal.removeEventListener("abort", finish);
      moved.abort();
      resolve();
    };
    const onMove = () => {
      if (nowOf(state) >= until) finish();
    };
    state.onAdvance.add(onMove);
    signal.addEventListener("abort", finish, { once: true });
    state.clock.sleep(seconds * 1000, moved.signal).then(finish, finish);
  });
}
