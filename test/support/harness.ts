import { type Account, createAccount } from "../../provider/account/account.js";
import type { DynamicProvider } from "../../provider/engine/lifecycle.js";
import type { StateEntry } from "../../provider/engine/stack-state.js";
import type { Bag } from "../../provider/engine/values.js";
import { CancelledError } from "../../provider/errors.js";
import { type Kind, typeToken } from "../../provider/kinds.js";
import { envVarLifecycle } from "../../provider/resources/env-var/lifecycle.js";
import { instanceLifecycle } from "../../provider/resources/instance/lifecycle.js";
import { instanceSshKeyLifecycle } from "../../provider/resources/instance-ssh-key/lifecycle.js";
import { sshKeyLifecycle } from "../../provider/resources/ssh-key/lifecycle.js";
import { templateLifecycle } from "../../provider/resources/template/lifecycle.js";
import { volumeLifecycle } from "../../provider/resources/volume/lifecycle.js";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../simulator/index.js";
import { type VirtualClock, virtualClock } from "./virtual-clock.js";

/** A line that the provider showed beside a resource. */
export interface Line {
  readonly text: string;
  readonly kind: "info" | "warning" | "passing";
}

/** One provider process: the real lifecycle and HTTP client, with the engine's signal and log in the test's hand. */
export interface ProviderProcess {
  readonly instance: DynamicProvider;
  readonly sshKey: DynamicProvider;
  readonly instanceSshKey: DynamicProvider;
  readonly envVar: DynamicProvider;
  readonly template: DynamicProvider;
  readonly volume: DynamicProvider;
  readonly account: Account;
  readonly lines: Line[];
  /** The engine's Cancel call, as on Ctrl-C. */
  cancel(): void;
  /** check and create, as the engine does for a new resource; the error of a failed create has `id` when it is kept. */
  up(inputs: Bag): Promise<{ id: string; outs: Bag }>;
}

/** A pretend Vast.ai and everything that talks to it, on one virtual clock. */
export interface TestWorld {
  readonly clock: VirtualClock;
  readonly simulator: Simulator;
  readonly world: Simulator["world"];
  /**
   * A provider process of its own: nothing is shared with others but the service. Default key `key-a`. Without a `state`, the Pulumi CLI cannot be
   * asked for it.
   */
  process(apiKey?: string, state?: readonly StateEntry[]): ProviderProcess;
  stop(): Promise<void>;
}

/** The text that stands for the provider's handler in property bags. */
export const HANDLER = "exports.handler = …";

/** A token as the resource class makes them. */
export const TOKEN = "0123456789ab";

/** Inputs of a small instance that the default market can serve. */
export function anInstance(inputs: Bag = {}): Bag {
  return {
    offer: { gpuName: "RTX 4090" },
    image: "ubuntu:22.04",
    label: "trainer",
    ownerToken: TOKEN,
    __provider: HANDLER,
    ...inputs,
  };
}

/** Starts a world whose market is a few plain RTX 4090 machines, cheapest 0.30 $/h, unless options say otherwise, and where a boot takes a minute. */
export async function testWorld(options: SimulatorOptions = {}): Promise<TestWorld> {
  const clock = virtualClock();
  const simulator = await startSimulator({ clock, offers: 0, seed: 7, ...options });
  // Each second of a boot is a look at it, and so most of what a test takes.
  simulator.world.settings.bootMinutes = [0.8, 1.1];
  if (options.offers === undefined) {
    for (let i = 0; i < 8; i += 1) simulator.world.addOffer({ dph_base: 0.3 + i / 100 });
  }
  return {
    clock,
    simulator,
    world: simulator.world,
    process: (apiKey = "key-a", state) => providerProcess(simulator.url, clock, apiKey, state),
    stop: async () => {
      clock.stop();
      await simulator.stop();
    },
  };
}

/** A resource, an instance unless said otherwise, as the stack's state has it. */
export function inState(
  id: string,
  outputs: Bag,
  { kind = "Instance" as Kind, isLeaving = false, isOwn = true } = {},
): StateEntry {
  return { urn: `urn:pulumi:dev::garage::${typeToken(kind)}::trainer`, id, outputs, isLeaving, isOwn };
}

function providerProcess(
  apiUrl: string,
  clock: VirtualClock,
  apiKey: string,
  state: readonly StateEntry[] | undefined,
): ProviderProcess {
  const settings = { apiUrl, apiKey, keySource: "the test", timeScale: 1 };
  const account = createAccount(settings, clock);
  const cancelled = new AbortController();
  const lines: Line[] = [];
  const context = () => ({
    signal: cancelled.signal,
    log: (text: string, kind: Line["kind"]) => {
      lines.push({ text, kind });
    },
    readState: async () => state,
  });
  const runtime = { accountOf: () => account, context };
  const instance = instanceLifecycle(runtime);
  return {
    instance,
    sshKey: sshKeyLifecycle(runtime),
    instanceSshKey: instanceSshKeyLifecycle(runtime),
    envVar: envVarLifecycle(runtime),
    template: templateLifecycle(runtime),
    volume: volumeLifecycle(runtime),
    account,
    lines,
    cancel: () => cancelled.abort(new CancelledError()),
    up: async (inputs) => {
      const { inputs: checked, failures } = await instance.check({}, inputs);
      if (failures.length > 0) throw new Error(JSON.stringify(failures));
      return instance.create({ ...checked, __provider: inputs.__provider });
    },
  };
}

/** What a create or update that failed after the rent tells the engine. */
export interface InitFailure extends Error {
  readonly id: string;
  readonly properties: Bag;
  readonly reasons: readonly string[];
}

/** The error of a promise that must fail. */
export async function failureOf(promise: Promise<unknown>): Promise<InitFailure> {
  return promise.then(
    () => {
      throw new Error("it did not fail");
    },
    (error: unknown) => error as InitFailure,
  );
}
