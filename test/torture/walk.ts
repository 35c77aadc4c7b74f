// One random walk: a stack of one to three instances on a random market, commands of Pulumi in a random order, and whatever can
// go wrong between them. Then the world calms down, and what is left must be exactly what the program says.
import fc from "fast-check";
import type { Bag } from "../../provider/engine/values.js";
import { seededRandom } from "../../simulator/random.js";
import { anInstance } from "../support/harness.js";
import { stayingAs, Violation, type ViolationKind, violation } from "./audit.js";
import { entriesOf } from "./engine.js";
import { strangerName } from "./nouns/audit.js";
import { type MortalProcess, startProcess } from "./process.js";
import { calm, untilQuiet } from "./quiet.js";
import { type Disturbance, openScene, type Scene } from "./scene.js";
import { type Act, type Edit, OTHER_GPU, type Run, type Walk } from "./walks/plan.js";
import { someWalk } from "./walks/random.js";

/** The part of a token that all resources of the stack share. */
const STACK = "abcabcabcabc";

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
    await letOthersRent(scene, walk);
    prepare(scene, walk);
    for (const act of walk.acts) await take(scene, act);
    comeBack(scene);
    await (walk.end === "until quiet" ? untilQuiet(scene, walk.wayOut) : destroyAsItIs(scene));
    return { rented: scene.world.contracts().length, requests: scene.world.view().requests.length };
  } finally {
    Math.random = random;
    await scene.stop();
  }
}

/** In a calm world, as everywhere: when lists show everything, what the state leads to ends. What a killed run left beside no entry stays. */
async function destroyAsItIs(scene: Scene): Promise<void> {
  calm(scene);
  await scene.clock.sleep(Math.max(scene.world.settings.listLagSeconds * 1000, 60_000));
  for (let runs = 0; entriesOf(scene.stack).length > 0; runs += 1) {
    if (runs === 3) throw violation(scene, "never quiet", "destroy fails again and again");
    await scene.run("destroy");
  }
}

/** Labels of other people's contracts; the last is one of this stack, of a resource that the program does not have. */
const OTHERS = [
  "by hand",
  "",
  `pulumi:${"f".repeat(24)}:pending`,
  `other pulumi:${"e".repeat(12)}`,
  `pulumi:${STACK}${"9".repeat(12)}:pending`,
];

/** Somebody else has a machine in the account, which no run may touch. */
async function letOthersRent(scene: Scene, { seed }: Walk): Promise<void> {
  const { world, clock, simulator, config, strangers, bystanders } = scene;
  const { account } = startProcess(simulator.url, clock, config);
  const offer = world.addOffer({ dph_base: 0.9 });
  const label = OTHERS[seed % OTHERS.length] ?? "";
  const { id } = await account.client.instances.rent(offer, {
    client_id: "me",
    image: "ubuntu:22.04",
    disk: 10,
    env: {},
    label,
    target_state: "running",
    cancel_unavail: true,
  });
  await clock.sleep(60_000);
  const contract = world.contract(id);
  if (contract) bystanders.set(id, stayingAs(contract));
  strangers.set(strangerName("Instance", id), "stays");
}

function prepare(scene: Scene, { market, stories, resources, stateIsReadable }: Walk): void {
  const { world, program, deleteFirst } = scene;
  scene.stateIsReadable = stateIsReadable;
  const { listLagSeconds, nullReadsAfterCreate, oldListOnly } = market;
  Object.assign(world.settings, { listLagSeconds, nullReadsAfterCreate });
  if (oldListOnly) Object.assign(world.settings, { listV1: false, listV0: "open" });
  for (let i = 0; i < market.offers; i += 1) world.addOffer({ dph_base: 0.3 + i / 100 });
  for (let i = 0; i < 3; i += 1) world.addOffer({ gpu_name: OTHER_GPU, dph_base: 0.35 + i / 100 });
  // Of the stories told the last that fits counts.
  for (const story of stories.toReversed()) world.tell({ times: 1, story });
  for (const [i, { interruptible, capped, onBootFailure, deletedFirst }] of resources.entries()) {
    const name = `trainer-${i}`;
    const inputs = anInstance({
      label: name,
      ownerToken: STACK + String(i).padStart(12, "d"),
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
      const billed = scene.billedContracts();
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
      comeBack(scene);
      for (const [name, inputs] of before) scene.program.set(name, inputs);
    }
  }
}

/** Whatever has left the program is in it again. */
function comeBack({ program, formerly }: Scene): void {
  for (const [name, inputs] of formerly) program.set(name, inputs);
  formerly.clear();
}

function change({ program, formerly, story }: Scene, resource: number, edit: Edit): void {
  const names = [...program.keys()];
  const name = names[resource % names.length] ?? "";
  const inputs = program.get(name) ?? {};
  if (edit === "leave") {
    if (names.length === 1) return;
    formerly.set(name, inputs);
    program.delete(name);
    story.push(`${name} leaves the program`);
    return;
  }

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
    gpu: { offer: { gpuName: gpuOf(inputs) === OTHER_GPU ? "RTX 4090" : OTHER_GPU } },
  }[edit];
  program.set(name, { ...inputs, ...changed });
  story.push(`in the program of ${name}: ${JSON.stringify(changed)}`);
}

function gpuOf({ offer }: Bag): unknown {
  return (Object(offer) as { gpuName?: unknown }).gpuName;
}

function disturbanceOf({ world, story, program }: Scene, run: Run): Disturbance {
  const { faults, ending, takenAt, bidRises, replaced } = run;
  const names = [...program.keys()];
  let rents = 0;
  const end = (process: MortalProcess) => {
    if (!ending || process.isDead || process.isCancelled) return;
    story.push(`  ${ending.how === "kill" ? "kill -9" : "Ctrl-C"}`);
    process[ending.how]();
  };
  return {
    faults,
    replace: new Set(replaced.map((resource) => names[resource % names.length] ?? "")),
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
