import type { StateEntry } from "../../provider/engine/stack-state.js";
import type { Bag } from "../../provider/engine/values.js";
import { typeToken } from "../../provider/kinds.js";
import {
  type ContractView,
  type Fault,
  type LoggedRequest,
  type Simulator,
  startSimulator,
} from "../../simulator/index.js";
import { type VirtualClock, virtualClock } from "../support/virtual-clock.js";
import {
  checkAccounted,
  checkApart,
  checkBystanders,
  checkDestroyed,
  checkKept,
  checkMade,
  checkRecorded,
  checkRent,
  holdings,
  Violation,
} from "./audit.js";
import { destroy, entriesOf, type RunReport, refresh, type Stack, type UpOptions, up } from "./engine.js";
import { kindOf } from "./kinds.js";
import { type Belonging, checkNounStatements, checkNounsAccounted, lookAround, strangerName } from "./nouns/audit.js";
import { type MortalProcess, startProcess } from "./process.js";
import { checkStatements, checkWarnings } from "./statements.js";

/** A command of Pulumi's CLI. */
export type Command = "up" | "up --refresh" | "refresh" | "destroy";

/** What disturbs one run. */
export interface Disturbance {
  readonly faults?: readonly Fault[];
  /** Called for each request of the run when it took effect and before its answer goes out; `count` begins with 1. */
  readonly onRequest?: (request: LoggedRequest, count: number, process: MortalProcess) => void;
  /** Ends the run at a moment, in seconds from its start. */
  readonly endsAfter?: { readonly seconds: number; readonly how: "cancel" | "kill" } | undefined;
  /** Names of resources that are made anew, as with `--replace`. */
  readonly replace?: ReadonlySet<string>;
}

/** One stack, its program, and the pretended Vast.ai under it, on a virtual clock. */
export interface Scene {
  readonly clock: VirtualClock;
  readonly simulator: Simulator;
  readonly world: Simulator["world"];
  readonly stack: Stack;
  readonly program: Map<string, Bag>;
  /** Resources that have left the program for a while. */
  readonly formerly: Map<string, Bag>;
  /** Names of resources with the option `deleteBeforeReplace`. */
  readonly deleteFirst: Set<string>;
  /** The Pulumi CLI answers a provider that asks for the state. */
  stateIsReadable: boolean;
  /** Stack configuration. */
  readonly config: Map<string, string>;
  /** What somebody else made in the account, as {@link strangerName} calls it. */
  readonly strangers: Map<string, Belonging>;
  /** Contracts of other people in the same account, and how each of them is to stay. */
  readonly bystanders: Map<number, string>;
  /** The contracts of this stack that cost something. */
  billedContracts(): ContractView[];
  /** What was said and done so far, for the account of a violation. */
  readonly story: string[];
  /** Runs a command in a process of its own and checks the promises at each rent and at the end. */
  run(command: Command, disturbance?: Disturbance): Promise<RunReport>;
  stop(): Promise<void>;
}

const BETWEEN_RUNS_MS = 5_000;

/** An empty stack over an empty market. Boots take seconds, so that nothing waits long. */
export async function openScene(seed = 7): Promise<Scene> {
  const clock = virtualClock();
  let hear: (request: LoggedRequest) => void = () => {};
  const simulator = await startSimulator({ clock, offers: 0, seed, onRequest: (request) => hear(request) });
  const { world } = simulator;
  Object.assign(world.settings, {
    bootMinutes: [0.02, 0.03],
    firstReportSeconds: 0.5,
    staleExitedSeconds: 2,
    stopSeconds: 2,
  });
  const stack: Stack = new Map();
  const program = new Map<string, Bag>();
  const deleteFirst = new Set<string>();
  const config = new Map<string, string>();
  const strangers = new Map<string, Belonging>();
  const story: string[] = [];
  /** A rent's answer was lost: until the next clean run two contracts may live side by side. */
  let answerLost = false;

  const seen = new Set<number>();
  /** Contracts that were not there when it was last asked. */
  const newIds = () => {
    const fresh = world.contracts().flatMap(({ id }) => (seen.has(id) ? [] : [id]));
    for (const id of fresh) seen.add(id);
    return fresh;
  };

  const scene: Scene = {
    clock,
    simulator,
    world,
    stack,
    program,
    formerly: new Map(),
    deleteFirst,
    stateIsReadable: true,
    config,
    strangers,
    bystanders: new Map(),
    billedContracts: () => world.billedContracts().filter(({ id }) => !strangers.has(strangerName("Instance", id))),
    story,
    run: async (command, disturbance = {}) => {
      const { faults = [], onRequest = () => {}, endsAfter } = disturbance;
      // The next command of a person or of CI; the limits of the calls before it are over.
      await clock.sleep(BETWEEN_RUNS_MS);
      const startedAt = clock.now();
      newIds();
      const before = lookAround(scene);
      const held = holdings(scene);
      const process = startProcess(simulator.url, clock, config, async () =>
        scene.stateIsReadable ? stateOf(stack) : undefined,
      );
      simulator.faults.add(...faults);
      let count = 0;
      let broken: unknown;
      /** Contracts whose rent was answered to a process that lived. */
      const delivered = new Set<number>();
      hear = (request) => {
        count += 1;
        story.push(`  ${request.method} ${request.path} ${request.status}${process.isDead ? " (after the kill)" : ""}`);
        const isDelivered = request.status === 200 && !process.isDead && !faults.some(hitsRents);
        const rented = isRent(request) ? newIds() : [];
        for (const id of rented) if (isDelivered) delivered.add(id);
        onRequest(request, count, process);
        answerLost ||= isRent(request) && (request.status !== 200 || faults.some(hitsRents) || process.isDead);
        try {
          for (const id of rented) checkApart(scene, id, startedAt);
          if (isRent(request) && !answerLost) checkRent(scene);
        } catch (error) {
          broken ??= error;
        }
      };
      const timer = endsAfter && endLater(clock, process, endsAfter);
      story.push(`pulumi ${command}${disturbance.replace?.size ? ` --replace ${[...disturbance.replace]}` : ""}`);
      const report = await perform(command, process, scene, { replace: disturbance.replace, deleteFirst });
      // What a killed run had from the service it told nobody.
      answerLost ||= process.isDead;
      timer?.abort();
      // What the service got before the end still takes effect.
      await clock.sleep(1);
      hear = () => {};
      simulator.faults.clear();
      const warnings = process.lines.filter(({ kind }) => kind === "warning").map(({ text }) => text);
      story.push(
        ...warnings.map((text) => `  warning: ${text}`),
        `  ended ${report.ended}${report.steps.length > 0 ? `: ${report.steps.join(", ")}` : ""}`,
        ...report.failures.map(
          ({ name, operation, message, id }) => `  ${operation} ${name} failed (id ${id}): ${message}`,
        ),
      );
      if (broken) throw broken;
      checkAccounted(scene);
      if (report.ended !== "by kill -9") checkRecorded(scene, delivered);
      checkBystanders(scene);
      checkKept(scene, held);
      checkMade(scene, report);
      if (command === "destroy") checkDestroyed(scene, report, { held, warnings, startedAt });
      checkStatements(scene, report, startedAt);
      checkWarnings(scene, report, warnings);
      checkNounsAccounted(scene, before);
      checkNounStatements(scene, report, before);
      return report;
    },
    stop: async () => {
      clock.stop();
      await simulator.stop();
      const { unknownRoutes } = world.view();
      if (unknownRoutes.length > 0) throw new Violation("unknown route", unknownRoutes.join(", "), story);
    },
  };
  return scene;
}

/** The state as the Pulumi CLI tells it. */
function stateOf(stack: Stack): StateEntry[] {
  return entriesOf(stack).map(({ name, slot, entry }) => ({
    urn: `urn:pulumi:dev::garage::${typeToken(kindOf(entry.inputs))}::${name}`,
    id: entry.id,
    outputs: entry.outputs,
    isLeaving: slot.current !== entry,
    // Only the resource itself asks about contracts with its mark.
    isOwn: true,
  }));
}

function perform(
  command: Command,
  process: MortalProcess,
  { stack, program }: Scene,
  options: UpOptions,
): Promise<RunReport> {
  switch (command) {
    case "up":
      return up(process, stack, program, options);
    case "up --refresh":
      return refresh(process, stack).then(async (first) => {
        if (first.failures.length > 0 || first.ended !== "by itself") return first;
        return up(process, stack, program, options);
      });
    case "refresh":
      return refresh(process, stack);
    case "destroy":
      return destroy(process, stack);
  }
}

function endLater(
  clock: VirtualClock,
  process: MortalProcess,
  { seconds, how }: NonNullable<Disturbance["endsAfter"]>,
): AbortController {
  const timer = new AbortController();
  clock.sleep(seconds * 1000, timer.signal).then(
    () => process[how](),
    () => {},
  );
  return timer;
}

function isRent({ method, path }: LoggedRequest): boolean {
  return method === "PUT" && path.startsWith("/api/v0/asks/");
}

function hitsRents({ on }: Fault): boolean {
  return /asks|\*\*/.test(on);
}
