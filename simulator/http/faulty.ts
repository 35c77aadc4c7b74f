import { type Answer, deprecatedList, htmlPage, invalidKey, ok } from "./answers.js";
import type { Fault, FaultKind } from "./faults.js";
import { detailTooFrequent, intervalOf, plainTooFrequent, tooFrequent } from "./pacing.js";
import type { Route } from "./route.js";

/** What goes over the wire in the end: an answer, or a connection that is cut. */
export type Reply = Answer | "hang up";

/** How to wait for seconds of the world's clock. */
export type Wait = (seconds: number) => Promise<void>;

const SLOW_SECONDS = 120;

/** The reply of a request that a fault hits; `act` lets the request take effect and gives its honest answer. */
export async function replyWithFault(fault: Fault, route: Route, act: () => Answer, wait: Wait): Promise<Reply> {
  const early = replyInstead(fault.then, route);
  if (early !== undefined) return early;
  const answer = act();
  switch (fault.then) {
    case "500-after":
      return htmlPage(500, "Internal Server Error");
    case "hang-up-after":
      return "hang up";
    case "not-json":
      return { status: 200, body: "upstream says hello", contentType: "application/json" };
    case "truncated":
      return truncated(answer);
    case "slow":
      await wait(fault.seconds ?? SLOW_SECONDS);
      return answer;
    default:
      return answer;
  }
}

/** The reply of the faults in which nothing takes place. */
function replyInstead(kind: FaultKind, route: Route): Reply | undefined {
  const text = `API requests too frequent endpoint threshold=${intervalOf(route).toFixed(1)}`;
  switch (kind) {
    case "429":
      return tooFrequent(route, intervalOf(route));
    case "429-plain":
      return plainTooFrequent(text);
    case "429-detail":
      return detailTooFrequent(text);
    case "500-before":
      return htmlPage(500, "Internal Server Error");
    case "502-html":
      return htmlPage(502, "Bad Gateway");
    case "hang-up-before":
      return "hang up";
    case "null-instance":
      return ok({ instances: null });
    case "auth-error":
      return invalidKey;
    case "v0-410":
      return deprecatedList;
    default:
      return undefined;
  }
}

function truncated(answer: Answer): Answer {
  const text = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
  return { status: answer.status, body: text.slice(0, Math.floor(text.length / 2)), contentType: "application/json" };
}
