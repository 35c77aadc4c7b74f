/** What a route answers; a `text` body is sent as it stands, anything else as JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** Default application/json. */
  readonly contentType?: string;
}

/** A successful answer. */
export function ok(body: unknown): Answer {
  return { status: 200, body };
}

/** Vast's usual form of an error. */
export function refusal(status: number, error: string, msg: string, more: Record<string, unknown> = {}): Answer {
  return { status, body: { success: false, error, msg, ...more } };
}

/** The form of the search and of the v1 list, which lacks `success`. */
export function badRequest(msg: string, error = "invalid_request"): Answer {
  return { status: 400, body: { error, msg } };
}

/** The page of the web server in front of the API. */
export function htmlPage(status: number, title: string): Answer {
  const heading = `${status} ${title}`;
  const body = `<html>\r\n<head><title>${heading}</title></head>\r\n<body>\r\n<center><h1>${heading}</h1></center>\r\n</body>\r\n</html>\r\n`;
  return { status, body, contentType: "text/html" };
}

/** A wrong or revoked key: 404, on every route (recorded 2026-09-29). */
export const invalidKey = refusal(404, "auth_error", "Invalid user key");

/** No key at all. */
export const noLogin = refusal(403, "auth_error", "This action requires login.");

/** An instance that never was, is gone, or is somebody else's. */
export function noSuchInstance(id: number | string): Answer {
  return refusal(404, "no_such_instance", `Instance ${id} not found.`);
}

/** A hash or id that names no template which the caller sees. */
export const noSuchTemplate = refusal(
  400,
  "invalid_args",
  "error 400/3471: Invalid args: template_hash_id: no such template",
);

/** The retired list (recorded 2026-08-20). */
export const deprecatedList = refusal(
  410,
  "deprecated_endpoint",
  "/api/v0/instances/ is deprecated. Use /api/v1/instances/ instead.",
);
