/**
 * Every error that leaves the provider. Messages are written for the person who pays: what happened (with ids), what it
 * means for the money, what to do. Decide on classes and codes, never on message texts. No error holds the API key,
 * request headers, registry logins or values of environment variables.
 */
export class VastError extends Error {
  /** A stable word to decide on, e.g. `no_such_ask`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
    this.name = new.target.name;
  }
}

/** What the server said when it refused a request. */
export interface Refusal {
  /** HTTP status; 200 when the refusal stood only in the body (`success: false`). */
  readonly status: number;
  /** Vast's own code, or one we read out of the text (see api/api-error.ts). */
  readonly code: string;
  /** Method and route template, e.g. `PUT /api/v0/asks/{id}/`. */
  readonly route: string;
  /** The server's words, shortened. */
  readonly said: string;
  /** Seconds between two calls that the server asks for, when a 429 names them. */
  readonly thresholdSeconds?: number | undefined;
  /** Contract that exists although the server refused: bids below the minimum do that. */
  readonly newContract?: number | undefined;
}

/** The server answered and refused. */
export class ApiError extends VastError {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, message = `${refusal.route} was refused with ${refusal.status}: ${refusal.said}`) {
    super(refusal.code, message);
    this.refusal = refusal;
  }

  get status(): number {
    return this.refusal.status;
  }
}

/** The thing asked for does not exist; never used for a bad key, which Vast answers with 404 as well. */
export class NotFoundError extends ApiError {}

/** The offer was taken or withdrawn before it could be rented; nothing was created. */
export class OfferGoneError extends ApiError {}

/** No key, a wrong or revoked key, or a key without the permission. */
export class AuthError extends ApiError {}

/** Called too often; the request was not executed. */
export class RateLimitedError extends ApiError {}

/** No usable answer arrived. */
export class ConnectionError extends VastError {
  readonly route: string;
  /** `not sent`: the server never saw the request. `unknown`: it may have been executed. */
  readonly outcome: "not sent" | "unknown";

  constructor(route: string, outcome: "not sent" | "unknown", reason: string) {
    super(
      "connection",
      `${route} ${outcome === "not sent" ? "could not be sent" : "got no answer"}: ${reason}. ${
        outcome === "not sent" ? "Nothing happened on the server." : "It may have been carried out."
      } Check the connection to the Vast.ai API.`,
    );
    this.route = route;
    this.outcome = outcome;
  }
}

/** The answer came, and is not what the route is known to answer. */
export class WireFormatError extends VastError {
  readonly route: string;
  readonly status: number;

  constructor(route: string, status: number, detail: string) {
    super(
      "wire_format",
      `${route} answered something unexpected (HTTP ${status}): ${detail}. The provider stopped rather than guess. ` +
        "Run the command again; if it stays, report this line, which contains no secrets.",
    );
    this.route = route;
    this.status = status;
  }
}

/** A setting is missing or wrong: API key, API address, time scale. */
export class SettingsError extends VastError {
  constructor(message: string) {
    super("settings", message);
  }
}

/** The run was cancelled (Ctrl-C, or the Pulumi engine is gone). */
export class CancelledError extends VastError {
  constructor(message = "The run was cancelled.") {
    super("cancelled", message);
  }
}

/** A rented instance did not get ready in time or failed to boot; the message says what it costs and how to go on. */
export class NotReadyError extends VastError {}

/** Nothing could be rented: no offer fits, all were taken, or the account may not rent. */
export class NothingRentedError extends VastError {}

/** The message of anything thrown, for use inside a sentence. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
