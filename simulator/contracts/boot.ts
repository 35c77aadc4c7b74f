import { hexOf, seededRandom } from "../random.js";
import type { State } from "../state.js";
import type { Story } from "../stories.js";
import type { Condition, Contract, Step } from "./contract.js";
import { capabilitiesOf } from "./runtype.js";

const SECOND = 1000;
const MINUTE = 60_000;
/** How long a host retries a pull that fails before it gives up. */
const PULL_RETRIES_MS = 60 * SECOND;
/** A restart needs no pull. */
const RESTART_MS = 15 * SECOND;
/** Texts shown during one pull; more would tell nothing new. */
const MOST_PULL_TEXTS = 40;

/** What the host reports while it makes the container for the first time, or anew from another image. */
export function bootSteps(state: State, contract: Contract, at: number, story: Story): Step[] {
  const { image } = contract.recipe;
  const minutes = story.boots?.afterMinutes ?? usualMinutes(state, contract);
  const runsAt = at + minutes * MINUTE;
  const reportsAt = at + Math.min(state.settings.firstReportSeconds * SECOND, (minutes * MINUTE) / 2);
  const begins = step(reportsAt, { actual: "loading", message: `Pulling from ${repositoryOf(image)}` });

  if (story.reports) {
    const { actual, message, givesUp } = story.reports;
    return [begins, step(reportsAt + 10 * SECOND, { actual, message, ...(givesUp ? gaveUp : {}) })];
  }
  if (story.neverStarted) return [step(at, { actual: "loading", ...gaveUp })];
  if (story.imageNeverPulls) return [begins, step(reportsAt + 10 * SECOND, { message: "Pulling fs layer" })];
  if (story.imageNotFound) {
    return [begins, ...failingPull(reportsAt, `manifest for ${image} not found: manifest unknown: manifest unknown`)];
  }
  if (story.accessDenied) {
    const why = `pull access denied for ${repositoryOf(image)}, repository does not exist or may require 'docker login'`;
    return [begins, ...failingPull(reportsAt, `${why}: denied: requested access to the resource is denied`)];
  }
  if (story.noSpace) {
    const message =
      "Error response from daemon: failed to register layer: write /usr/lib/libcudnn.so: no space left on device";
    return [begins, step(reportsAt + 20 * SECOND, { message })];
  }
  const pulled = [begins, ...pullTexts(contract, reportsAt, runsAt)];
  if (story.ociError) return [...pulled, step(runsAt, { actual: "created", message: OCI_ERROR })];
  return [...pulled, ...runs(contract, runsAt, story)];
}

/** What the host reports when a stopped container is started: the old `exited` for a while, then it runs. */
export function restartSteps(state: State, contract: Contract, at: number, story: Story): Step[] {
  const loadsAt = at + state.settings.staleExitedSeconds * SECOND;
  return [step(loadsAt, { actual: "loading" }), ...runs(contract, loadsAt + RESTART_MS, story)];
}

/** What the host reports when the container is stopped and started in one go. */
export function rebootSteps(contract: Contract, at: number, story: Story): Step[] {
  return [step(at, { actual: "rebooting" }), ...runs(contract, at + RESTART_MS, story)];
}

/** How Vast writes that a container runs: the colon of the tag becomes an underscore. */
function successText(contract: Contract): string {
  const { jupyter, ssh } = capabilitiesOf(contract.runtype);
  const kind = jupyter ? "jupyter" : ssh ? "ssh" : "args";
  return `success, running ${contract.recipe.image.replaceAll(":", "_")}/${kind}\n`;
}

function runs(contract: Contract, at: number, story: Story): Step[] {
  const listening: Step = {
    at,
    kind: "boot",
    change: () => {
      contract.listensFrom = at + (story.portsOpenAfter?.minutes ?? 0) * MINUTE;
      contract.httpStatus = story.httpStatus ?? 200;
      contract.log = story.log ?? "container started\n";
    },
  };
  const running = step(at, { actual: "running", message: successText(contract), gpuBilled: true });
  if (story.entrypointExits === undefined) return [listening, running];
  // The GPU stays rented and paid: only the container has ended.
  return [listening, running, step(at + (story.entrypointExits.afterMinutes ?? 0.5) * MINUTE, { actual: "exited" })];
}

function failingPull(reportsAt: number, why: string): Step[] {
  const message = `Error response from daemon: ${why}`;
  return [
    step(reportsAt + 10 * SECOND, { message }),
    step(reportsAt + PULL_RETRIES_MS, { actual: "created", message, ...gaveUp }),
  ];
}

function pullTexts(contract: Contract, from: number, to: number): Step[] {
  const texts = ["Pulling fs layer", "Verifying Checksum", "Download complete", "Pull complete"];
  const count = Math.min(MOST_PULL_TEXTS, Math.floor((to - from) / (12 * SECOND)));
  return Array.from({ length: count }, (_, index) => {
    const layer = hexOf(`layer ${Math.floor(index / texts.length)} of ${contract.recipe.image}`, 12);
    const message = `${layer}: ${texts[index % texts.length]}`;
    return step(from + ((index + 1) * (to - from)) / (count + 1), { message });
  });
}

function usualMinutes(state: State, contract: Contract): number {
  const [shortest, longest] = state.settings.bootMinutes;
  return seededRandom(state.seed ^ contract.id).between(shortest, longest);
}

function repositoryOf(image: string): string {
  const repository = image.replace(/:[^/:]*$/, "");
  return repository.includes("/") ? repository : `library/${repository}`;
}

function step(at: number, change: Partial<Condition>): Step {
  return { at, kind: "boot", change };
}

const gaveUp = { intended: "stopped", current: "stopped", next: "stopped" } as const;

const OCI_ERROR =
  "Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create " +
  "failed: runc create failed: unable to start container process: error running prestart hook #0: exit status 1, " +
  "stderr: nvidia-container-cli: device error: unknown device: unknown";
