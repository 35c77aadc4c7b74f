import { spawn } from "node:child_process";
import { chmod, copyFile, mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cliFile, dynamicProviderFile, languageHostFile, wantedVersion } from "./find.mts";
import { type Report, timed } from "./progress.mts";

interface Program {
  name: string;
  /** The folder with the go.mod that pins it and all it needs. */
  module: string;
  package: string;
  version: string;
  file: string;
}

const toolchain = fileURLToPath(new URL("../../toolchain/", import.meta.url));

const programs: Program[] = [
  {
    name: `the Pulumi CLI ${wantedVersion}`,
    module: join(toolchain, "cli"),
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    version: wantedVersion,
    file: cliFile,
  },
  {
    // The last version in which the language host belongs to a tagged module; newer engines work with it.
    name: "its Node.js language host",
    module: join(toolchain, "language-host"),
    package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    version: "3.68.0",
    file: languageHostFile,
  },
];

/** Builds the CLI from its published Go modules. Needs Go and the module proxy, but no C compiler. */
export async function buildCli(root: string, report: Report, env: NodeJS.ProcessEnv): Promise<void> {
  await checkGo(env);
  report("  Building it with Go: usually 3 to 4 minutes on 2 cores, the first time");
  const bin = join(root, "bin");
  await mkdir(bin);
  for (const program of programs) {
    await timed(`building ${program.name}`, report, () => build(program, bin, env));
  }
  const sdk = dirname(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"));
  await copyFile(join(sdk, dynamicProviderFile), join(bin, dynamicProviderFile));
  await chmod(join(bin, dynamicProviderFile), 0o755);
}

async function build(program: Program, bin: string, env: NodeJS.ProcessEnv): Promise<void> {
  const version = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${program.version}`;
  const args = ["-tags", "osusergo,grpcnotrace", "-ldflags", `-s -w ${version}`, "-o", join(bin, program.file)];
  // -mod given here outranks GOFLAGS, so that the go.mod in the checkout is never rewritten.
  const { exitCode, output } = await go(["build", "-mod=readonly", ...args, program.package], program.module, env);
  if (exitCode !== 0) throw new Error(`Building ${program.name} failed: ${lastLines(output)}.`);
}

async function checkGo(env: NodeJS.ProcessEnv): Promise<void> {
  for (const { module } of programs) {
    const needed = /^go (\S+)$/m.exec(await readFile(join(module, "go.mod"), "utf8"))?.[1];
    const remedy = `Building it needs Go ${needed} or newer (https://go.dev/dl/)`;
    // Any command that loads the go.mod refuses it when this Go is too old and may not fetch a newer one.
    const { exitCode, output } = await go(["list", "-m", "-mod=readonly"], module, env).catch(() => {
      throw new Error(`${remedy}, and no \`go\` is on PATH.`);
    });
    if (exitCode !== 0) throw new Error(`${remedy}; the \`go\` on PATH says: ${lastLines(output)}.`);
  }
}

function go(args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<{ exitCode: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn("go", args, {
      cwd,
      env: { ...env, CGO_ENABLED: "0", GOWORK: "off" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, output }));
  });
}

function lastLines(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("go: downloading"));
  return lines.slice(-5).join(" | ").replace(/\.$/, "");
}
