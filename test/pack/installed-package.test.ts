// The package as a user gets it: packed, installed in an empty project, run by the real Pulumi CLI.
// Only `npm run pack:check` runs this, since it needs a fresh build and the registry.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { devDependencies } from "../../package.json";
import { ensurePulumi } from "../../scripts/pulumi-cli.mts";

const run = promisify(execFile);
const repository = join(__dirname, "..", "..");

const files = {
  "package.json": '{ "name": "rent-one", "private": true }',
  "Pulumi.yaml": "name: rent-one\nruntime: nodejs\nmain: index.ts\n",
  "index.ts": `
import * as vastai from "pulumi-vastai";

const trainer = new vastai.Instance("trainer", {
  offer: { gpuName: "RTX 4090" },
  image: "nvidia/cuda:12.4.1-base-ubuntu22.04",
  diskGb: 16,
  maxDollarsPerHour: 1,
});

export const id = trainer.id;
`,
};

let folder: string;
let project: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "installed-package-"));
  project = join(folder, "project");
  await mkdir(project);
  await mkdir(join(folder, "state"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(project, name), text);

  // Scripts are left out: the build would run a second time here, and nothing that is installed needs one.
  await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: repository });
  const tarball = (await readdir(folder)).find((name) => name.endsWith(".tgz"));
  const peerNames = ["@pulumi/pulumi", "@pulumi/policy", "typescript"] as const;
  const peers = peerNames.map((name) => `${name}@${devDependencies[name]}`);
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  await run("npm", ["install", ...flags, join(folder, `${tarball}`), ...peers], { cwd: project });

  const { bin } = await ensurePulumi();
  env = {
    ...process.env,
    PATH: [bin, dirname(process.execPath), process.env.PATH].join(delimiter),
    // A home without key files.
    HOME: folder,
    XDG_CONFIG_HOME: undefined,
    VAST_API_KEY: undefined,
    PULUMI_HOME: join(folder, "pulumi-home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "preview",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}, 600_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

it("compiles in a strict program", async () => {
  const tsc = ["--no-install", "tsc", "--noEmit", "--strict", "--module", "nodenext", "index.ts"];
  const { stdout } = await run("npx", tsc, { cwd: project, env }).catch((failed: { stdout: string }) => failed);
  expect(stdout).toBe("");
}, 60_000);

it("runs its simulator, and previews one Instance there without a key", async () => {
  await withSimulator(async (url) => {
    expect(new URL(url).hostname).toMatch(/^(127\.0\.0\.1|localhost|\[::1\])$/);
    expect((await fetch(new URL("/_simulator/world", url))).status).toBe(200);

    const pulumi = (...args: string[]) => run("pulumi", args, { cwd: project, env: { ...env, VAST_URL: url } });
    await pulumi("stack", "init", "dev", "--non-interactive");
    const { stdout } = await pulumi("preview", "--stack", "dev", "--json", "--non-interactive");
    const { steps } = JSON.parse(stdout) as { steps: { op: string; urn: string }[] };
    const planned = steps.filter(({ urn }) => urn.includes("vastai:Instance"));
    expect(planned).toMatchObject([{ op: "create", urn: expect.stringMatching(/dynamic\/vastai:Instance::trainer$/) }]);
  });
}, 120_000);

it("brings its policy pack, which needs no key and no simulator", async () => {
  const pack = ["--policy-pack", "node_modules/pulumi-vastai/policy/run.js", "--policy-pack-config", "policy.json"];
  await writeFile(join(project, "policy.json"), '{ "price-per-instance": { "maxDollarsPerHour": 0.5 } }');
  const preview = run("pulumi", ["preview", "--stack", "dev", "--non-interactive", ...pack], { cwd: project, env });
  const { stdout } = await preview.catch((failed: { stdout: string }) => failed);
  expect(stdout).toContain("trainer may cost 1 $/h by its own inputs, and 0.5 $/h is the limit.");
}, 120_000);

/** Runs `npx pulumi-vastai simulator` as the head of a process group, which is ended whole: npx runs it through a shell. */
async function withSimulator(work: (url: string) => Promise<void>): Promise<void> {
  const command = ["--no-install", "pulumi-vastai", "simulator", "--port", "0"];
  const simulator = spawn("npx", command, { cwd: project, env, detached: true, stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [firstLine] = await Promise.race([once(createInterface(simulator.stdout), "line"), once(simulator, "exit")]);
    await work(/http:\/\/\S+/.exec(String(firstLine))?.[0] ?? `no address in: ${firstLine}`);
  } finally {
    if (simulator.pid && simulator.exitCode === null) process.kill(-simulator.pid, "SIGTERM");
  }
}
