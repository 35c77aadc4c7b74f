import {
  ApiError,
  AuthError,
  NotFoundError,
  OfferGoneError,
  RateLimitedError,
  type Refusal,
  WireFormatError,
} from "../errors.js";
import { type Call, routeOf } from "./endpoint.js";
import type { RawAnswer } from "./transport.js";

/** The longest piece of the server's words that a message repeats. */
const MOST_WORDS = 300;

/** The longest pause that a 429 may ask for, in seconds; Vast's own client honours as much. */
const LONGEST_THRESHOLD = 60;

/**
 * Turns an answer into its JSON body, or throws what the server meant. Vast refuses in many shapes (vast-api.md §1.3):
 * `{success, error, msg}` with parts missing, `{message}`, `{detail}`, `{error_msg}`, a bare JSON text, plain text, HTML,
 * and HTTP 200 with `success: false`. The status alone decides nothing. `hide` takes secrets out of what messages repeat.
 */
export function judgeAnswer(call: Call, answer: RawAnswer, hide = (text: string) => text): unknown {
  const route = routeOf(call.endpoint);
  const shown = (text: string) => withoutSecrets(hide(text), call.secrets).slice(0, MOST_WORDS);
  const body = parseJson(answer.text);
  const succeeded = answer.status >= 200 && answer.status < 300;
  // JSON that breaks off says nothing, whatever its status: not even that something does not exist. A 429 needs no words.
  if (body === undefined && (succeeded || (answer.contentType.includes("json") && answer.status !== 429))) {
    throw new WireFormatError(
      route,
      answer.status,
      `expected JSON, got ${shown(describe(answer, call.endpoint.confidential))}`,
    );
  }
  if (succeeded && field(body, "success") !== false) return body;

  const words = body === undefined ? describe(answer, call.endpoint.confidential) : wordsOf(body);
  const refusal: Refusal = {
    route,
    status: answer.status,
    said: shown(words),
    code: codeOf(answer.status, body, words),
    thresholdSeconds: thresholdOf(answer, body),
    newContract: contractOf(body),
  };
  throw errorOf(refusal, body);
}

function errorOf(refusal: Refusal, body: unknown): ApiError {
  switch (refusal.code) {
    case "auth_error":
    case "not_authorized":
      return new AuthError(refusal);
    case "rate_limited":
      return new RateLimitedError(refusal);
    case "no_such_ask":
      return new OfferGoneError(refusal);
    default:
      return isAbsence(refusal, body) ? new NotFoundError(refusal) : new ApiError(refusal);
  }
}

/**
 * Absence is only what Vast itself says in its own form: `msg` beside a code or `success: false`. A 404 of a gateway, of
 * another program's API or of a retired route says nothing about the thing asked for, and taking it for absence would
 * drop a billed machine from the state.
 */
function isAbsence({ code, status }: Refusal, body: unknown): boolean {
  if (/^(no_such_|not_found)/.test(code)) return true;
  if (status !== 404 || code.startsWith("deprecated") || typeof field(body, "msg") !== "string") return false;
  return field(body, "success") === false || givenCode(body) !== "";
}

/**
 * One code for one meaning. The text wins over the status where Vast mixes them up: a wrong key is 404 (recorded
 * 2026-09-29), a taken offer is 400 with the 404 only in its text (recorded 2026-02-24).
 */
function codeOf(status: number, body: unknown, words: string): string {
  const code = givenCode(body);
  if (status === 429) return code === "search_quota_exceeded" ? code : "rate_limited";
  if (code === "auth_error" || /invalid user key|session expired|requires login|bearer token/i.test(words)) {
    return "auth_error";
  }
  // The gateway turns bursts away with a page under 403: only JSON is Vast's word on the key.
  if (status === 401 || (status === 403 && code === "" && body !== undefined)) return "auth_error";
  // A server's fault can hide a contract, whatever its text says.
  const gone = status < 500 && /\bno_such_ask\b|is not available\.|no longer available/i.test(`${code} ${words}`);
  return gone ? "no_such_ask" : code || `http_${status}`;
}

/** Vast's own code; a sentence or an object under `error` is none. */
function givenCode(body: unknown): string {
  const given = field(body, "error");
  return typeof given === "string" && /^\w+$/.test(given) ? given : "";
}

/** Seconds between calls that a 429 asks for: in its text, in its body, or in its header. */
function thresholdOf(answer: RawAnswer, body: unknown): number | undefined {
  if (answer.status !== 429) return undefined;
  const inText = /threshold=(\d+(?:\.\d+)?)/.exec(answer.text)?.[1];
  const inBody = field(body, "retry_after");
  const seconds = [Number(inText), Number(inBody), answer.retryAfterSeconds ?? Number.NaN].filter((n) => n > 0);
  return seconds.length > 0 ? Math.min(LONGEST_THRESHOLD, Math.max(...seconds)) : undefined;
}

function contractOf(body: unknown): number | undefined {
  const given = field(body, "new_contract");
  const id = typeof given === "string" ? Number(given) : given;
  return typeof id === "number" && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

function wordsOf(body: unknown): string {
  if (typeof body === "string") return body;
  for (const name of ["msg", "message", "detail", "error_msg", "error"]) {
    const value = field(body, name);
    if (typeof value === "string" && value.trim() !== "") return value.trim();
  }
  return "no reason given";
}

/** A text without the secrets of the request, in the spelling of JSON, too. */
function withoutSecrets(text: string, secrets: readonly string[] = []): string {
  const spellings = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  // Cut out of the words, a short one would show by the holes that it leaves.
  if (spellings.some((secret) => secret.length < 4 && text.includes(secret)))
    return "words that are not shown, as they may hold a secret";
  return spellings.reduce((left, secret) => left.replaceAll(secret, "[secret]"), text);
}

function describe(answer: RawAnswer, confidential = false): string {
  const text = answer.text.trim();
  if (text === "") return "an empty body";
  if (/^\s*</.test(text)) return "an HTML page";
  if (confidential) return "text that is not shown, as it may hold secrets";
  return `text: ${text.replace(/\s+/g, " ")}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function field(body: unknown, name: string): unknown {
  return typeof body === "object" && body !== null ? (body as Record<string, unknown>)[name] : undefined;
}
