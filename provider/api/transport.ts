import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { createRequire } from "node:module";
import axios, { type AxiosError } from "axios";
import type { Clock } from "../clock.js";
import { CancelledError, ConnectionError } from "../errors.js";
import { type Call, routeOf } from "./endpoint.js";
import { isLoopback } from "./loopback.js";

/** An answer as it came, before anybody judged it. */
export interface RawAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfterSeconds: number | undefined;
  readonly text: string;
}

/** Sends one request once. Throws ConnectionError or CancelledError; any status is an answer. */
export type Transport = (call: Call) => Promise<RawAnswer>;

export interface TransportOptions {
  /** Address without path, e.g. `https://console.vast.ai`. */
  readonly apiUrl: string;
  readonly apiKey: string | undefined;
  readonly clock: Clock;
  /** Longest wait for one answer. Default 60; Vast's own client waits 120. */
  readonly timeoutSeconds?: number;
}

/** The largest answer read, in bytes: a search of 64 offers is about 150 kB, a page of 25 instances about 60 kB. */
const LARGEST_ANSWER_BYTES = 16 * 1024 * 1024;

/** Errors before the request left this machine: the server cannot have acted. */
const NOT_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ERR_INVALID_URL"]);
/** Errors that come before the request when it is the connecting that fails, and as well on a connection behind it. */
const NOT_SENT_WHEN_CONNECTING = new Set(["ENETUNREACH", "EHOSTUNREACH"]);

const { version } = createRequire(__filename)("pulumi-vastai/package.json") as { version: string };

/** The `User-Agent` of every request. */
export const USER_AGENT = `pulumi-vastai/${version}`;

/**
 * HTTP by axios: connections kept alive, no redirects (the `Authorization` header would travel along or get lost), bounded
 * answers, one time limit per request. An AxiosError holds the bearer token, so none leaves this file.
 */
export function createTransport(options: TransportOptions): Transport {
  const { apiUrl, apiKey, clock, timeoutSeconds = 60 } = options;
  const http = axios.create({
    baseURL: apiUrl,
    httpAgent: new HttpAgent({ keepAlive: true }),
    httpsAgent: new HttpsAgent({ keepAlive: true }),
    maxRedirects: 0,
    maxContentLength: LARGEST_ANSWER_BYTES,
    responseType: "text",
    transformResponse: (text: unknown) => text,
    validateStatus: () => true,
    headers: { "User-Agent": USER_AGENT, Accept: "application/json" },
    ...(isLoopback(apiUrl) ? { proxy: false as const } : {}),
  });

  return async (call) => {
    const { endpoint } = call;
    // A rent on its way is never cut off: without its answer nobody knows whether a machine bills.
    const signal = endpoint.effect === "rents" ? undefined : call.signal;
    const limit = clock.timeLimit(timeoutSeconds * 1000);
    try {
      const answer = await http.request<string>({
        method: endpoint.method,
        url: fillPath(endpoint.path, call.params),
        params: queryOf(call),
        data: call.body === undefined ? undefined : JSON.stringify(call.body),
        headers: {
          ...(apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` }),
          ...(call.body === undefined ? {} : { "Content-Type": "application/json" }),
        },
        signal: signal ? AbortSignal.any([signal, limit.signal]) : limit.signal,
      });
      return {
        status: answer.status,
        contentType: String(answer.headers["content-type"] ?? ""),
        retryAfterSeconds: secondsOf(answer.headers["retry-after"]),
        text: answer.data ?? "",
      };
    } catch (error) {
      if (signal?.aborted) throw new CancelledError();
      throw connectionError(routeOf(endpoint), error as AxiosError, limit.signal.aborted ? timeoutSeconds : undefined);
    } finally {
      limit.cancel();
    }
  };
}

/** The largest log read, in bytes. */
const LARGEST_LOG_BYTES = 1024 * 1024;

/**
 * Reads a text behind an address that Vast names (a container's log), without our key: undefined while it is not there. Only https, or
 * this machine; throws nothing.
 */
export async function readPublicText(url: string, clock: Clock, signal?: AbortSignal): Promise<string | undefined> {
  if (!URL.canParse(url) || !(url.startsWith("https://") || isLoopback(url))) return undefined;
  const limit = clock.timeLimit(10_000);
  try {
    const answer = await axios.get<string>(url, {
      maxRedirects: 0,
      maxContentLength: LARGEST_LOG_BYTES,
      responseType: "text",
      transformResponse: (text: unknown) => text,
      headers: { "User-Agent": USER_AGENT },
      signal: signal ? AbortSignal.any([signal, limit.signal]) : limit.signal,
      ...(isLoopback(url) ? { proxy: false as const } : {}),
    });
    return answer.data;
  } catch {
    return undefined;
  } finally {
    limit.cancel();
  }
}

function fillPath(path: string, params: Call["params"] = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
}

function queryOf(call: Call): Record<string, string> | undefined {
  if (!call.query) return undefined;
  const given = Object.entries(call.query).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([k, v]) => [k, typeof v === "object" ? JSON.stringify(v) : String(v)]));
}

function secondsOf(header: unknown): number | undefined {
  const seconds = Number(header);
  // Vast has been seen to send `Retry-After: 0`, which says nothing (peers.md §2.2).
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}

function connectionError(route: string, error: AxiosError, timedOutAfterSeconds: number | undefined): ConnectionError {
  if (timedOutAfterSeconds !== undefined) {
    return new ConnectionError(route, "unknown", `no answer within ${timedOutAfterSeconds} s`);
  }
  const code = error.code ?? "";
  if (/^maxContentLength/.test(error.message)) {
    return new ConnectionError(route, "unknown", `the answer is larger than ${LARGEST_ANSWER_BYTES / 1024 ** 2} MB`);
  }
  const wasNotSent = NOT_SENT.has(code) || (NOT_SENT_WHEN_CONNECTING.has(code) && wasConnecting(error.cause));
  if (wasNotSent) return new ConnectionError(route, "not sent", code);
  return new ConnectionError(route, "unknown", code || "the connection broke");
}

/** Whether a fault of the system came before the connection stood. Where a name has several addresses, each attempt has its own. */
function wasConnecting(cause: unknown): boolean {
  if (cause instanceof AggregateError) return cause.errors.every(wasConnecting);
  return (cause as NodeJS.ErrnoException | undefined)?.syscall === "connect";
}
