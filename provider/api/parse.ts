import { WireFormatError } from "../errors.js";
import { type Endpoint, routeOf } from "./endpoint.js";

/** Reads an answer by the endpoint's wire schema; names the first field that is not as known, never its value. */
export function parseAnswer<Answer>(endpoint: Endpoint<Answer>, body: unknown): Answer {
  const parsed = endpoint.answer.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.join(".") || "the top level";
  throw new WireFormatError(routeOf(endpoint), 200, `at \`${where}\`: ${issue?.message ?? "unknown shape"}`);
}
