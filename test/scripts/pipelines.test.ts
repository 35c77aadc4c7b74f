// The pipelines of examples/pull-request-pipeline: what their own linters say, and what keeps money and secrets safe.
import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";

const checkout = join(__dirname, "..", "..");
const example = join(checkout, "examples", "pull-request-pipeline");
const gitHubFile = join(example, ".github", "workflows", "gpu.yml");
const gitLabFile = join(example, ".gitlab-ci.yml");

/** The first time actionlint is downloaded and built: half a minute. */
const FIRST_TIME_MS = 300_000;

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
}
interface GitHubJob {
  readonly environment?: string;
  readonly steps: readonly Step[];
  readonly concurrency: { readonly group: string; readonly "cancel-in-progress": boolean };
}
interface GitHubWorkflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, GitHubJob>>;
}
interface GitLabJob {
  readonly rules?: readonly { readonly if: string }[];
  readonly script?: readonly string[];
  readonly after_script?: readonly string[];
  readonly environment?: { readonly name: string; readonly action?: string };
  readonly interruptible?: boolean;
  readonly resource_group?: string;
}

interface Ended {
  readonly exitCode: number;
  readonly text: string;
}

function run(file: string, args: string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(file, args, { cwd, env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), text: `${stdout}${stderr}` });
    });
  });
}

/** Runs the linter of GitHub's workflows, which toolchain/actionlint pins. */
function actionlint(file: string): Promise<Ended> {
  const folder = join(checkout, "toolchain", "actionlint");
  // What else is installed on a machine is not to decide.
  const flags = ["-shellcheck=", "-pyflakes=", "-color=false"];
  return run("go", ["tool", "actionlint", ...flags, file], folder, {
    CGO_ENABLED: "0",
    GOWORK: "off",
    GOFLAGS: "-mod=readonly",
  });
}

/** Checks a pipeline against the schema that GitLab publishes, as the package carries it. */
async function gitLabSchema(file: string): Promise<Ended> {
  const folder = temporaryFolder();
  copyFileSync(file, join(folder, ".gitlab-ci.yml"));
  const command = join(dirname(require.resolve("gitlab-ci-local/package.json")), "dist", "index.js");
  return run(process.execPath, [command, "--list"], folder, { HOME: folder });
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pipelines-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A copy of a file with one thing changed. */
function spoiled(file: string, from: string, to: string): string {
  const text = readFileSync(file, "utf8");
  expect(text).toContain(from);
  const copy = join(temporaryFolder(), "pipeline.yml");
  writeFileSync(copy, text.replace(from, to));
  return copy;
}

describe("the workflow for GitHub", () => {
  const { jobs, on, permissions } = parse(readFileSync(gitHubFile, "utf8")) as GitHubWorkflow;
  const stepsOf = (job: string) => jobs[job]?.steps ?? [];
  const scriptOf = (job: string) => stepsOf(job).map(({ run: script }) => script ?? "");

  it("passes its linter, which finds a slip", { timeout: FIRST_TIME_MS }, async () => {
    expect(await actionlint(gitHubFile)).toEqual({ exitCode: 0, text: "" });
    const bad = await actionlint(spoiled(gitHubFile, "secrets.VAST_API_KEY", "secretz.VAST_API_KEY"));
    expect(bad.exitCode).toBe(1);
    expect(bad.text).toContain('undefined variable "secretz"');
  });

  it("uses actions of full versions, and lends the token no more than reading", () => {
    const used = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
    expect(used).not.toEqual([]);
    for (const action of used) expect.soft(action).toMatch(/^[\w-]+\/[\w-]+@v\d+\.\d+\.\d+$/);
    expect(permissions).toEqual({ contents: "read" });
  });

  it("runs nobody's code with secrets: only jobs of an environment have some, and forks reach none", () => {
    expect(Object.keys(on)).not.toContain("pull_request_target");
    const withSecrets = Object.keys(jobs).filter((job) => JSON.stringify(jobs[job]).includes("secrets."));
    expect(withSecrets).toEqual(["preview-of-changes", "deploy", "drift"]);
    expect(withSecrets.map((job) => jobs[job]?.environment)).toEqual(["gpu-preview", "gpu-production", "gpu-preview"]);
    expect(JSON.stringify(jobs["preview-of-changes"])).toContain("head.repo.full_name == github.repository");
  });

  it("rents in one job alone, which nothing cuts off and which hears that it is cancelled", () => {
    const renting = Object.keys(jobs).filter((job) =>
      scriptOf(job).some((script) => /pulumi (up|destroy|refresh)/.test(script)),
    );
    expect(renting).toEqual(["deploy"]);
    expect(jobs.deploy?.concurrency["cancel-in-progress"]).toBe(false);
    const groups = Object.entries(jobs).filter(
      ([, { concurrency }]) => concurrency.group === jobs.deploy?.concurrency.group,
    );
    expect(groups.map(([job]) => job)).toEqual(["deploy"]);
    expect(scriptOf("deploy").find((script) => script.includes("pulumi up"))).toMatch(/^exec pulumi up /);
  });

  it("deploys and previews by what is there: `onDrift` acts on what a refresh has put into the state", () => {
    for (const job of ["preview-of-changes", "deploy", "drift"]) {
      const runs = scriptOf(job).flatMap((script) => script.match(/pulumi (?:up|preview)[^>|]*/g) ?? []);
      expect(runs, job).not.toEqual([]);
      for (const run of runs) expect.soft(run, job).toContain("--refresh");
    }
  });

  it("looks for orphans after a deployment that failed or was cancelled", () => {
    const last = stepsOf("deploy").at(-1);
    expect(last).toMatchObject({
      if: "failure() || cancelled()",
      run: expect.stringContaining("pulumi-vastai orphans"),
    });
  });
});

describe("the pipeline for GitLab", () => {
  const { variables: _variables, default: _default, ...rest } = parse(readFileSync(gitLabFile, "utf8"));
  const jobs = Object.fromEntries(Object.entries<GitLabJob>(rest).filter(([, job]) => Array.isArray(job.script)));

  it("fits the schema of GitLab, which finds a slip", { timeout: 60_000 }, async () => {
    expect((await gitLabSchema(gitLabFile)).text).toContain("json schema validated");
    const bad = await gitLabSchema(spoiled(gitLabFile, "resource_group:", "resource_grup:"));
    expect(bad.exitCode).not.toBe(0);
    expect(bad.text).toContain("'resource_grup' property is not expected to be here at deploy");
  });

  it("has the same jobs", () => {
    const gitHub = parse(readFileSync(gitHubFile, "utf8")) as GitHubWorkflow;
    expect(Object.keys(jobs)).toEqual(Object.keys(gitHub.jobs));
    for (const [name, job] of Object.entries(jobs)) {
      expect.soft(job.environment?.name, name).toBe(gitHub.jobs[name]?.environment);
    }
  });

  it("rents in one job alone, which nothing cuts off, and looks for orphans when it did not succeed", () => {
    const renting = Object.keys(jobs).filter((job) => /pulumi (up|destroy|refresh)/.test(`${jobs[job]?.script}`));
    expect(renting).toEqual(["deploy"]);
    expect(jobs.deploy).toMatchObject({ interruptible: false, resource_group: "gpu-production" });
    expect(jobs.deploy?.script?.at(-1)).toMatch(/^exec pulumi up .*--refresh/);
    expect(jobs.deploy?.after_script?.at(-1)).toMatch(/CI_JOB_STATUS" != success.*pulumi-vastai orphans/);
  });

  it("leaves merge requests of forks, which run in the fork, to the job without secrets", () => {
    const conditions = jobs["preview-of-changes"]?.rules?.map(({ if: condition }) => condition);
    expect(conditions).toEqual([expect.stringContaining("SOURCE_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID")]);
  });

  it("enters an environment for reading without counting as a deployment", () => {
    const actions = Object.values(jobs).map(({ environment }) => environment?.action);
    expect(actions).toEqual([undefined, "access", undefined, "access"]);
  });
});
