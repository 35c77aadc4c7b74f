// `npm run demo`: the whole life of a rented GPU under the real Pulumi CLI, on a pretended Vast.ai.
import { constants } from "node:os";
import { money, perHour, say, sayText, sayTitle } from "./demo/screen.mts";
import { openStage, type Stage } from "./demo/stage.mts";
import { steps } from "./demo/steps.mts";
import { ensurePulumi } from "./pulumi-cli.mts";

const startedAt = performance.now();
const interrupted = new AbortController();
let endedBy: NodeJS.Signals | undefined;
let step = "1  Make ready";
let stage: Stage | undefined;

say("", "Pretended: Vast.ai. A simulator on this machine stands in for it, with a");
say("market, machines and a bill of its own. One second here is a minute there.");
say("Real: the Pulumi CLI, this package, the HTTP between them, and the program,");
say("examples/first-instance/index.ts. No account, no key; nothing costs money.");

try {
  sayTitle(step);
  const cli = await ensurePulumi({ report: say });
  listenForInterrupt();
  stage = await openStage(cli, interrupted.signal);
  say(`Pulumi CLI ${cli.version}`, `Pretended Vast.ai at ${stage.simulator.url}`);
  for (const [index, { title, play }] of steps.entries()) {
    interrupted.signal.throwIfAborted();
    step = `${index + 2}  ${title}`;
    sayTitle(step);
    await play(stage);
  }
  sayNext();
} catch (error) {
  sayFailure(error);
} finally {
  await stage?.close();
}

/** Lets Pulumi end its operation first. */
function listenForInterrupt(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      endedBy ??= signal;
      interrupted.abort();
    });
  }
}

function sayNext(): void {
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  sayTitle(`All of it held, in ${seconds} s. What to try next`);
  say("Change examples/first-instance/index.ts and run the demo again: ask for a disk");
  say('of 200 GB, for 0.01 $/h at most, or for the image "ubuntu:does-not-exist".');
  say("Drive it by hand, against the simulator or for real, as the README.md beside the");
  say("program says. README.md at the top tells how to use it in your own project.");
}

function sayFailure(error: unknown): void {
  process.exitCode = endedBy ? 128 + constants.signals[endedBy] : 1;
  sayTitle(`${endedBy ? "Interrupted" : "Failed"} in step ${step}`);
  if (!endedBy) sayText(error instanceof Error ? error.message : String(error));
  if (!stage) return;
  const { contracts, dollarsBilled, billedPerHour } = stage.simulator.world.view();
  const seen = `${contracts.length} ${contracts.length === 1 ? "contract" : "contracts"}`;
  say("", `On the pretended Vast.ai: ${seen}, ${money(dollarsBilled)} billed, ${perHour(billedPerHour)} at the end.`);
  say("It has ended with this program; nothing is left behind.");
}
