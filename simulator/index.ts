import { type Clock, systemClock } from "../provider/clock.js";
import { digestOf } from "./accounts.js";
import { apiKeyRoutes } from "./api-keys.js";
import { askRoutes } from "./asks.js";
import { createControl } from "./control.js";
import type { Service } from "./doors.js";
import { envVarRoutes } from "./env-vars.js";
import { createApi } from "./http/api.js";
import { createFaults, type Faults } from "./http/faults.js";
import { createRequestLog, type LoggedRequest } from "./http/request-log.js";
import { instanceChangeRoutes } from "./instance-changes.js";
import { instanceListRoutes } from "./instance-list.js";
import { instanceRoutes } from "./instances.js";
import { logRoutes } from "./logs.js";
import { offerRoutes } from "./offers.js";
import { priceIncreaseRoutes } from "./price-increases.js";
import { seededRandom } from "./random.js";
import { openDoors } from "./reachable.js";
import { listen } from "./server.js";
import { settle } from "./settle.js";
import { sshKeyRoutes } from "./ssh-keys.js";
import { createState, type State } from "./state.js";
import { templateRoutes } from "./templates.js";
import { userRoutes } from "./users.js";
import { volumeRoutes } from "./volumes.js";
import { createWorld, type World } from "./world.js";

export type { ConsoleAction } from "./console.js";
export type { Fault, FaultKind, Faults } from "./http/faults.js";
export type { LoggedRequest } from "./http/request-log.js";
export type { OfferFacts } from "./market/seeding.js";
export type { Settings } from "./settings.js";
export type {
  AccountView,
  ApiKeyView,
  ContractView,
  OfferView,
  TemplateView,
  VolumeView,
  WorldView,
} from "./snapshot.js";
export type { Story, StoryRule } from "./stories.js";
export type { TemplateContent } from "./template-shelf.js";
export type { World } from "./world.js";

/** What a simulator is started with. */
export interface SimulatorOptions {
  /** TCP port on 127.0.0.1. Default 0: any free one. */
  readonly port?: number;
  /** How much faster than the wall the world's time runs. Default 1. Without effect when `clock` is given. */
  readonly speed?: number;
  /** The same seed gives the same market and the same chance. Default 3: its market has what the first example asks for. */
  readonly seed?: number;
  /** Rows of the market. Default 200. */
  readonly offers?: number;
  /** The world's time. Default the machine's, at `speed`. */
  readonly clock?: Clock;
  /** Keys that are accepted. Default every key that is not empty; each is an account of its own. */
  readonly apiKeys?: readonly string[] | undefined;
  /** Answer 429 to calls below Vast's intervals. Default true. */
  readonly pacing?: boolean;
  /**
   * Give running containers real ports on 127.0.0.1, behind which an SSH server or a small web server answers. SSH needs the package
   * `ssh2` beside this one; without it, only the banner is there. Without `reachable` their addresses are those of the documentation,
   * which nobody answers at. Default false.
   */
  readonly reachable?: boolean;
  /**
   * Run what comes over SSH: **any command of anyone on this machine who holds a key of an account, on this machine itself, with the rights
   * of this process**. Only the folder is the contract's own. For tests of programs that run jobs; needs `reachable` and the package `ssh2`.
   * Default false: a command is answered with a message and exit code 127.
   */
  readonly sshExec?: boolean;
  /** Hears of each request once it is answered. */
  readonly onRequest?: (request: LoggedRequest) => void;
}

/** A pretend Vast.ai that answers. */
export interface Simulator {
  /** Address for VAST_URL, without a slash at its end. */
  readonly url: string;
  readonly port: number;
  readonly world: World;
  /** Things that are to go wrong. */
  readonly faults: Faults;
  /** Cuts open connections and frees the port. */
  stop(): Promise<void>;
}

/** On a hurried clock a request may be late by this much of the wall's time without being too early for the next. */
const NETWORK_SLACK_MS = 15;

/** Starts a pretend Vast.ai on loopback. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, speed = 1, seed = 3, offers = 200, clock = systemClock(speed), apiKeys } = options;
  const doors = await openDoors(options, (contractId) => serviceOf(state, contractId));
  const acceptedKeys = apiKeys === undefined ? undefined : new Set(apiKeys.map(digestOf));
  const state = createState({ clock, seed, offers, acceptedKeys, doors });
  state.settings.pacing = options.pacing ?? true;
  const log = createRequestLog();
  const faults = createFaults(seededRandom(seed ^ 0xfa17));
  const world = createWorld(state, log);
  const stopped = new AbortController();
  const api = createApi({
    state,
    routes: [
      ...offerRoutes,
      ...askRoutes,
      ...instanceListRoutes,
      // Before instances by their id, which would take the word for one.
      ...priceIncreaseRoutes,
      ...instanceChangeRoutes,
      ...instanceRoutes,
      ...userRoutes,
      ...apiKeyRoutes,
      ...templateRoutes,
      ...sshKeyRoutes,
      ...envVarRoutes,
      ...volumeRoutes,
      ...logRoutes,
    ],
    faults,
    log,
    slackMs: (speed - 1) * NETWORK_SLACK_MS,
    stopped: stopped.signal,
    onRequest: options.onRequest ?? (() => {}),
  });
  api.route("/_simulator", createControl(world, faults));
  const server = await listen(port, api).catch(async (error: unknown) => {
    await doors?.close();
    throw error;
  });
  state.origin = `http://127.0.0.1:${server.port}`;
  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    world,
    faults,
    stop: async () => {
      stopped.abort();
      await Promise.all([server.close(), doors?.close()]);
    },
  };
}

/** What listens in a contract's container now; undefined while nothing does. */
function serviceOf(state: State, contractId: number): Service | undefined {
  const now = settle(state);
  const contract = state.contracts.get(contractId);
  if (contract?.destroyedAt !== null || contract.condition.actual !== "running") return undefined;
  return now >= contract.listensFrom ? contract : undefined;
}
