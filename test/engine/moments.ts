// One stack whose machines stand at different moments of their making when the run is cut off.
import { expect, vi } from "vitest";
import type { ContractView } from "../../simulator/index.js";
import type { Running } from "./cli.js";
import { endProcess, isAlive } from "./processes.js";
import { type Args, instance } from "./programs.js";
import { type TestStack, testStack } from "./pulumi.js";

/** Long enough for a loaded machine; what is waited for takes a fraction of it. */
const PATIENCE = { timeout: 40_000, interval: 50 };
/** How soon a run that is told to end has ended, and a provider whose engine was killed. It takes a fraction of it. */
export const AT_ONCE_MS = 5_000;

const MINUTE_SECONDS = 60;
const LATER = { afterMinutes: 300 };
const NEVER = { afterMinutes: 6_000 };
/** How late an answer comes that is held back: after `LATER`, before `NEVER`. */
const HELD_SECONDS = 1_000 * MINUTE_SECONDS;
/** No time limit of a run is to end what the test ends. */
const PATIENT = { timeouts: { createMinutes: 1_440, updateMinutes: 1_440 } };

/** The machines of the stack, each named after the moment at which it is when the run is cut off. */
export const MOMENTS = ["search", "rent", "boot", "relabel"] as const;
/** Another machine, which the run has finished by then: `search` depends on it, so that it is at its beginning. */
export const FINISHED = "finished";
export const ALL = [...MOMENTS, FINISHED] as const;
type Name = (typeof ALL)[number];

/** A stack with a program of five machines, and the run that stands still with each of them at its moment. */
export interface Interruptible {
  readonly stack: TestStack;
  /** The contract that was rented for a machine; the test fails when there are more, be it one after the other. */
  contractOf(name: Name): ContractView | undefined;
  /** Puts the program in place, with further inputs of single machines. */
  write(more?: Partial<Record<Name, Args>>): void;
  /** Starts `up` and waits until every machine is at its moment: nothing goes on before `goOn`. */
  upToMoments(): Promise<Running>;
  /** Starts `destroy` and waits until the answer is held back by which `search`, on which nothing depends, is gone. */
  destroyToMoment(): Promise<Running>;
  /** Lets what is held back be answered. What boots, boots on. */
  answer(): void;
  /** Lets everything happen that is under way: no run waits for anything any more. */
  goOn(): void;
}

/** Makes the stack. Nothing runs yet. */
export async function interruptible(): Promise<Interruptible> {
  const stack = await testStack();
  // The only searches are those of creates.
  await stack.run("config set vastai:previewPrices false");
  const { world, simulator } = stack;
  const pinned = world.addOffer({ dph_base: 0.5 });
  const imageOf = (name: Name) => `moments/${name}:1`;
  world.tell({ story: { boots: LATER } });
  world.tell({ image: imageOf("boot"), story: { boots: NEVER } });

  const contractOf = (name: Name) => {
    const [contract, ...others] = world.contracts().filter(({ image }) => image === imageOf(name));
    expect(others, `further contracts of ${name}`).toEqual([]);
    return contract;
  };
  const isHeld = (method: string, path: string) =>
    world.view().requests.some((sent) => sent.method === method && sent.path === path && sent.status === "open");

  return {
    stack,
    contractOf,
    write: (more = {}) => {
      const made: Record<Name, [args: Args, options?: string]> = {
        finished: [{}],
        // The offer stands in the path of the rent.
        rent: [{ offerId: pinned, offer: undefined }],
        boot: [{}],
        relabel: [{}],
        // Another disk, for an answer of the market serves all who want the same.
        search: [{ diskGb: 33 }, `{ dependsOn: ${FINISHED} }`],
      };
      const lines = Object.entries(made).map(([name, [args, options = "{}"]]) =>
        instance(name, { image: imageOf(name as Name), ...PATIENT, ...args, ...more[name as Name] }, { options }),
      );
      stack.write(lines.join(""));
    },
    upToMoments: async () => {
      const hold = (on: string) => simulator.faults.add({ on, then: "slow", seconds: HELD_SECONDS });
      const rent = `/api/v0/asks/${pinned}/`;
      hold(`PUT ${rent}`);
      const run = stack.start("up");
      await vi.waitUntil(() => isHeld("PUT", rent) && world.contracts().length === 4, PATIENCE);

      // Everybody has searched by now: the next search is that of the machine that waits for the finished one.
      const relabel = `/api/v0/instances/${contractOf("relabel")?.id}/`;
      hold(`PUT ${relabel}`);
      hold("POST /api/v0/bundles/");
      world.advance(LATER.afterMinutes * MINUTE_SECONDS);
      await vi.waitUntil(() => isHeld("PUT", relabel) && isHeld("POST", "/api/v0/bundles/"), PATIENCE);
      expect(contractOf("boot")).toMatchObject({ actualStatus: "loading" });
      return run;
    },
    destroyToMoment: async () => {
      simulator.faults.add({ on: "DELETE **", then: "slow", seconds: HELD_SECONDS, times: "always" });
      const run = stack.start("destroy");
      await vi.waitUntil(() => isHeld("DELETE", `/api/v0/instances/${contractOf("search")?.id}/`), PATIENCE);
      return run;
    },
    answer: () => {
      simulator.faults.clear();
      world.advance(HELD_SECONDS);
    },
    goOn: () => {
      simulator.faults.clear();
      world.tell({ story: { boots: { afterMinutes: 0 } } });
      world.advance(NEVER.afterMinutes * MINUTE_SECONDS);
    },
  };
}

/** Kills the CLI of a run; returns when the provider process has ended by itself. What else is left is ended here. */
export async function kill(run: Running): Promise<void> {
  const left = run.processes();
  const provider = left.find(({ command }) => command.includes("cmd/dynamic-provider"));
  expect(provider).toBeDefined();
  run.kill("SIGKILL");
  await run.ended;
  await vi.waitUntil(() => !isAlive(provider?.pid ?? 0), { timeout: AT_ONCE_MS, interval: 50 });
  for (const { pid } of left) if (pid !== provider?.pid) endProcess(pid);
}

/** Presses Ctrl-C; returns what was said when the run has ended, which it must at once. */
export async function pressCtrlC(run: Running, meanwhile: () => Promise<void> = async () => {}): Promise<string> {
  run.kill("SIGINT");
  await meanwhile();
  const before = Date.now();
  const { exitCode, text } = await run.ended;
  expect(Date.now() - before).toBeLessThan(AT_ONCE_MS);
  expect(exitCode).not.toBe(0);
  return text;
}
