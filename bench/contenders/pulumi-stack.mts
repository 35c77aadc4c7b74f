import { execFile } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensurePulumi } from "../../scripts/pulumi-cli.mts";
import type { Kind } from "../kinds.mts";
import { watchPeakMemory } from "../peak-memory.mts";
import { stateBytesOf } from "../state-bytes.mts";
import type { Contender, Ground } from "./contender.mts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const HEAP_PROBE = fileURLToPath(new URL("./heap-probe.cjs", import.meta.url));
/** In the command line of the process in which dynamic providers run. */
const PROVIDER_PROCESS = "@pulumi/pulumi/cmd/dynamic-provider/index.js";

/** What stands in a project. */
export interface Program {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly createsBeginWith: Kind;
}

/** A project of these files with a stack, driven by the real CLI. */
export async function createStack(ground: Ground, program: Program): Promise<Contender> {
  const { url, folder, count, heapFile } = ground;
  const { name, files } = program;
  const cli = await ensurePulumi();
  const project = join(folder, name);
  mkdirSync(join(project, "state"), { recursive: true });
  writeFileSync(join(project, "Pulumi.yaml"), `name: bench-${name}\nruntime: nodejs\nmain: index.js\n`);
  writeFileSync(join(project, "package.json"), "{}\n");
  for (const [file, text] of Object.entries(files)) writeFileSync(join(project, file), text);
  mkdirSync(join(project, "node_modules", "@pulumi"), { recursive: true });
  const pulumiPackage = join("node_modules", "@pulumi", "pulumi");
  symlinkSync(join(repository, pulumiPackage), join(project, pulumiPackage));
  symlinkSync(repository, join(project, "node_modules", "pulumi-vastai"));
  await pulumi(["stack", "init", "bench"]);

  async function pulumi(
    args: readonly string[],
    timeScale = ground.speed,
  ): Promise<{ stdout: string; peakKb: number | null }> {
    const stack = args[1] === "init" ? [] : ["--stack=bench"];
    return new Promise((resolve, reject) => {
      const child = execFile(
        join(cli.bin, "pulumi"),
        [...args, ...stack, "--non-interactive"],
        {
          cwd: project,
          maxBuffer: 2 ** 29,
          env: {
            ...process.env,
            PATH: [cli.bin, process.env.PATH].join(delimiter),
            PULUMI_HOME: join(folder, "pulumi-home"),
            PULUMI_BACKEND_URL: `file://${join(project, "state")}`,
            PULUMI_CONFIG_PASSPHRASE: "bench",
            PULUMI_SKIP_UPDATE_CHECK: "true",
            VAST_API_KEY: "key-of-the-bench",
            VAST_URL: url,
            VASTAI_TIME_SCALE: String(timeScale),
            ...(heapFile && { NODE_OPTIONS: `--require=${HEAP_PROBE}`, BENCH_HEAP_FILE: heapFile }),
          },
        },
        (error, stdout) => {
          const peakKb = memory.stop();
          if (error) reject(new Error(`pulumi ${args.join(" ")} of ${name} with ${count}:\n${stdout.slice(-3000)}`));
          else resolve({ stdout, peakKb });
        },
      );
      const memory = watchPeakMemory(child.pid ?? 0, PROVIDER_PROCESS);
    });
  }

  // Left alone, the engine works on four resources per core at once, and each create that waits for a boot holds a place.
  const OPTIONS = ["--yes", "--skip-preview", "--suppress-outputs", `--parallel=${count + 10}`];
  return {
    createsBeginWith: program.createsBeginWith,
    looksByWholeList: false,
    up: async () => (await pulumi(["up", ...OPTIONS])).peakKb,
    refresh: async () => void (await pulumi(["refresh", ...OPTIONS])),
    destroy: async () => void (await pulumi(["destroy", ...OPTIONS])),
    previewSeconds: async () => {
      const startedAt = performance.now();
      // A preview waits for nothing, and what it remembers for seconds must not expire in milliseconds.
      await pulumi(["preview"], 1);
      return (performance.now() - startedAt) / 1000;
    },
    stateBytes: async () => stateBytesOf((await pulumi(["stack", "export"])).stdout),
  };
}
