import type { ZodType } from "zod";

/**
 * What a request does on the server, and so whether it may be repeated: `read` changes nothing; `idempotent` has the
 * same result when done twice; `rents` creates something that is billed and must never be repeated blindly.
 */
export type Effect = "read" | "idempotent" | "rents";

/** One route of Vast's REST API. */
export interface Endpoint<Answer = unknown> {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Path template with a trailing slash; `{name}` is filled from the call's `params`. */
  readonly path: string;
  readonly effect: Effect;
  /** Least seconds between two calls per account (Vast's own threshold, without our margin). */
  readonly minIntervalSeconds: number;
  /** How long a 429 closes the route for everybody on the account. Default: only until the interval is over. */
  readonly penaltySeconds?: number;
  /** Answers without an API key. Default false. */
  readonly keyless?: boolean;
  /** The answer can hold secrets: no message quotes one that cannot be read. Default false. */
  readonly confidential?: boolean;
  /** Wire schema of the answer. */
  readonly answer: ZodType<Answer>;
}

/** What one call fills in. */
export interface CallArgs {
  readonly params?: Readonly<Record<string, string | number>>;
  /** Query parameters; objects and arrays are sent as JSON text, as Vast's v1 routes want them. */
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  /** Texts of the body that no message may repeat, also where the server does. */
  readonly secrets?: readonly string[];
  /** Called each time the call goes out, when its turn has come. */
  readonly onSend?: (() => void) | undefined;
  /** Called when the call has failed and is to be sent again. */
  readonly onRetry?: ((error: unknown) => void) | undefined;
  /** Called, more than once, while others on the account use a route with a penalty and this call waits until they pause. */
  readonly onYield?: (() => void) | undefined;
  /**
   * Called instead of sending when others on the account have used a route with a penalty while this call waited, so that what it was to
   * do may have been done by them. What it throws is the call's error, and the place goes to the next. Default: send all the same.
   */
  readonly onOvertaken?: (() => never) | undefined;
  /** Aborts the call: at once while it waits for its turn or its answer. */
  readonly signal?: AbortSignal | undefined;
}

/** One call on its way through the pipeline. */
export interface Call<Answer = unknown> extends CallArgs {
  readonly endpoint: Endpoint<Answer>;
}

/** Sends a call through the whole pipeline and returns the parsed answer. */
export type Send = <Answer>(endpoint: Endpoint<Answer>, args?: CallArgs) => Promise<Answer>;

/** Method and path template: the name of a route in messages, limits and tests. */
export function routeOf(endpoint: Pick<Endpoint, "method" | "path">): string {
  return `${endpoint.method} ${endpoint.path}`;
}
