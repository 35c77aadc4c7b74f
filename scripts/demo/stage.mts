// Where the demo plays: a pretended Vast.ai in this process, and a Pulumi stack of its own that leaves nothing behind.
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type EngineEvent, LocalWorkspace, PulumiCommand, Stack } from "@pulumi/pulumi/automation/index.js";
import { type Simulator, startSimulator } from "pulumi-vastai/simulator";
import type { PulumiCli } from "../pulumi-cli/find.mts";

/** How much faster the pretended world runs: one second here is one minute there. */
const SPEED = 60;

/** Plain verified machines with one RTX 4090, by price in $/h and place. */
const offersThatFit: [number, string][] = [
  [0.34, "Sweden, SE"],
  [0.39, "Ontario, CA"],
];

const repository = fileURLToPath(new URL("../../", import.meta.url));

export interface Stage {
  readonly simulator: Simulator;
  /** Runs one operation of Pulumi on the stack. Throws what the engine reported as errors. */
  pulumi<T>(operation: (stack: Stack, options: RunOptions) => Promise<T>, onEvent?: OnEvent): Promise<T>;
  /** Ends the pretended world and removes every file of this run. */
  close(): Promise<void>;
}

type OnEvent = (event: EngineEvent) => void;
type RunOptions = { onEvent: OnEvent; signal: AbortSignal; suppressProgress: true };

/** Starts the simulator and makes a stack of the repository's own Pulumi.yaml. An aborted signal interrupts Pulumi. */
export async function openStage(cli: PulumiCli, signal: AbortSignal): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-vastai-demo-"));
  // A name that nobody has: Pulumi writes Pulumi.<stack>.yaml beside Pulumi.yaml.
  const name = `demo-${randomBytes(3).toString("hex")}`;
  const simulator = await startSimulator({ speed: SPEED, reachable: true });
  // The rest of the market is chance; these are what the program asks for.
  for (const [dph_base, geolocation] of offersThatFit) simulator.world.addOffer({ dph_base, geolocation });
  // Slow enough to be watched.
  Object.assign(simulator.world.settings, { firstReportSeconds: 60, bootMinutes: [5, 6] });
  const close = async () => {
    await simulator.stop();
    await rm(folder, { recursive: true, force: true });
    await rm(join(repository, `Pulumi.${name}.yaml`), { force: true });
  };
  try {
    const stack = await makeStack(name, cli, folder, simulator.url);
    return { simulator, pulumi: (operation, onEvent) => run(stack, signal, operation, onEvent), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function makeStack(name: string, { root }: PulumiCli, folder: string, apiUrl: string): Promise<Stack> {
  await mkdir(join(folder, "state"));
  const workspace = await LocalWorkspace.create({
    workDir: repository,
    // ensurePulumi looked at the version; the Automation API would insist on one as new as the SDK.
    pulumiCommand: await PulumiCommand.get({ root, skipVersionCheck: true }),
    envVars: {
      // Program and provider run with the Node.js of this process, not with an older one of the machine.
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      PULUMI_BACKEND_URL: pathToFileURL(join(folder, "state")).href,
      PULUMI_HOME: join(folder, "home"),
      PULUMI_CONFIG_PASSPHRASE: "demo",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      VAST_URL: apiUrl,
      VAST_API_KEY: "any-word-works",
      VASTAI_TIME_SCALE: String(SPEED),
    },
  });
  return Stack.create(name, workspace);
}

async function run<T>(
  stack: Stack,
  signal: AbortSignal,
  operation: (stack: Stack, options: RunOptions) => Promise<T>,
  hear: OnEvent = () => {},
): Promise<T> {
  const errors = new Set<string>();
  const onEvent: OnEvent = (event) => {
    const said = event.diagnosticEvent;
    if (said?.severity === "error") errors.add(plainly(said.message));
    hear(event);
  };
  try {
    return await operation(stack, { onEvent, signal, suppressProgress: true });
  } catch (error) {
    signal.throwIfAborted();
    // The stack repeats that something failed, without saying what.
    const reasons = [...errors].filter((reason) => !/^\w+ failed$/.test(reason));
    if (reasons.length === 0) throw error;
    throw new Error(reasons.join("\n"));
  }
}

function plainly(message: string): string {
  return message.replace(/^1 error occurred:\s+\* /, "").trim();
}
