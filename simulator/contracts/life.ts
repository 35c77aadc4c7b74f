import type { State } from "../state.js";
import { type Story, storyOf } from "../stories.js";
import { bootSteps, rebootSteps, restartSteps } from "./boot.js";
import type { Condition, Contract, Step } from "./contract.js";
import { canHaveGpus, dismissStrangers, holdersOf } from "./gpus.js";
import { readMeter } from "./money.js";

const STOPPED = { current: "stopped", next: "stopped", gpuBilled: false } as const;

/** Changes what a contract shows, and frees its GPUs when it is no longer running. */
export function change(state: State, contract: Contract, at: number, to: Partial<Condition>): void {
  readMeter(contract, at);
  Object.assign(contract.condition, to);
  if (to.actual === "running") contract.hasContainer = true;
  if (contract.condition.current !== "running") releaseGpus(state, contract, at);
}

/** Lets one due step happen. */
export function takeStep(state: State, contract: Contract, step: Step): void {
  contract.steps = contract.steps.filter((other) => other !== step);
  if (typeof step.change === "function") step.change(step.at);
  else change(state, contract, step.at, step.change);
}

/** Starts the contract when its GPUs can be had, else queues the start; says which. */
export function start(state: State, contract: Contract, at: number): "started" | "queued" {
  const { condition } = contract;
  if (condition.current === "running") {
    if (condition.next === "stopped") callOffStop(state, contract, at);
    return "started";
  }
  change(state, contract, at, { intended: "running" });
  contract.queuedAt ??= at;
  serveQueue(state, at);
  return contract.queuedAt === null ? "started" : "queued";
}

/** Stops the contract: the disk stays and is paid, the GPUs go to others. */
export function stop(state: State, contract: Contract, at: number): void {
  contract.queuedAt = null;
  dropBootSteps(contract);
  change(state, contract, at, { intended: "stopped", next: "stopped" });
  if (contract.condition.current === "stopped") return;
  const stoppedAt = at + state.settings.stopSeconds * 1000;
  const actual = contract.hasContainer ? "exited" : "created";
  contract.steps.push({ at: stoppedAt, kind: "boot", change: { actual, ...STOPPED } });
}

/** Ends the contract; nothing is paid from here on. */
export function destroy(state: State, contract: Contract, at: number): void {
  readMeter(contract, at);
  contract.destroyedAt = at;
  contract.steps = [];
  contract.queuedAt = null;
  releaseGpus(state, contract, at);
}

/** Stops and starts the container without giving up the GPUs. */
export function reboot(state: State, contract: Contract, at: number): void {
  if (contract.condition.current !== "running") return;
  dropBootSteps(contract);
  contract.steps.push(...rebootSteps(contract, at, storyOf(state, contract)));
}

/** Makes the container anew, from the recipe as it is now, without giving up the GPUs. */
export function remake(state: State, contract: Contract, at: number): void {
  contract.hasContainer = false;
  if (contract.condition.current !== "running") return;
  dropBootSteps(contract);
  change(state, contract, at, { actual: "loading", gpuBilled: false });
  boot(state, contract, at, storyOf(state, contract));
}

/** Takes the GPUs and begins to boot. */
export function boot(state: State, contract: Contract, at: number, story: Story): void {
  contract.queuedAt = null;
  contract.holdsGpus = true;
  change(state, contract, at, { intended: "running", current: "running", next: "running" });
  for (const loser of holdersOf(state, contract.facts.gpu_ids, contract)) evict(state, loser, at);
  dismissStrangers(state, contract.facts.gpu_ids);
  const steps = contract.hasContainer
    ? restartSteps(state, contract, at, story)
    : bootSteps(state, contract, at, story);
  contract.steps.push(...steps);
}

/** Takes the GPUs from an outbid contract; it waits for them and comes back by itself when its bid wins again. */
export function evict(state: State, contract: Contract, at: number): void {
  dropBootSteps(contract);
  contract.queuedAt = at;
  change(state, contract, at, { actual: "exited", ...STOPPED });
}

/** Gives GPUs that became free to those who wait, first come, first served. */
export function serveQueue(state: State, at: number): void {
  const waiting = [...state.contracts.values()].filter(({ queuedAt }) => queuedAt !== null);
  for (const contract of waiting.sort((a, b) => (a.queuedAt ?? 0) - (b.queuedAt ?? 0))) {
    // An earlier one that boots can evict others and so serve the queue itself.
    if (contract.queuedAt === null || !canHaveGpus(state, contract)) continue;
    boot(state, contract, at, storyOf(state, contract));
  }
}

function callOffStop(state: State, contract: Contract, at: number): void {
  dropBootSteps(contract);
  change(state, contract, at, { intended: "running", next: "running" });
  if (contract.condition.actual !== "running") boot(state, contract, at, storyOf(state, contract));
}

function releaseGpus(state: State, contract: Contract, at: number): void {
  if (!contract.holdsGpus) return;
  contract.holdsGpus = false;
  serveQueue(state, at);
}

function dropBootSteps(contract: Contract): void {
  contract.steps = contract.steps.filter(({ kind }) => kind !== "boot");
}
