import { finishedLabel } from "../../provider/resources/instance/label.js";
import { knownExpiry } from "../../provider/resources/instance/time-to-live/time-to-live.js";
import { billedBy, checkNoSecond, violation } from "./audit.js";
import { entriesOf, type RunReport } from "./engine.js";
import { nounOf } from "./kinds.js";
import { checkNounAsWanted, checkNounsGone, checkNounsOnce } from "./nouns/audit.js";
import { rulesOf } from "./nouns/rules.js";
import type { Scene } from "./scene.js";

/** How a user answers when a finished contract stands in nobody's state. */
export type WayOut = "adopt" | "destroy by hand";

/** Runs that a calm world needs at most. */
const MOST_RUNS = 12;
/** By then every boot that is under way has ended in one way or the other. */
const SETTLED_MS = 3 * 60_000;
/** Failures of one resource after which its user replaces it, and after which they destroy the stack. */
const REPLACE_AFTER = 2;
const DESTROY_AFTER = 6;

/** Nothing goes wrong any more: no faults, free GPUs, boots in seconds, offers for everybody. */
export function calm({ simulator, world, program }: Scene): void {
  simulator.faults.clear();
  world.tell({ story: { boots: { afterMinutes: 0.02 } } });
  for (const { id } of world.billedContracts()) world.freeGpusOf(id);
  for (let i = 0; i < 2 * program.size + 2; i += 1) {
    for (const gpu_name of ["RTX 4090", "H100 SXM"]) world.addOffer({ gpu_name, dph_base: 0.4 + i / 100 });
  }
}

/**
 * Runs `up` in the calm world until it has nothing to do, doing what its errors say, then `destroy`. Checks that exactly one
 * contract a resource is left, as its program wants it, and none in the end.
 */
export async function untilQuiet(scene: Scene, wayOut: WayOut = "destroy by hand"): Promise<void> {
  calm(scene);
  // Lists may show late what a run rented just before it was killed; from then on the next run knows of it. And what somebody started in the console
  // is up by then, or has failed.
  await scene.clock.sleep(Math.max(scene.world.settings.listLagSeconds * 1000, SETTLED_MS));
  await upUntilQuiet(scene, wayOut);
  const adopted = [...scene.program].filter(([, { adoptInstanceId }]) => adoptInstanceId !== undefined);
  if (adopted.length > 0) {
    // The program goes on saying whom it took over once, also when that one is replaced.
    for (const [name, inputs] of adopted) scene.program.set(name, { ...inputs, generation: "another" });
    await upUntilQuiet(scene, wayOut);
  }
  await destroyAll(scene);
}

async function upUntilQuiet(scene: Scene, wayOut: WayOut): Promise<void> {
  const failed = new Map<string, number>();
  for (let runs = 0; ; runs += 1) {
    if (runs === MOST_RUNS) throw violation(scene, "never quiet", `it still changes or fails after ${runs} runs`);
    const replace = new Set([...failed].filter(([, times]) => times === REPLACE_AFTER).map(([name]) => name));
    // Once is enough: if it fails again, the count goes on.
    for (const name of replace) failed.set(name, REPLACE_AFTER + 1);
    const report = await scene.run(runs === 0 ? "up" : "up --refresh", { replace });
    if (report.failures.length > 0) {
      await answer(scene, report, failed, wayOut);
      continue;
    }
    checkNoSecond(scene);
    checkNounsOnce(scene, report);
    if (runs > 0 && report.steps.length === 0) break;
  }
  for (const [name, inputs] of scene.program) {
    const kind = nounOf(inputs);
    if (kind === undefined) checkAsWanted(scene, name);
    else checkNounAsWanted(scene, name, kind);
  }
}

/** Runs `destroy` until the state is empty; then nothing is billed. */
export async function destroyAll(scene: Scene): Promise<void> {
  for (let runs = 0; entriesOf(scene.stack).length > 0; runs += 1) {
    if (runs === 3) throw violation(scene, "never quiet", "destroy fails again and again");
    const { failures } = await scene.run("destroy");
    for (const { name, message } of failures) await answerOfNoun(scene, name, message);
  }
  checkNounsGone(scene);
  const left = scene.billedContracts();
  if (left.length > 0) {
    const ids = left.map(({ id, label }) => `${id} (${label})`).join(", ");
    throw violation(scene, "billed after destroy", ids);
  }
}

/** Does what a person would do who reads the errors. */
async function answer(scene: Scene, report: RunReport, failed: Map<string, number>, wayOut: WayOut): Promise<void> {
  for (const { name, message } of report.failures) {
    const times = (failed.get(name) ?? 0) + 1;
    failed.set(name, times);
    await answerOfNoun(scene, name, message);
    const { adoptInstanceId: adopted, ...program } = scene.program.get(name) ?? {};
    const unknown = /adoptInstanceId: (\d+)/.exec(message)?.[1];
    if (unknown !== undefined && wayOut === "adopt") {
      scene.program.set(name, { ...program, adoptInstanceId: Number(unknown) });
      scene.story.push(`adoptInstanceId: ${unknown} in the program of ${name}`);
    } else if (unknown !== undefined) {
      endByHand(scene, Number(unknown));
    } else if (adopted !== undefined && /adoptInstanceId|has a disk of/.test(message)) {
      scene.program.set(name, program);
      scene.story.push(`no adoptInstanceId any more in the program of ${name}`);
      if (/has a disk of/.test(message)) endByHand(scene, Number(adopted));
    }
    if (times === DESTROY_AFTER) await scene.run("destroy");
  }
}

async function answerOfNoun(scene: Scene, name: string, message: string): Promise<void> {
  const kind = nounOf(scene.program.get(name) ?? {});
  if (kind !== undefined) await rulesOf(kind).answer?.(scene, name, message);
}

function endByHand({ world, story }: Scene, id: number): void {
  story.push(`vastai destroy instance ${id}`);
  world.act(id, { do: "destroy" });
}

function checkAsWanted(scene: Scene, name: string): void {
  const current = scene.stack.get(name)?.current;
  const {
    label,
    ownerToken,
    targetState = "running",
    image,
    diskGb,
    bidDollarsPerHour,
    onDrift,
  } = scene.program.get(name) ?? {};
  const billed = billedBy(scene, name);
  const [contract] = billed;
  const drift = current?.outputs.drift;
  const isLeftStopped = onDrift === undefined && Array.isArray(drift) && drift.includes("stopped");
  const wanted = {
    id: Number(current?.id),
    label: finishedLabel(String(label), String(ownerToken), true, knownExpiry(current?.outputs ?? {})),
    // An interruptible one may be outbid: that is no drift.
    curState: isLeftStopped
      ? "stopped"
      : bidDollarsPerHour === undefined
        ? targetState
        : (contract?.curState ?? targetState),
    image,
    diskGb: diskGb ?? 10,
  };
  const is = contract && {
    id: contract.id,
    label: contract.label,
    curState: contract.curState,
    image: contract.image,
    diskGb: contract.diskGb,
  };
  if (billed.length !== 1 || current === undefined || JSON.stringify(is) !== JSON.stringify(wanted)) {
    const found = JSON.stringify({ billed: billed.length, initErrors: current?.initErrors, ...is });
    throw violation(scene, "not as wanted", `${name} is ${found} and should be ${JSON.stringify(wanted)}`);
  }
}
