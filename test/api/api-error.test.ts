import { describe, expect, it } from "vitest";
import { judgeAnswer } from "../../provider/api/api-error.js";
import { instanceEndpoints } from "../../provider/api/instances.js";
import type { RawAnswer } from "../../provider/api/transport.js";
import {
  ApiError,
  AuthError,
  NotFoundError,
  OfferGoneError,
  RateLimitedError,
  WireFormatError,
} from "../../provider/errors.js";
import { recorded } from "../support/recorded.js";
import { rawAnswer, recordedNames, textOf } from "./recorded.js";

type Given = Pick<RawAnswer, "status"> & Partial<RawAnswer> & { readonly body?: unknown };

/** The error that an answer means; fails when it means success. */
function meaningOf({ status, body, contentType = "application/json", ...more }: Given): unknown {
  const text = textOf({ contentType, body });
  try {
    const answer = { status, contentType, retryAfterSeconds: undefined, text, ...more };
    return judgeAnswer({ endpoint: instanceEndpoints.show }, answer);
  } catch (error) {
    return error;
  }
}

function refused(given: Given): ApiError {
  const error = meaningOf(given);
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

const vast = (error: string, msg: string, more = {}) => ({ success: false, error, msg, ...more });
const page = (title: string) => `<html>\r\n<head><title>${title}</title></head>\r\n</html>\r\n`;

describe("a recorded refusal", () => {
  const expected: Record<string, [kind: typeof ApiError, code: string, thresholdSeconds?: number]> = {
    "429-body-detail": [RateLimitedError, "rate_limited", 5.5],
    "429-body-no-number": [RateLimitedError, "rate_limited"],
    "429-body-plain-text": [RateLimitedError, "rate_limited", 3],
    "429-body-rate-limit-exceeded": [RateLimitedError, "rate_limited", 3],
    "429-body-retry-after": [RateLimitedError, "rate_limited", 5],
    "502-html": [ApiError, "http_502"],
    // This form is Vast's own, but `msg` alone could be anybody's: it is no proof of absence.
    "apikeys-delete-404": [ApiError, "http_404"],
    "asks-put-args-too-long-400": [ApiError, "invalid_args"],
    "asks-put-no-credit-400": [ApiError, "insufficient_credit"],
    "asks-put-taken-400": [OfferGoneError, "no_such_ask"],
    "asks-put-taken-404-documented": [OfferGoneError, "no_such_ask"],
    "asks-put-taken-410": [OfferGoneError, "no_such_ask"],
    "auth-error-403-no-login": [AuthError, "auth_error"],
    "auth-error-404": [AuthError, "auth_error"],
    "bid-price-400": [ApiError, "http_400"],
    "bid-price-404": [NotFoundError, "http_404"],
    "bundles-auth-404": [AuthError, "auth_error"],
    "bundles-bad-json-400": [ApiError, "invalid_request"],
    "endptjobs-list-empty-400": [ApiError, "invalid_args"],
    "execute-bad-json-483": [ApiError, "invalid_args"],
    "execute-invalid-command": [ApiError, "invalid_args"],
    "get-instance-invalid-json-400": [ApiError, "invalid_args"],
    "instances-delete-404-documented": [NotFoundError, "not_found"],
    "instances-put-label-404": [NotFoundError, "no_such_instance"],
    "instances-put-start-queued-200": [ApiError, "resources_unavailable"],
    "invoices-date-range-200-false": [ApiError, "http_200"],
    "ssh-delete-missing-400": [ApiError, "no_ssh_key"],
    "ssh-detach-500": [ApiError, "delete_ssh_from_instance"],
    "take-snapshot-id-in-body-400": [ApiError, "invalid_args"],
    "template-post-400": [ApiError, "invalid_args"],
    "v0-list-410": [ApiError, "deprecated_endpoint"],
    "v1-list-bad-filter-400": [ApiError, "invalid_request"],
    "volumes-delete-400": [ApiError, "http_400"],
    "volumes-delete-404": [NotFoundError, "http_404"],
    "volumes-list-401": [AuthError, "auth_error"],
    "workergroups-delete-404": [NotFoundError, "no_such_workergroup"],
  };

  it.each(Object.entries(expected))("%s is told apart", (name, [kind, code, thresholdSeconds]) => {
    const answer = recorded(name);
    const error = refused(answer);
    expect(error.constructor).toBe(kind);
    expect(error.refusal).toMatchObject({ status: answer.status, code, route: "GET /api/v0/instances/{id}/" });
    expect(error.refusal.thresholdSeconds).toBe(thresholdSeconds);
    expect(error.refusal.newContract).toBeUndefined();
  });

  it("is missing in no file of the folder", () => {
    const refusals = recordedNames().filter((name) => {
      const { status, body } = recorded(name);
      return status >= 400 || (body as { success?: unknown } | null)?.success === false;
    });
    expect(refusals.sort()).toEqual(Object.keys(expected).sort());
  });

  it.each(recordedNames().filter((name) => !(name in expected)))("%s is none", (name) => {
    const answer = recorded(name);
    expect(judgeAnswer({ endpoint: instanceEndpoints.show }, rawAnswer(answer))).toEqual(answer.body);
  });
});

describe("the server's words", () => {
  it.each<[string, unknown, string]>([
    ["the full form", vast("invalid_args", "Bad disk."), "Bad disk."],
    ["error and msg without success", { error: "invalid_request", msg: "Bad filter." }, "Bad filter."],
    ["success and msg without error", { success: false, msg: "No such instance" }, "No such instance"],
    ["msg only", { msg: "Not today." }, "Not today."],
    ["message only", { message: "Not today." }, "Not today."],
    ["status and message", { status: "failure", message: "No such member" }, "No such member"],
    ["detail only", { detail: "Not today." }, "Not today."],
    ["error_msg only", { error_msg: "Not today." }, "Not today."],
    ["error as the only text", { error: "Something failed" }, "Something failed"],
    ["a bare JSON text", "endpoint X not found", "endpoint X not found"],
    ["an empty msg beside a code", vast("too_many", " "), "too_many"],
    ["an msg that is no text", { msg: { a: 1 }, detail: "Not today." }, "Not today."],
    ["an empty object", {}, "no reason given"],
    ["null", null, "no reason given"],
  ])("are found in %s", (_shape, body, said) => {
    expect(refused({ status: 400, body }).refusal.said).toBe(said);
  });

  it.each([
    ["an HTML page", "text/html", page("502"), "an HTML page"],
    ["an empty body", "text/plain", "  \n", "an empty body"],
    ["plain text over several lines", "text/plain", "go\n  away", "text: go away"],
  ])("are summed up for %s", (_shape, contentType, body, said) => {
    expect(refused({ status: 502, contentType, body }).refusal.said).toBe(said);
  });

  it("are cut after 300 characters", () => {
    expect(refused({ status: 400, body: vast("invalid_args", "x".repeat(5000)) }).refusal.said).toHaveLength(300);
  });

  it("stand in the message with route and status", () => {
    const { message } = refused({ status: 400, body: vast("invalid_args", "Bad disk.") });
    expect(message).toBe("GET /api/v0/instances/{id}/ was refused with 400: Bad disk.");
  });
});

describe("the code", () => {
  it.each<[string, number, unknown, string]>([
    ["is Vast's own", 400, vast("no_ssh_key_for_vm", "Add a key."), "no_ssh_key_for_vm"],
    ["is made of the status where Vast gives none", 411, { success: false, msg: "Not enough credit." }, "http_411"],
    ["is made of the status where `error` is a sentence", 400, { error: "It went wrong" }, "http_400"],
    ["is made of the status where `error` is no text", 400, { error: { code: 5 } }, "http_400"],
    [
      "is that of the text for a taken offer with another code",
      400,
      vast("invalid_args", "no_such_ask  5"),
      "no_such_ask",
    ],
    ["is found for another text", 404, { msg: "Instance type by id 5 is not available." }, "no_such_ask"],
    [
      "is found for a text of the documentation",
      410,
      { msg: "Instance type 5 is no longer available." },
      "no_such_ask",
    ],
    [
      "is kept for a quota that waiting does not help",
      429,
      vast("search_quota_exceeded", "Later."),
      "search_quota_exceeded",
    ],
  ])("%s", (_statement, status, body, code) => {
    expect(refused({ status, body }).code).toBe(code);
  });

  it.each([500, 502, 503])("of a server's fault (%i) is never that of a taken offer", (status) => {
    const body = "The service is not available.";
    expect(refused({ status, contentType: "text/plain", body }).code).toBe(`http_${status}`);
  });
});

describe("a refused key", () => {
  it.each<[string, number, unknown]>([
    ["404 with a code", 404, vast("auth_error", "Invalid user key")],
    ["404 with the code and other words", 404, vast("auth_error", "This key was deleted.")],
    ["404 with the text only", 404, { msg: "Invalid user key" }],
    ["404 for an expired session", 404, { success: false, msg: "Session expired. Please log in again." }],
    ["401 with detail", 401, { detail: "Authentication credentials were not provided." }],
    ["401 with a sentence as error", 401, { error: "Authentication failed" }],
    ["403 without a key", 403, vast("auth_error", "This action requires login.")],
    ["403 for a key without the permission", 403, { success: false, msg: "Not allowed." }],
    ["403 for somebody else's logs", 403, vast("not_authorized", "Not your instance.")],
    ["200 with the code", 200, vast("auth_error", "Invalid user key")],
  ])("is recognised as %s", (_shape, status, body) => {
    expect(refused({ status, body })).toBeInstanceOf(AuthError);
  });

  it("is not read into the page of a gateway that turns bursts away with 403", () => {
    const error = refused({ status: 403, contentType: "text/html", body: page("403 Forbidden") });
    expect(error.constructor).toBe(ApiError);
    expect(error.code).toBe("http_403");
  });

  it("is not read into a 403 that is about something else", () => {
    const msg = "Offer 5 is not your own. Hosts can only rent their own machines.";
    expect(refused({ status: 403, body: vast("invalid_args", msg) }).code).toBe("invalid_args");
  });
});

describe("absence", () => {
  it.each<[string, number, unknown]>([
    ["a code of its own", 404, vast("no_such_instance", "Instance 5 not found.")],
    ["the documented code", 404, vast("not_found", "Instance not found")],
    ["another code in Vast's form", 404, vast("invalid_id", "Invalid id")],
    ["no code in Vast's form", 404, { success: false, msg: "Instance with that ID does not exist." }],
    ["a form without success", 404, { error: "invalid_id", msg: "Invalid id" }],
    ["a code of its own under another status", 400, vast("no_such_instance", "No such instance")],
  ])("is %s", (_shape, status, body) => {
    expect(refused({ status, body })).toBeInstanceOf(NotFoundError);
  });

  it.each<[string, unknown, string?]>([
    ["the page of a gateway", page("404 Not Found"), "text/html"],
    ["an empty body", "", "text/plain"],
    ["plain text", "404 page not found", "text/plain"],
    ["a bare JSON text", "Not Found"],
    ["an empty object", {}],
    ["null", null],
    ["a list", []],
    ["the JSON of FastAPI", { detail: "Not Found" }],
    ["the JSON of Spring", { timestamp: "2026-11-21", status: 404, error: "Not Found", path: "/api/v0/instances/5/" }],
    ["the JSON of a proxy that says `error`", { error: "NotFound" }],
    ["the JSON of a proxy with `error` and `message`", { error: "NotFound", message: "no route matched" }],
    ["the JSON of Cloudflare", { success: false, errors: [{ code: 7003, message: "No route" }], messages: [] }],
    ["an error that is an object", { error: { code: 404, message: "Requested entity was not found." } }],
    ["Vast's word on a retired route", vast("deprecated_endpoint", "This route is deprecated.")],
  ])("is not a 404 with %s", (_shape, body, contentType = "application/json") => {
    expect(refused({ status: 404, body, contentType }).constructor).toBe(ApiError);
  });
});

describe("JSON that breaks off", () => {
  it.each([200, 400, 404, 500])("under HTTP %i is an answer that cannot be read", (status) => {
    expect(meaningOf({ status, text: '{"success":false,"error":"no_such_ins' })).toBeInstanceOf(WireFormatError);
  });
});

describe("a 429", () => {
  const text = "API requests too frequent";

  it.each<[string, Partial<RawAnswer> & { body: unknown }, number | undefined]>([
    ["as text", { contentType: "text/plain", body: `${text} endpoint threshold=3.0` }, 3],
    ["as text with a colon", { contentType: "text/plain", body: `${text}: endpoint threshold=4.5` }, 4.5],
    ["at the end of a sentence", { contentType: "text/plain", body: `${text}, endpoint threshold=4.5.` }, 4.5],
    ["as the documentation's dots", { contentType: "text/plain", body: `${text}: endpoint threshold=...` }, undefined],
    ["without a number", { contentType: "text/plain", body: text }, undefined],
    ["as a page of a gateway", { contentType: "text/html", body: page("429") }, undefined],
    ["in detail", { body: { detail: `${text} endpoint threshold=5.5` } }, 5.5],
    ["in the full form", { body: vast("rate_limit_exceeded", `${text} endpoint threshold=3.0`) }, 3],
    ["in retry_after", { body: vast("rate_limit_exceeded", text, { retry_after: 7 }) }, 7],
    ["in retry_after as text", { body: vast("rate_limit_exceeded", text, { retry_after: "7" }) }, 7],
    ["in the header", { body: { detail: text }, retryAfterSeconds: 6 }, 6],
    [
      "in several places, the longest",
      { body: { detail: `${text} endpoint threshold=2`, retry_after: 4 }, retryAfterSeconds: 3 },
      4,
    ],
    ["as nought, which says nothing", { body: { detail: text, retry_after: 0 } }, undefined],
    ["beyond a minute, cut to one", { body: { detail: text }, retryAfterSeconds: 86_400 }, 60],
  ])("names its seconds %s", (_shape, answer, seconds) => {
    const error = refused({ status: 429, ...answer });
    expect(error).toBeInstanceOf(RateLimitedError);
    expect(error.refusal.thresholdSeconds).toBe(seconds);
  });

  it("is one whatever its text and type", () => {
    const error = refused({ status: 429, contentType: "application/json", text: `${text} endpoint threshold=3.0` });
    expect(error).toBeInstanceOf(RateLimitedError);
    expect(error.refusal.thresholdSeconds).toBe(3);
  });

  it("is the only answer whose threshold counts", () => {
    expect(refused({ status: 400, body: vast("x", "threshold=3.0") }).refusal.thresholdSeconds).toBeUndefined();
  });
});

describe("a contract in a refusal", () => {
  it.each<[string, unknown, number | undefined]>([
    ["as a number", 4711, 4711],
    ["as digits", "4711", 4711],
    ["as null", null, undefined],
    ["as nought", 0, undefined],
    ["as an empty text", "", undefined],
    ["as a flag", true, undefined],
    ["as a broken number", 4711.5, undefined],
    ["as a list", [4711], undefined],
  ])("is read %s", (_shape, new_contract, id) => {
    const body = vast("invalid_price", "Your bid is below the minimum.", { new_contract });
    expect(refused({ status: 400, body }).refusal.newContract).toBe(id);
  });

  it("is read from HTTP 200 with success false", () => {
    const error = refused({ status: 200, body: { success: false, msg: "Bid too low", new_contract: 4711 } });
    expect(error.refusal).toMatchObject({ status: 200, newContract: 4711 });
  });
});

describe("HTTP 200", () => {
  it.each<[string, unknown]>([
    ["an object", { instances: null }],
    ["an object with success", { success: true }],
    ["a list", []],
    ["a bare text", "Successfully Deleted API Key"],
  ])("with %s is the answer", (_shape, body) => {
    expect(meaningOf({ status: 200, body })).toEqual(body);
  });

  it.each([
    ["a page", "text/html", page("Welcome"), "an HTML page"],
    ["nothing", "application/json", "", "an empty body"],
    ["text", "application/json", "upstream says hello", "text: upstream says hello"],
    ["half of an answer", "application/json", '{"instances": [{"id": 5', 'text: {"instances": [{"id": 5'],
  ])("with %s is an answer that cannot be read", (_shape, contentType, text, shown) => {
    const error = meaningOf({ status: 200, contentType, text });
    expect(error).toBeInstanceOf(WireFormatError);
    expect((error as Error).message).toContain(`(HTTP 200): expected JSON, got ${shown}`);
  });

  it("with a long text shows only its beginning", () => {
    const { message } = meaningOf({ status: 200, text: "x".repeat(100_000) }) as Error;
    expect(message.length).toBeLessThan(700);
  });

  it.each([301, 302, 308])("is not what a redirect (%i) is taken for", (status) => {
    expect(refused({ status, body: {} }).code).toBe(`http_${status}`);
  });
});
