// One random walk: a stack of one to three instances on a random market, commands of Pulumi in a random order, and whatever can
// go wrong between them. Then the world calms down, and what is left must be exactly what the program says.
import fc from "fast-check";
import { type Endpoint, routeOf } from "../../provider/api/endpoint.js";
import { instanceEndpoints } from "../../provider/api/instances.js";
import { offerEndpoints } from "../../provider/api/offers.js";
import { userEndpoints } from "../../provider/api/users.js";
import { faultKinds } from "../../simulator/http/faults.js";
import type { Fault, Story } from "../../simulator/index.js";
import { seededRandom } from "../../simulator/random.js";
import { anInstance } from "../support/harness.js";
import { Violation, type ViolationKind } from "./audit.js";
import { DESTROY, LIST, MANAGE, notCalled, RENT, SEARCH } from "./operations.js";
import type { MortalProcess } from "./process.js";
import { untilQuiet, type WayOut } from "./quiet.js";
import { type Command, type Disturbance, openScene, type Scene } from "./scene.js";

/** An instance of the program. */
interface Resource {
  readonly interruptible: boolean;
  readonly capped: boolean;
  readonly onBootFailure: "destroy" | "keep";
  /** With the resource option `deleteBeforeReplace`. */
  readonly deletedFirst: boolean;
}

interface Market {
  readonly offers: number;
  /** For how long lists do not show a new contract, in seconds. */
  readonly listLagSeconds: number;
  readonly nullReadsAfterCreate: number;
  readonly oldListOnly: boolean;
}

type Edit = "label" | "image" | "env" | "state" | "bid" | "disk" | "generation";

/** When and how a run ends before its end. */
type Ending = { readonly how: "cancel" | "kill" } & (
  | { readonly atRequest: number }
  | { readonly atRent: number }
  | { readonly afterSeconds: number }
);

/** One command with everything that happens during it. */
interface Run {
  readonly command: Command;
  readonly edits: readonly { readonly resource: number; readonly edit: Edit }[];
  /** The edits are taken back after the run. */
  readonly takenBack: boolean;
  readonly faults: readonly Fault[];
  readonly ending: Ending | undefined;
  /** At these requests somebody else takes the best offer. */
  readonly takenAt: readonly number[];
  /** At the search the host of the best offer raises its least bid. */
  readonly bidRises: boolean;
}

type Act =
  | { readonly do: "run"; readonly run: Run }
  | { readonly do: "wait"; readonly minutes: number }
  | { readonly do: "console"; readonly contract: number; readonly action: "destroy" | "stop" | "start" };

/** Everything about a walk. */
interface Walk {
  readonly seed: number;
  readonly resources: readonly Resource[];
  readonly market: Market;
  /** What becomes of the first contracts, in order. */
  readonly stories: readonly Story[];
  readonly acts: readonly Act[];
  readonly wayOut: WayOut;
}

/** What a stack of instances calls. */
const routes = [instanceEndpoints, offerEndpoints, userEndpoints]
  .flatMap((nouns) => Object.values<Endpoint>(nouns).map(routeOf))
  .filter((route) => notCalled[route] === undefined);

/** Routes where a fault matters most come more often. */
const someRoute = fc
  .oneof(
    { weight: 4, arbitrary: fc.constant(RENT) },
    { weight: 4, arbitrary: fc.constantFrom(LIST, MANAGE, DESTROY, SEARCH) },
    { weight: 1, arbitrary: fc.constantFrom(...routes) },
    { weight: 1, arbitrary: fc.constant("* /**") },
  )
  .map((route) => route.replace(/\{\w+\}/g, "*"));

const someFault: fc.Arbitrary<Fault> = fc.record({
  on: someRoute,
  then: fc.constantFrom(...faultKinds),
  skip: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.integer({ min: 1, max: 6 }) }),
  times: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constantFrom(2, 4, 8, 12) }),
});

const someEnding: fc.Arbitrary<Ending> = fc
  .tuple(
    fc.constantFrom("cancel" as const, "kill" as const),
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ atRequest: fc.integer({ min: 1, max: 14 }) }) },
      { weight: 2, arbitrary: fc.record({ atRent: fc.integer({ min: 1, max: 2 }) }) },
      { weight: 2, arbitrary: fc.record({ afterSeconds: fc.integer({ min: 0, max: 90 }) }) },
    ),
  )
  .map(([how, when]) => ({ how, ...when }));

const someRun: fc.Arbitrary<Act> = fc
  .record({
    command: fc.oneof(
      { weight: 7, arbitrary: fc.constant<Command>("up") },
      { weight: 2, arbitrary: fc.constant<Command>("up --refresh") },
      { weight: 1, arbitrary: fc.constant<Command>("refresh") },
      { weight: 2, arbitrary: fc.constant<Command>("destroy") },
    ),
    edits: fc.array(
      fc.record({
        resource: fc.nat(2),
        edit: fc.constantFrom<Edit>("label", "image", "env", "state", "bid", "disk", "generation"),
      }),
      { maxLength: 2 },
    ),
    takenBack: fc.integer({ min: 0, max: 3 }).map((n) => n === 3),
    faults: fc.array(someFault, { maxLength: 2 }),
    ending: fc.option(someEnding, { freq: 2, nil: undefined }),
    takenAt: fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 2 }),
    bidRises: fc.boolean(),
  })
  .map((run) => ({ do: "run", run }));

const someAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 8, arbitrary: someRun },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("wait" as const), minutes: fc.constantFrom(0.5, 1, 5) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("console" as const),
      contract: fc.nat(3),
      action: fc.constantFrom("destroy" as const, "stop" as const, "start" as const),
    }),
  },
);

const someStory: fc.Arbitrary<Story> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Story>({}) },
  {
    weight: 5,
    arbitrary: fc.constantFrom<Story>(
      { boots: { afterMinutes: 0.5 } },
      { boots: { afterMinutes: 3 } },
      { imageNeverPulls: true },
      { imageNotFound: true },
      { noSpace: true },
      { boots: { afterMinutes: 0.02 }, ociError: true },
      { neverStarted: true },
      { entrypointExits: { afterMinutes: 0 } },
      { hostGoesOffline: { afterMinutes: 0.02 } },
      { hostGoesOffline: { afterMinutes: 0.02, forMinutes: 0.3 } },
      { outbid: { afterMinutes: 0.03 } },
      { outbid: { afterMinutes: 0.03, forMinutes: 0.2 } },
      { priceRises: { afterMinutes: 0, toDollarsPerHour: 0.9 } },
    ),
  },
);

/** A random walk. */
const someWalk: fc.Arbitrary<Walk> = fc.record({
  seed: fc.nat(1_000_000),
  resources: fc.array(
    fc.record({
      interruptible: fc.boolean(),
      capped: fc.boolean(),
      onBootFailure: fc.constantFrom("destroy" as const, "keep" as const),
      deletedFirst: fc.integer({ min: 0, max: 3 }).map((n) => n === 3),
    }),
    { minLength: 1, maxLength: 3, size: "small" },
  ),
  market: fc.record({
    offers: fc.integer({ min: 2, max: 8 }),
    listLagSeconds: fc.constantFrom(0, 0, 0, 10, 45),
    nullReadsAfterCreate: fc.constantFrom(0, 0, 2),
    oldListOnly: fc.integer({ min: 0, max: 9 }).map((n) => n === 9),
  }),
  stories: fc.array(someStory, { maxLength: 4 }),
  acts: fc.array(someAct, { minLength: 1, maxLength: 4 }),
  wayOut: fc.constantFrom<WayOut>("adopt", "destroy by hand"),
});

/** What a walk came to. */
interface Tally {
  /** Contracts that were ever made. */
  readonly rented: number;
  readonly requests: number;
}

/** What many walks came to. */
export interface Figures {
  walks: number;
  rented: number;
  requests: number;
  readonly violations: Map<ViolationKind, number>;
}

/** Takes walks until one breaks a promise; that one comes back shrunk. */
export async function takeWalks(
  parameters: { readonly walks: number; readonly seed: number; readonly path?: string | undefined },
  figures: Figures = { walks: 0, rented: 0, requests: 0, violations: new Map() },
): Promise<{ figures: Figures; counterexample: string | undefined }> {
  let shrinking = false;
  const property = fc.asyncProperty(someWalk, async (walk) => {
    try {
      const { rented, requests } = await takeWalk(walk);
      if (shrinking) return;
      figures.walks += 1;
      figures.rented += rented;
      figures.requests += requests;
    } catch (error) {
      if (!shrinking && error instanceof Violation) {
        figures.walks += 1;
        figures.violations.set(error.kind, (figures.violations.get(error.kind) ?? 0) + 1);
      }
      shrinking = true;
      throw error;
    }
  });
  const { walks, seed, path } = parameters;
  const details = await fc.check(property, { numRuns: walks, seed, ...(path ? { path } : {}) });
  if (!details.failed) return { figures, counterexample: undefined };
  const { errorInstance } = details;
  const story = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return { figures, counterexample: `${fc.defaultReportMessage(details)}\n\n${story}` };
}

/** Takes the walk; throws a Violation when a promise is broken on the way or at its end. */
async function takeWalk(walk: Walk): Promise<Tally> {
  const scene = await openScene(walk.seed);
  const { random } = Math;
  // The client draws its back-off by it: a walk has to come the same way again.
  Math.random = seededRandom(walk.seed).next;
  try {
    prepare(scene, walk);
    for (const act of walk.acts) await take(scene, act);
    await untilQuiet(scene, walk.wayOut);
    return { rented: scene.world.contracts().length, requests: scene.world.view().requests.length };
  } finally {
    Math.random = random;
    await scene.stop();
  }
}

function prepare({ world, program, deleteFirst }: Scene, { market, stories, resources }: Walk): void {
  const { listLagSeconds, nullReadsAfterCreate, oldListOnly } = market;
  Object.assign(world.settings, { listLagSeconds, nullReadsAfterCreate });
  if (oldListOnly) Object.assign(world.settings, { listV1: false, listV0: "open" });
  for (let i = 0; i < market.offers; i += 1) world.addOffer({ dph_base: 0.3 + i / 100 });
  // Of the stories told the last that fits counts.
  for (const story of stories.toReversed()) world.tell({ times: 1, story });
  for (const [i, { interruptible, capped, onBootFailure, deletedFirst }] of resources.entries()) {
    const name = `trainer-${i}`;
    const inputs = anInstance({
      label: name,
      ownerToken: String(i).padStart(12, "abc"),
      onBootFailure,
      timeouts: { createMinutes: 1, updateMinutes: 1, deleteMinutes: 1 },
      ...(interruptible ? { bidDollarsPerHour: 0.25 } : {}),
      ...(capped ? { maxDollarsPerHour: 0.6 } : {}),
      // What somebody stops in the console is started again, or left so and said.
      ...(i % 2 === 0 ? { onDrift: { stopped: "start" } } : {}),
    });
    program.set(name, inputs);
    if (deletedFirst) deleteFirst.add(name);
  }
}

async function take(scene: Scene, act: Act): Promise<void> {
  const { world, clock, story } = scene;
  switch (act.do) {
    case "wait":
      story.push(`${act.minutes} min pass`);
      return clock.sleep(act.minutes * 60_000);
    case "console": {
      const billed = world.billedContracts();
      const contract = billed[act.contract % (billed.length || 1)];
      if (!contract) return;
      story.push(`somebody does in the console: ${act.action} ${contract.id}`);
      return world.act(contract.id, { do: act.action });
    }
    case "run": {
      const before = [...scene.program];
      for (const { resource, edit } of act.run.edits) change(scene, resource, edit);
      await scene.run(act.run.command, disturbanceOf(scene, act.run));
      if (!act.run.takenBack) return;
      story.push("the program is as it was before");
      for (const [name, inputs] of before) scene.program.set(name, inputs);
    }
  }
}

function change({ program, story }: Scene, resource: number, edit: Edit): void {
  const names = [...program.keys()];
  const name = names[resource % names.length] ?? "";
  const inputs = program.get(name) ?? {};

  const changed = {
    label: { label: inputs.label === name ? "champion" : name },
    image: { image: inputs.image === "ubuntu:22.04" ? "ubuntu:24.04" : "ubuntu:22.04" },
    env: { env: inputs.env ? undefined : { MODE: "train" } },
    state: { targetState: inputs.targetState === "stopped" ? "running" : "stopped" },
    bid:
      inputs.bidDollarsPerHour === undefined
        ? {}
        : { bidDollarsPerHour: inputs.bidDollarsPerHour === 0.25 ? 0.28 : 0.25 },
    disk: { diskGb: inputs.diskGb === 50 ? 10 : 50 },
    generation: { generation: Number(inputs.generation ?? 0) + 1 },
  }[edit];
  program.set(name, { ...inputs, ...changed });
  story.push(`in the program of ${name}: ${JSON.stringify(changed)}`);
}

function disturbanceOf({ world, story }: Scene, run: Run): Disturbance {
  const { faults, ending, takenAt, bidRises } = run;
  let rents = 0;
  const end = (process: MortalProcess) => {
    if (!ending || process.isDead || process.isCancelled) return;
    story.push(`  ${ending.how === "kill" ? "kill -9" : "Ctrl-C"}`);
    process[ending.how]();
  };
  return {
    faults,
    endsAfter: ending && "afterSeconds" in ending ? { seconds: ending.afterSeconds, how: ending.how } : undefined,
    onRequest: ({ method, path }, count, process) => {
      const [best] = world.offers();
      if (best && takenAt.includes(count)) world.takeOffer(best.id);
      else if (best && bidRises && path.startsWith("/api/v0/bundles")) world.setMinBid(best.id, 0.5);
      const isRent = method === "PUT" && path.includes("/asks/");
      if (isRent) rents += 1;
      if (!ending) return;
      if ("atRequest" in ending && ending.atRequest === count) end(process);
      if ("atRent" in ending && isRent && ending.atRent === rents) end(process);
    },
  };
}
