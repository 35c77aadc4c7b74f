import { Command, InvalidArgumentError } from "commander";
import type { LoggedRequest } from "../simulator/http/request-log.js";
import { type Simulator, startSimulator } from "../simulator/index.js";

/** Flags of `pulumi-vastai simulator`. */
interface Flags {
  readonly port: number;
  readonly speed: number;
  readonly seed: number;
  readonly offers: number;
  readonly quiet?: boolean;
  readonly sshExec?: boolean;
}

const EXEC_WARNING =
  "warning: --ssh-exec runs commands of anyone on this machine who has the API's address, on this machine itself, as the user who " +
  "started the simulator. Nothing shuts them in.\n";

/** The command `pulumi-vastai simulator`. */
export function simulatorCommand(): Command {
  return new Command("simulator")
    .description("Run a pretend Vast.ai on this machine: no account, no key, no money.")
    .option("--port <number>", "TCP port on 127.0.0.1; 0 picks a free one", wholeNumber(0, 65_535), 8080)
    .option("--speed <factor>", "how much faster than real its time runs; 60 makes an hour a minute", positiveNumber, 1)
    .option("--seed <number>", "another number gives another market", wholeNumber(0, 2 ** 32 - 1), 3)
    .option("--offers <number>", "how many offers the market has", wholeNumber(0, 10_000), 200)
    .option("--quiet", "do not print a line for each request")
    .option(
      "--ssh-exec",
      "RUN commands that come over SSH ON THIS MACHINE, with your rights, for anyone who puts a key in over the API; " +
        "without it they are answered with exit code 127",
    )
    .action(async (flags: Flags, command: Command) => {
      const simulator = await start(flags, command);
      if (flags.sshExec) process.stderr.write(EXEC_WARNING);
      process.stdout.write(greeting(simulator, flags.speed));
      const signal = await nextSignal();
      process.stdout.write(`${signal === "SIGINT" ? "\n" : ""}${billOf(simulator)}\n`);
      await simulator.stop();
    });
}

/** What to do with a simulator that just started: its URL alone on the first line, then the settings for a shell. */
export function greeting({ url }: Pick<Simulator, "url">, speed: number): string {
  const settings = [`export VAST_URL=${url}`, "export VAST_API_KEY=any-word-works"];
  if (speed !== 1) settings.push(`export VASTAI_TIME_SCALE=${speed}`);
  return `${[url, ...settings].join("\n")}\n`;
}

/** What everything has cost, in one line. */
export function billOf({ world }: Pick<Simulator, "world">): string {
  const { contracts: instances, volumes, dollarsBilled, billedPerHour } = world.view();
  const contracts = [...instances.map(({ destroyedAt }) => destroyedAt), ...volumes.map(({ deletedAt }) => deletedAt)];
  const open = contracts.filter((endedAt) => endedAt === null).length;
  const still = open === 0 ? "none still rented" : `${open} still rented at ${billedPerHour.toFixed(3)} $/h`;
  const count = `${contracts.length} ${contracts.length === 1 ? "contract" : "contracts"}`;
  return `Bill: ${dollarsBilled.toFixed(4)} $ for ${count}, ${still}. It was all pretended.`;
}

async function start(
  { port, speed, seed, offers, quiet, sshExec = false }: Flags,
  command: Command,
): Promise<Simulator> {
  const onRequest = ({ method, path, status }: LoggedRequest) => {
    process.stdout.write(`${method} ${path} ${status}\n`);
  };
  try {
    return await startSimulator({ port, speed, seed, offers, reachable: true, sshExec, ...(!quiet && { onRequest }) });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRINUSE") {
      command.error(
        `error: --port ${port} is taken by another program; give another one, or --port 0 for any free one.`,
      );
    }
    if (code === "EACCES") {
      command.error(
        `error: --port ${port} needs the rights of root; give one above 1023, or --port 0 for any free one.`,
      );
    }
    throw error;
  }
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
}

function wholeNumber(lowest: number, highest: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= lowest && number <= highest) return number;
    throw new InvalidArgumentError(`Give a whole number from ${lowest} to ${highest}.`);
  };
}

function positiveNumber(text: string): number {
  const number = Number(text);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new InvalidArgumentError("Give a number above 0, such as 60.");
}
