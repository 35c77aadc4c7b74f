import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { wantedVersion } from "./find.mts";
import { type Report, timed } from "./progress.mts";

const REACHABLE_WITHIN_MS = 10_000;
const DONE_WITHIN_MS = 180_000;

/** Downloads the released CLI by Pulumi's own installer. Fails within seconds where its address is not reachable. */
export async function downloadCli(root: string, report: Report, env: NodeJS.ProcessEnv): Promise<void> {
  const address = "https://get.pulumi.com/install.sh";
  try {
    const answer = await fetch(address, { method: "HEAD", signal: AbortSignal.timeout(REACHABLE_WITHIN_MS) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
  } catch {
    throw new Error("Downloading it is not possible: get.pulumi.com does not answer.");
  }
  await timed(`downloading the Pulumi CLI ${wantedVersion}`, report, () => runInstaller(root, env));
}

function runInstaller(root: string, env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = fileURLToPath(new URL("install.mts", import.meta.url));
    const child = spawn(process.execPath, [script, root], { env, stdio: ["pipe", "ignore", "pipe"], detached: true });
    let output = "";
    child.stderr.on("data", (data) => (output += data));
    const deadline = setTimeout(() => child.stdin.end(), DONE_WITHIN_MS);
    child.on("error", reject);
    child.on("exit", (exitCode, signal) => {
      clearTimeout(deadline);
      if (exitCode === 0) resolve();
      else if (signal === "SIGKILL") reject(new Error(`Downloading it took longer than ${DONE_WITHIN_MS / 1000} s.`));
      else reject(new Error(`Downloading it failed: ${output.replace(/\s+/g, " ").trim().slice(-300)}.`));
    });
  });
}
