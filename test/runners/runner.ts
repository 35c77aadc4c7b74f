// Several runners, as on several machines: each has a home of its own, and they share a backend, an account and nothing else.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { expect, inject, onTestFinished } from "vitest";
import { type Simulator, startSimulator } from "../../simulator/index.js";
import { type Cli, createCli, type Run } from "../engine/cli.js";
import { makeProject } from "../engine/pulumi.js";

/** One runner, which works on one stack. */
export interface Runner extends Pick<Cli, "start"> {
  readonly stack: string;
  /** Any command; the test fails when it does. */
  run(command: string): Promise<Run>;
  /** The ids of the instances in the stack's state. */
  instanceIds(): Promise<number[]>;
}

/** Runners on one account of a pretend Vast.ai. */
export interface Runners {
  readonly world: Simulator["world"];
  /** A runner of its own for a stack. Default: a PostgreSQL database. */
  runner(stack: string, backendUrl?: string): Runner;
}

export interface RunnersOptions {
  /** A second of the wall is this many of the world. */
  readonly speed: number;
  /** What each stack's program makes, in JavaScript, with `vastai` and the stack's name `stack` at hand. */
  readonly program: string;
}

/** Makes an account and a place for runners. When the test has passed, nothing is billed any more and no request missed a route. */
export async function testRunners({ speed, program }: RunnersOptions): Promise<Runners> {
  const simulator = await startSimulator({ speed, seed: 7, offers: 0 });
  const { world } = simulator;
  const folder = mkdtempSync(join(tmpdir(), "pulumi-vastai-runners-"));
  const all: Cli[] = [];

  onTestFinished(async ({ task }) => {
    for (const cli of all) cli.end();
    const { unknownRoutes } = world.view();
    const billed = world.billedContracts();
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
    if (task.result?.state === "fail") return;
    expect(billed, "contracts that are billed after the test").toEqual([]);
    expect(unknownRoutes, "requests that Vast does not know").toEqual([]);
  });

  function cliFor(stack: string, backendUrl: string): Cli {
    const home = join(folder, `machine${all.length}`);
    const below = (name: string) => join(home, name);
    for (const name of ["home", "pulumi-home", "events", "temp"]) mkdirSync(below(name), { recursive: true });
    makeProject(below("checkout"));
    writeFileSync(
      join(below("checkout"), "index.js"),
      `const pulumi = require("@pulumi/pulumi");\nconst vastai = require("pulumi-vastai");\nconst stack = pulumi.getStack();\n${program}`,
    );
    const cli = createCli({
      bin: inject("pulumiBin"),
      cwd: below("checkout"),
      configFile: join(home, "Pulumi.stack.yaml"),
      events: below("events"),
      stack,
      env: {
        PATH: [inject("pulumiBin"), dirname(process.execPath), process.env.PATH].join(delimiter),
        HOME: below("home"),
        TMPDIR: below("temp"),
        PULUMI_HOME: below("pulumi-home"),
        PULUMI_BACKEND_URL: backendUrl,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        NODE_COMPILE_CACHE: inject("compileCache"),
        GOGC: "400",
        // Without it there is no flag --event-log.
        PULUMI_DEBUG_COMMANDS: "true",
        VAST_API_KEY: "key-of-the-account",
        VAST_URL: simulator.url,
        VASTAI_TIME_SCALE: String(speed),
      },
    });
    all.push(cli);
    return cli;
  }

  return {
    world,
    runner(stack, backendUrl = inject("postgresUrls")[0]) {
      const { start } = cliFor(stack, backendUrl);
      const run = async (command: string) => {
        const ended = await start(command).ended;
        if (ended.exitCode !== 0)
          throw new Error(`\`pulumi ${command}\` on ${stack} ended with ${ended.exitCode}:\n${ended.text}`);
        return ended;
      };
      return { stack, start, run, instanceIds: async () => idsIn((await run("stack export")).stdout) };
    },
  };
}

function idsIn(state: string): number[] {
  const { deployment } = JSON.parse(state) as { deployment: { resources?: { type: string; id?: string }[] } };
  return (deployment.resources ?? [])
    .filter(({ type }) => type.endsWith("/vastai:Instance"))
    .map(({ id }) => Number(id));
}
