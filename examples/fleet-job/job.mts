import { setTimeout as pause } from "node:timers/promises";
import ssh2, { type Client } from "ssh2";

/** How a job ended on one machine. */
export interface JobEnd {
  /** Null when the job did not end by itself; `error` says why. */
  readonly exitCode: number | null;
  readonly error?: string;
  readonly seconds: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a job runs. */
export interface Address {
  readonly sshHost: string;
  readonly sshPort: number;
}

/** What is run, and how long it may take. */
export interface Job {
  readonly job: string;
  readonly jobMinutes: number;
}

/** A key that was just put into a machine can take a moment to be known there. */
const LOGIN_ATTEMPTS = 10;
const LOGIN_PAUSE_MS = 3_000;
/** A connection on which nothing is heard for three of these is dead. */
const KEEPALIVE_MS = 10_000;
/** More output than this is shown, but not kept. */
const KEPT_CHARACTERS = 1_000_000;

/** Runs a job and says each line that it writes. Never rejects: what goes wrong with one machine is its result. */
export async function runJob(
  { sshHost, sshPort }: Address,
  privateKey: string,
  { job, jobMinutes }: Job,
  interrupted: AbortSignal,
  say: (line: string) => void,
): Promise<JobEnd> {
  const began = performance.now();
  const tooLate = AbortSignal.timeout(jobMinutes * 60_000);
  const stop = AbortSignal.any([interrupted, tooLate]);
  const output = { stdout: "", stderr: "" };
  const end = (exitCode: number | null, error?: string): JobEnd => ({
    exitCode,
    ...(error !== undefined && { error }),
    seconds: Math.round((performance.now() - began) / 100) / 10,
    ...output,
  });
  let client: Client | undefined;
  try {
    client = await logIn({ host: sshHost, port: sshPort, username: "root", privateKey }, stop);
    return end(await execute(client, job, stop, output, say));
  } catch (error) {
    const because = tooLate.aborted
      ? `not done after ${jobMinutes} min`
      : String(error instanceof Error ? error.message : error);
    say(`failed: ${because}`);
    return end(null, because);
  } finally {
    client?.end();
  }
}

type Login = Parameters<Client["connect"]>[0];

async function logIn(login: Login, stop: AbortSignal): Promise<Client> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await connect(login, stop);
    } catch (error) {
      if (stop.aborted || attempt === LOGIN_ATTEMPTS) throw error;
      await pause(LOGIN_PAUSE_MS, undefined, { signal: stop });
    }
  }
}

/** The machine is new and so is its host key: there is nothing to compare it with. */
async function connect(login: Login, stop: AbortSignal): Promise<Client> {
  stop.throwIfAborted();
  const client = new ssh2.Client();
  try {
    await new Promise<void>((resolve, reject) => {
      stop.addEventListener("abort", () => reject(stop.reason), { once: true });
      client.once("ready", resolve);
      // It stays for the life of the connection: who waits for a command hears by the end of its channel.
      client.on("error", reject);
      client.connect({ ...login, readyTimeout: 20_000, keepaliveInterval: KEEPALIVE_MS });
      client.setNoDelay(true);
    });
    return client;
  } catch (error) {
    client.destroy();
    throw error;
  }
}

function execute(
  client: Client,
  command: string,
  stop: AbortSignal,
  output: { stdout: string; stderr: string },
  say: (line: string) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    stop.addEventListener("abort", () => reject(stop.reason), { once: true });
    client.exec(command, (error, channel) => {
      if (error) return reject(error);
      let exitCode: number | undefined;
      for (const name of ["stdout", "stderr"] as const) {
        const lines = splitLines(say);
        channel[name].setEncoding("utf8").on("data", (text: string) => {
          if (output[name].length < KEPT_CHARACTERS) output[name] += text;
          lines.take(text);
        });
        channel.on("close", lines.flush);
      }
      // A job that a signal has ended has none.
      channel.on("exit", (code: number | null) => (exitCode = code ?? undefined));
      channel.on("close", () => {
        if (exitCode === undefined) reject(new Error("the job or the connection was cut off"));
        else resolve(exitCode);
      });
    });
  });
}

function splitLines(say: (line: string) => void): { take(text: string): void; flush(): void } {
  let rest = "";
  return {
    take: (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) say(line);
    },
    flush: () => {
      if (rest !== "") say(rest);
      rest = "";
    },
  };
}
