import type { Endpoint } from "../../provider/api/endpoint.js";
import { instanceEndpoints } from "../../provider/api/instances.js";
import { offerEndpoints } from "../../provider/api/offers.js";
import { secretEndpoints } from "../../provider/api/secrets.js";
import { sshKeyEndpoints } from "../../provider/api/ssh-keys.js";
import { templateEndpoints } from "../../provider/api/templates.js";
import { userEndpoints } from "../../provider/api/users.js";
import { volumeEndpoints } from "../../provider/api/volumes.js";
import { type Answer, refusal } from "./answers.js";
import type { Route } from "./route.js";

/** After one hit, renting stays closed this long. */
const RENT_PENALTY_SECONDS = 12;
const DEFAULT_SECONDS = 1;

/** Decides which calls come too fast. */
export interface Pacing {
  /** Undefined when the call may pass, else the 429. `caller` is whoever Vast counts as one: an account or an address. */
  check(caller: string, route: Pick<Route, "method" | "path">, now: number): Answer | undefined;
}

/**
 * Vast's minimum intervals, per caller and route. `slackMs` is forgiven: on a hurried clock a request is late or early by
 * the time that the network takes, which does not hurry.
 */
export function createPacing(slackMs: number): Pacing {
  const passedAt = new Map<string, number>();
  const closedUntil = new Map<string, number>();
  return {
    check: (caller, route, now) => {
      const seconds = intervalOf(route);
      const lane = `${caller} ${routeName(route)}`;
      if (now < (closedUntil.get(lane) ?? 0)) return tooFrequent(route, RENT_PENALTY_SECONDS);
      const last = passedAt.get(lane);
      if (last === undefined || now - last + slackMs >= seconds * 1000) {
        passedAt.set(lane, now);
        return undefined;
      }
      if (isRent(route)) closedUntil.set(lane, now + RENT_PENALTY_SECONDS * 1000);
      return tooFrequent(route, seconds);
    },
  };
}

/** The least seconds between two calls of a route. */
export function intervalOf(route: Pick<Route, "method" | "path">): number {
  return intervals.get(routeName(route)) ?? DEFAULT_SECONDS;
}

/** The 429 of a route, in the form that is recorded or documented for it. */
export function tooFrequent(route: Pick<Route, "method" | "path">, seconds: number): Answer {
  const msg = `API requests too frequent endpoint threshold=${seconds.toFixed(1)}`;
  if (route.path.includes("/bundles/") || route.path.includes("/search/")) return plainTooFrequent(msg);
  if (route.path.startsWith("/api/v1/")) return plainTooFrequent("API requests too frequent");
  if (route.method === "DELETE") return refusal(429, "rate_limit_exceeded", msg);
  return detailTooFrequent(msg);
}

/** The 429 as plain text. */
export function plainTooFrequent(text: string): Answer {
  return { status: 429, body: text, contentType: "text/plain" };
}

/** The 429 with `detail`, as most routes document it. */
export function detailTooFrequent(detail: string): Answer {
  return { status: 429, body: { detail } };
}

function isRent(route: Pick<Route, "path">): boolean {
  return route.path.startsWith("/api/v0/asks/");
}

/** Parameters have other names in other tables. */
function routeName({ method, path }: Pick<Route, "method" | "path">): string {
  return `${method} ${path.replace(/\{[^}]*\}/g, "{}")}`;
}

const endpoints: readonly Endpoint[] = [
  ...Object.values(offerEndpoints),
  ...Object.values(instanceEndpoints),
  ...Object.values(userEndpoints),
  ...Object.values(templateEndpoints),
  ...Object.values(sshKeyEndpoints),
  ...Object.values(secretEndpoints),
  ...Object.values(volumeEndpoints),
];

/** Routes that only other clients call, beside those of the provider. */
const otherIntervals: readonly (readonly [route: string, seconds: number])[] = [
  ["PUT /api/v0/search/asks/", 3],
  ["GET /api/v0/bundles/", 3],
  ["PUT /api/v0/instances/", 2],
  ["PUT /api/v0/template/", 3],
];

const intervals = new Map([
  ...otherIntervals,
  ...endpoints.map((endpoint) => [routeName(endpoint), endpoint.minIntervalSeconds] as const),
]);
