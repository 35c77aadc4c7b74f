import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import * as vastai from "pulumi-vastai";
import { contentOf, nameOf } from "./content.mts";
import { type OnEvent, operate } from "./operate.mts";
import type { Options } from "./options.mts";
import { type Machine, program } from "./program.mts";

/** The machines of one run, in a Pulumi stack of their own. */
export interface Fleet {
  /** Rents machines that let the key in; returns when SSH answers on all of them. An aborted signal stops it in order. */
  up(publicKey: string, onEvent: OnEvent, interrupt: AbortSignal): Promise<Machine[]>;
  /** Ends everything, what an earlier run has left included. When it returns, Vast has nothing of it any more. */
  destroy(onEvent: OnEvent, interrupt: AbortSignal): Promise<void>;
  /** The contracts of the machines that Vast still has. */
  stillRented(): Promise<readonly number[]>;
}

/** Less than any machine costs, in $/h. */
const NO_PRICE = 0.000_001;

/**
 * Opens the stack, which lies in `.pulumi` beside this program unless PULUMI_BACKEND_URL says otherwise. Throws when it holds what another
 * run has made, except with `--destroy-only`.
 */
export async function openFleet(options: Options): Promise<Fleet> {
  // The provider is looked for from the project's folder upwards, so this lies where `pulumi-vastai` is found.
  const workDir = join(import.meta.dirname, ".pulumi");
  mkdirSync(workDir, { recursive: true });
  const stack = await LocalWorkspace.createOrSelectStack(
    { projectName: "fleet-job", stackName: options.stack, program: async () => {} },
    {
      workDir,
      envVars: {
        PULUMI_BACKEND_URL: process.env.PULUMI_BACKEND_URL ?? pathToFileURL(import.meta.dirname).href,
        PULUMI_CONFIG_PASSPHRASE: process.env.PULUMI_CONFIG_PASSPHRASE ?? "",
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    },
  );
  const { names } = await contentOf(stack);
  // A run that was killed has left its lock.
  if (options.destroyOnly) await stack.cancel();
  else if (names.length > 0) {
    throw new Error(
      `The stack ${options.stack} holds ${names.join(", ")}: another run is at work, or was killed. Nothing was rented. ` +
        "Choose another name with --stack, or end what is there with --destroy-only.",
    );
  }

  return {
    up: async (publicKey, onEvent, interrupt) => {
      const readyAt = new Map<string, number>();
      const { outputs } = await operate(interrupt, onEvent, ({ onEvent: hear, ...rest }) =>
        stack.up({
          ...rest,
          program: program(options, publicKey),
          onEvent: (event) => {
            const made = event.resOutputsEvent?.metadata;
            if (made?.op === "create") readyAt.set(nameOf(made.urn), Date.now());
            hear(event);
          },
        }),
      );
      const machines = outputs.machines?.value as Omit<Machine, "readyAt">[];
      return machines.map((machine) => ({ ...machine, readyAt: readyAt.get(machine.name) ?? Date.now() }));
    },

    destroy: async (onEvent, interrupt) => {
      const { tokens, unfinished } = await contentOf(stack);
      if (unfinished > 0) await endUnfinished(stack, { ...options, count: unfinished }, interrupt);
      await operate(interrupt, onEvent, (rest) => stack.destroy(rest));
      const left = await rentedWith(tokens);
      if (left.length > 0) throw new Error("The stack is empty, and yet Vast has machines of it.");
      await stack.workspace.removeStack(stack.name);
    },

    stillRented: async () => rentedWith((await contentOf(stack)).tokens),
  };
}

/**
 * Ends what was being rented when the CLI was killed: the state knows that it began, and not how it ended. The provider finds such a machine by
 * its label before it looks for an offer, ends it since it costs more than it may, and finds no offer that is cheap enough.
 */
async function endUnfinished(stack: Stack, options: Options, interrupt: AbortSignal): Promise<void> {
  const nothing = program({ ...options, maxDollarsPerHour: NO_PRICE });
  // It fails by intent. What it could not end is seen at the end, on Vast.
  await operate(
    interrupt,
    () => {},
    (rest) => stack.up({ ...rest, program: nothing }),
  ).catch(() => {});
}

/** Asks Vast itself: the provider writes a token of the resource into the label of each machine that it rents. */
async function rentedWith(tokens: readonly string[]): Promise<number[]> {
  if (tokens.length === 0) return [];
  const { instances } = await vastai.getInstances();
  return instances
    .filter(({ label = "" }) => tokens.some((token) => label.includes(`pulumi:${token}`)))
    .map(({ instanceId }) => instanceId);
}
