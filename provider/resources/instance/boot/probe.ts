import { get } from "node:http";
import { connect, type Socket } from "node:net";
import type { WireInstance } from "../../../api/instance-row.js";
import { USER_AGENT } from "../../../api/transport.js";
import type { Clock } from "../../../clock.js";
import type { InstanceInputs } from "../inputs.js";
import { publicPorts, sshAddress } from "../outputs.js";

// Asks a running instance, through its public port, for what the program waits for. Nothing secret is sent: the one who answers
// is a container on somebody's machine.

type WaitFor = InstanceInputs["waitFor"];

/** What a running instance has to answer before it counts as ready. */
export type Wanted = WaitFor & { readonly level: "ssh" | "port" | "http" };

/** A running instance that does not answer as wanted. */
export interface Silence {
  readonly wanted: Wanted;
  readonly because: string;
  /** Where it was called, for people; undefined when it has no address. */
  readonly at: string | undefined;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** How one attempt ends well, or why it does not. */
type Outcome = "as wanted" | { readonly because: string };

/** How long one attempt may take. */
const ATTEMPT_MS = 5_000;
/** Docker's proxy takes every connection and cuts it when nothing listens inside: one that stays open this long was taken for good. */
const STAYS_OPEN_MS = 500;
/** A server may send lines of its own before its banner (RFC 4253 §4.2). */
const LONGEST_GREETING = 4_096;

/** The words of system errors, for people; anything else is named by its code. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
  EHOSTUNREACH: "the machine cannot be reached",
  ENETUNREACH: "the machine cannot be reached",
  ETIMEDOUT: "the machine cannot be reached",
  ENOTFOUND: "the name of the machine is not known",
  EAI_AGAIN: "the name of the machine is not known",
};

/** What has to answer beyond running; undefined when running is enough. */
export function wantedAnswer(waitFor: WaitFor): Wanted | undefined {
  const { level } = waitFor;
  return level === "running" ? undefined : { ...waitFor, level };
}

/** What is waited for, inside a sentence: `ssh`, `port 8080`, `http on port 8080`. */
export function wantedText({ level, port }: Wanted): string {
  return { ssh: "ssh", port: `port ${port}`, http: `http on port ${port}` }[level];
}

/**
 * Calls a running instance once: undefined when it answers as wanted. Rejects with the signal's reason as soon as it is aborted;
 * nothing else is thrown.
 */
export async function probe(
  clock: Clock,
  row: WireInstance,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Silence | undefined> {
  const told = addressOf(row, wanted);
  if (!told) return { wanted, because: whyNoAddress(row, wanted), at: undefined };
  // As in a URL: a socket takes an IPv6 address without its brackets.
  const address = { ...told, host: told.host.replace(/^\[(.*)\]$/, "$1") };
  const outcome = await attempt(clock, signal, (bounded) => call(clock, address, wanted, bounded));
  return outcome === "as wanted" ? undefined : { wanted, ...outcome, at: placeText(address, wanted) };
}

function addressOf(row: WireInstance, { level, port }: Wanted): Address | undefined {
  if (level === "ssh") return sshAddress(row);
  const host = row.public_ipaddr?.trim();
  const outside = publicPorts(row)?.[`${port}/tcp`];
  return host && outside !== undefined ? { host, port: outside } : undefined;
}

function whyNoAddress(row: WireInstance, { level, port }: Wanted): string {
  if (level === "ssh") return "Vast names no address of it";
  return (row.direct_port_count ?? 1) <= 0
    ? `it is not reachable, for the machine has no public ports`
    : `it is not reachable, for container port ${port} is mapped to no public port`;
}

/** What was called, as one would write it down. A query can hold a secret, so it is left out. */
function placeText({ host, port: outside }: Address, { level, port, path = "/" }: Wanted): string {
  const inside = level === "ssh" ? "" : ` (container port ${port})`;
  const place = host.includes(":") ? `[${host}]:${outside}` : `${host}:${outside}`;
  return level === "http" ? `http://${place}${path.replace(/\?.*/, "?…")}${inside}` : `${place}${inside}`;
}

async function attempt(
  clock: Clock,
  signal: AbortSignal,
  run: (bounded: AbortSignal) => Promise<Outcome>,
): Promise<Outcome> {
  const limit = clock.timeLimit(ATTEMPT_MS);
  try {
    return await run(AbortSignal.any([signal, limit.signal]));
  } catch (error) {
    signal.throwIfAborted();
    return { because: limit.signal.aborted ? `no answer within ${ATTEMPT_MS / 1000} s` : reasonOf(error) };
  } finally {
    limit.cancel();
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "the connection failed";
  // Node's HTTP parser gives every complaint a code of this kind.
  return code.startsWith("HPE_") ? "what answers does not speak HTTP" : (REASONS[code] ?? code);
}

function call(clock: Clock, address: Address, wanted: Wanted, signal: AbortSignal): Promise<Outcome> {
  if (wanted.level === "http") return callHttp(address, wanted, signal);
  return wanted.level === "ssh" ? readBanner(address, signal) : stayConnected(clock, address, signal);
}

/** The status decides, and the answer is cut off behind its headers: nobody needs its body. */
function callHttp({ host, port }: Address, { path = "/", status: wanted }: Wanted, signal: AbortSignal) {
  return new Promise<Outcome>((resolve, reject) => {
    const headers = { "User-Agent": USER_AGENT };
    // Without an agent the connection is this call's own, and an environment's proxy is not asked.
    const request = get({ host, port, path, headers, signal, agent: false }, (response) => {
      const { statusCode: status = 0 } = response;
      response.destroy();
      const isWanted = wanted === undefined ? status >= 200 && status < 400 : status === wanted;
      resolve(isWanted ? "as wanted" : { because: `HTTP ${status}` });
    });
    request.on("error", reject);
    // A switch of protocols is an answer too, and none that anybody asked for.
    request.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve({ because: `HTTP ${response.statusCode}` });
    });
  });
}

function readBanner(address: Address, signal: AbortSignal): Promise<Outcome> {
  return converse(address, signal, (socket, end) => {
    let heard = "";
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      heard += text;
      if (/^SSH-/m.test(heard)) end("as wanted");
      else if (heard.length > LONGEST_GREETING) end({ because: "what answers does not speak SSH" });
    });
    socket.on("close", () => end({ because: heard ? "what answers does not speak SSH" : "the connection was cut" }));
  });
}

function stayConnected(clock: Clock, address: Address, signal: AbortSignal): Promise<Outcome> {
  return converse(address, signal, (socket, end) => {
    socket.on("connect", () => {
      const patience = clock.timeLimit(STAYS_OPEN_MS);
      patience.signal.addEventListener("abort", () => end("as wanted"), { once: true });
      socket.on("close", () => patience.cancel());
    });
    socket.on("data", () => end("as wanted"));
    socket.on("close", () => end({ because: "the connection was cut" }));
  });
}

/** One connection, closed when `follow` ends it; what is said after the end is not heard. */
function converse(
  address: Address,
  signal: AbortSignal,
  follow: (socket: Socket, end: (outcome: Outcome) => void) => void,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...address, signal });
    socket.on("error", reject);
    follow(socket, (outcome) => {
      resolve(outcome);
      socket.destroy();
    });
  });
}
