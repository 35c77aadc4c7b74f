// The real Pulumi CLI against a pretend Vast.ai: every test has a world, a stack, a state folder and a home of its own.
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { expect, inject, onTestFinished } from "vitest";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../simulator/index.js";
import { createCli, type Environment, type Run, type Running } from "./cli.js";
import { emptyState, filesWith, readState, type State, type StateResource } from "./state.js";

export interface StackOptions {
  /** How the world is made. Default: eight plain RTX 4090 machines from 0.30 $/h. */
  readonly world?: Pick<SimulatorOptions, "offers" | "reachable" | "seed" | "onRequest">;
  /** A second of the wall is this many of the world. Default 120. */
  readonly speed?: number;
  /** Folder with a Pulumi.yaml, instead of a program of the test's own. */
  readonly project?: string;
}

/** One stack of the test's, with a pretend Vast.ai that nobody else uses. */
export interface TestStack {
  readonly simulator: Simulator;
  readonly world: Simulator["world"];
  /** The key in VAST_API_KEY. */
  readonly apiKey: string;
  /** Where the CLI keeps the state, its history and its backups. */
  readonly stateFolder: string;
  /** Puts a program in the place of the one before; it finds `pulumi` and `vastai` required. */
  write(text: string): void;
  /** Puts a whole program in CommonJS there, which requires what it needs itself. */
  writeWhole(text: string): void;
  /** The four operations; the test fails when one does. */
  up(env?: Environment): Promise<Run>;
  preview(env?: Environment): Promise<Run>;
  refresh(env?: Environment): Promise<Run>;
  destroy(env?: Environment): Promise<Run>;
  /** Any command, e.g. `stack output --show-secrets`; the test fails when it does. */
  run(command: string, env?: Environment): Promise<Run>;
  /** Any command; the test fails when it succeeds. */
  failing(command: string, env?: Environment): Promise<Run>;
  start(command: string, env?: Environment): Running;
  state(): State;
  /** The resource of this name in the state. */
  resource(name: string): StateResource;
  /** The stack's outputs in the state; secret ones are encrypted. */
  outputs(): Record<string, unknown>;
  /** Calls the API as somebody who does not know this package; answers the body. */
  call(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
  /** The row of a contract as the API answers it, for what the world does not show. */
  row(contractId: number): Promise<Record<string, unknown>>;
}

/** The package under test. */
export const checkout = join(__dirname, "..", "..");

const PREAMBLE = 'const pulumi = require("@pulumi/pulumi");\nconst vastai = require("pulumi-vastai");\n';

/**
 * Makes a stack. When the test has passed, the shared promises are checked: nothing is billed any more, no request missed
 * a route, and the API key stands nowhere.
 */
export async function testStack(options: StackOptions = {}): Promise<TestStack> {
  const { speed = 120 } = options;
  const simulator = await startSimulator({ speed, seed: 7, offers: 0, ...options.world });
  const { world } = simulator;
  if (options.world?.offers === undefined) {
    for (let i = 0; i < 8; i += 1) world.addOffer({ dph_base: 0.3 + i / 100 });
  }
  world.settings.bootMinutes = [1, 1];

  const folder = mkdtempSync(join(tmpdir(), "pulumi-vastai-test-"));
  const below = (...names: string[]) => join(folder, ...names);
  for (const name of ["home", "pulumi-home", "events", "temp", "program"]) mkdirSync(below(name));
  if (options.project === undefined) makeProject(below("program"));
  const project = options.project ?? below("program");
  const stateFile = emptyState(below("state"), nameOf(project));

  const apiKey = `key-for-tests-${randomUUID()}`;
  const cli = createCli({
    bin: inject("pulumiBin"),
    cwd: project,
    configFile: below("Pulumi.dev.yaml"),
    events: below("events"),
    env: {
      PATH: [inject("pulumiBin"), dirname(process.execPath), process.env.PATH].join(delimiter),
      HOME: below("home"),
      TMPDIR: below("temp"),
      PULUMI_HOME: below("pulumi-home"),
      PULUMI_BACKEND_URL: `file://${below("state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Each run loads the same code in two new processes, and ends before its garbage matters: a quarter of the processor time.
      NODE_COMPILE_CACHE: inject("compileCache"),
      GOGC: "400",
      // The types of the examples are checked by `npm run check`.
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      // Without it there is no flag --event-log.
      PULUMI_DEBUG_COMMANDS: "true",
      VAST_API_KEY: apiKey,
      VAST_URL: simulator.url,
      VASTAI_TIME_SCALE: String(speed),
    },
  });

  onTestFinished(async ({ task }) => {
    cli.end();
    const { unknownRoutes } = world.view();
    const billed = world.billedContracts();
    const leaks = [...cli.texts.filter((text) => text.includes(apiKey)), ...filesWith(apiKey, folder)];
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
    if (task.result?.state === "fail") return;
    expect(billed, "contracts that are billed after the test").toEqual([]);
    expect(unknownRoutes, "requests that Vast does not know").toEqual([]);
    expect(leaks, "places that hold the API key").toEqual([]);
  });

  const run: TestStack["run"] = async (command, env) => {
    const ended = await cli.start(command, env).ended;
    if (ended.exitCode !== 0) throw new Error(`\`pulumi ${command}\` ended with ${ended.exitCode}:\n${ended.text}`);
    return ended;
  };
  const call: TestStack["call"] = async (method, path, body) => {
    const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
    const answer = await fetch(`${simulator.url}/api/v0${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    return (await answer.json()) as Record<string, unknown>;
  };
  const resources = () => readState(stateFile).resources;
  return {
    simulator,
    world,
    apiKey,
    stateFolder: below("state"),
    write: (text) => writeFileSync(below("program", "index.js"), PREAMBLE + text),
    writeWhole: (text) => writeFileSync(below("program", "index.js"), text),
    up: (env) => run("up", env),
    preview: (env) => run("preview", env),
    refresh: (env) => run("refresh", env),
    destroy: (env) => run("destroy", env),
    run,
    failing: async (command, env) => {
      const ended = await cli.start(command, env).ended;
      if (ended.exitCode === 0) throw new Error(`\`pulumi ${command}\` did not fail:\n${ended.text}`);
      return ended;
    },
    start: cli.start,
    state: () => readState(stateFile),
    resource: (name) => {
      const found = resources().filter(({ urn }) => urn.endsWith(`::${name}`));
      if (found[0] === undefined || found.length > 1)
        throw new Error(`${found.length} resources in the state are named ${name}.`);
      return found[0];
    },
    outputs: () => resources().find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {},
    call,
    row: async (contractId) => (await call("GET", `/instances/${contractId}/`)).instances as Record<string, unknown>,
  };
}

/** A project in plain JavaScript, which starts faster than one in TypeScript, with the checkout as installed package; its program is still to come. */
export function makeProject(folder: string): void {
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  const runtime = { name: "nodejs", options: { typescript: false } };
  writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify({ name: "garage", main: "index.js", runtime }));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "garage", private: true }));
  symlinkSync(checkout, join(folder, "node_modules", "pulumi-vastai"));
  symlinkSync(join(checkout, "node_modules", "@pulumi"), join(folder, "node_modules", "@pulumi"));
}

function nameOf(project: string): string {
  const text = readFileSync(join(project, "Pulumi.yaml"), "utf8");
  const name = /^\s*["{]*name"?:\s*"?([\w.-]+)/m.exec(text)?.[1];
  if (name === undefined) throw new Error(`The Pulumi.yaml in ${project} has no name.`);
  return name;
}
