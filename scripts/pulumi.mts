// `npm run pulumi -- preview` is `pulumi preview`, with the CLI that scripts/pulumi-cli.mts finds or makes.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { cliFile } from "./pulumi-cli/find.mts";
import { ensurePulumi } from "./pulumi-cli.mts";

const SAME_SIGNAL_WITHIN_MS = 500;

// A terminal sends its signals to every process of the foreground group, so the CLI has them already. Without a terminal
// only this process may have been signalled. The CLI then gets a group of its own and each signal once, because it takes
// a second interrupt as the order to stop at once, which can lose track of a rented machine.
const fromTerminal = Boolean(process.stdin.isTTY);

const { bin } = await ensurePulumi();
const cli = spawn(join(bin, cliFile), process.argv.slice(2), {
  // npm runs scripts in the package's root; this is where the command was typed.
  cwd: process.env.INIT_CWD ?? process.cwd(),
  env: { PULUMI_SKIP_UPDATE_CHECK: "true", ...process.env, PATH: [bin, process.env.PATH].join(delimiter) },
  stdio: "inherit",
  detached: !fromTerminal,
});

let lastSentAt = Number.NEGATIVE_INFINITY;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (fromTerminal && signal !== "SIGTERM") return;
    // npm passes on to its script what the script's whole group may have been sent as well.
    if (performance.now() - lastSentAt < SAME_SIGNAL_WITHIN_MS) return;
    lastSentAt = performance.now();
    cli.kill(signal);
  });
}

cli.on("error", (error) => {
  console.error(`${join(bin, cliFile)} could not be started: ${error.message}`);
  process.exitCode = 1;
});
cli.on("exit", (exitCode, signal) => {
  process.exitCode = exitCode ?? 128 + constants.signals[signal ?? "SIGTERM"];
});
