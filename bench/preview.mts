// `npm run bench`: what a preview of many instances costs beside the engine's own floor, the same number of resources of the same kind and size
// whose check and diff do nothing. Both are measured in turn, in one run, on this machine: only the ratio means anything.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { startSimulator } from "pulumi-vastai/simulator";
import { ensurePulumi } from "../scripts/pulumi-cli.mts";

const { values } = parseArgs({
  options: { instances: { type: "string", default: "100" }, rounds: { type: "string", default: "5" } },
});
const count = Number(values.instances);
const rounds = Number(values.rounds);
/** A second of the wall is so many of the world. */
const SPEED = 600;

const repository = fileURLToPath(new URL("../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "pulumi-vastai-bench-"));
const cli = await ensurePulumi();
const simulator = await startSimulator({ speed: SPEED, offers: 0, pacing: false });
for (let i = 0; i < count + 5; i += 1) simulator.world.addOffer({ dph_base: 0.3 + i / 1000 });
simulator.world.settings.bootMinutes = [0.2, 0.2];

const ARGS = {
  offer: { gpuName: "RTX 4090" },
  maxDollarsPerHour: 2,
  image: "ubuntu:22.04",
  diskGb: 32,
  timeToLiveHours: 8,
};
const HANDLER =
  'exports.handler = () => require("node:module").createRequire(process.cwd() + "/")("./floor-provider.js").provider;';
const programs = {
  vast: `const vastai = require("pulumi-vastai");
for (let i = 0; i < ${count}; i++) new vastai.Instance("worker-" + i, ${JSON.stringify(ARGS)});`,
  floor: `const pulumi = require("@pulumi/pulumi");
for (let i = 0; i < ${count}; i++) new pulumi.CustomResource("pulumi-nodejs:dynamic/floor:Instance", "worker-" + i, { ...${JSON.stringify(ARGS)}, label: "worker-" + i, ownerToken: "0123456789ab", __provider: ${JSON.stringify(HANDLER)} });`,
};
const FLOOR_PROVIDER = `exports.provider = {
  check: async (olds, news) => ({ inputs: news, failures: [] }),
  diff: async () => ({ changes: false }),
  create: async (inputs) => ({ id: "1", outs: inputs }),
};`;

type Name = keyof typeof programs;
const NAMES: readonly Name[] = ["floor", "vast"];

try {
  for (const name of NAMES) await prepare(name);
  console.log(`${count} resources, ${rounds} rounds, Pulumi CLI ${cli.version}, Node.js ${process.version}`);
  for (const name of NAMES) await pulumi(name, "up", "--yes", "--skip-preview");
  const asked = simulator.world.view().requests.length;
  const seconds: Record<Name, number[]> = { floor: [], vast: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const name of NAMES) seconds[name].push(await secondsOf(pulumi(name, "preview")));
  }
  const requests = simulator.world.view().requests.length - asked;
  const [floor, vast] = [median(seconds.floor), median(seconds.vast)];
  console.log();
  for (const [what, figure] of [
    ["preview of the floor, median s", floor.toFixed(2)],
    ["preview of the instances, median s", vast.toFixed(2)],
    ["ratio (wanted: at most 1.30)", (vast / floor).toFixed(2)],
    ["requests a preview", (requests / rounds).toFixed(1)],
    ["bytes of state an instance", String(Math.round((await pulumi("vast", "stack", "export")).length / count))],
  ]) {
    console.log(`${String(what).padEnd(36)}${String(figure).padStart(10)}`);
  }
  await pulumi("vast", "destroy", "--yes", "--skip-preview");
} finally {
  await simulator.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function prepare(name: Name): Promise<void> {
  const project = join(folder, name);
  mkdirSync(join(project, "state"), { recursive: true });
  writeFileSync(join(project, "Pulumi.yaml"), `name: bench-${name}\nruntime: nodejs\nmain: index.js\n`);
  writeFileSync(join(project, "package.json"), "{}\n");
  writeFileSync(join(project, "index.js"), programs[name]);
  writeFileSync(join(project, "floor-provider.js"), FLOOR_PROVIDER);
  mkdirSync(join(project, "node_modules", "@pulumi"), { recursive: true });
  symlinkSync(
    join(repository, "node_modules", "@pulumi", "pulumi"),
    join(project, "node_modules", "@pulumi", "pulumi"),
  );
  symlinkSync(repository, join(project, "node_modules", "pulumi-vastai"));
  await pulumi(name, "stack", "init", "bench");
}

/** Runs the CLI beside the simulator of this process; answers what it wrote. */
async function pulumi(name: Name, ...args: string[]): Promise<string> {
  const stack = args[1] === "init" ? [] : ["--stack=bench"];
  const { stdout } = await promisify(execFile)(join(cli.bin, "pulumi"), [...args, ...stack, "--non-interactive"], {
    cwd: join(folder, name),
    maxBuffer: 2 ** 28,
    env: {
      ...process.env,
      PATH: [cli.bin, process.env.PATH].join(delimiter),
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(folder, name, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "bench",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      VAST_API_KEY: "key-of-the-bench",
      VAST_URL: simulator.url,
      // A preview waits for nothing, and what it remembers for seconds must not expire in milliseconds.
      VASTAI_TIME_SCALE: args[0] === "preview" ? "1" : String(SPEED),
    },
  });
  return stdout;
}

async function secondsOf(work: Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work;
  return (performance.now() - startedAt) / 1000;
}

function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}
