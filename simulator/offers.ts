import { isRecord } from "./filters.js";
import { type Answer, badRequest, ok } from "./http/answers.js";
import { jsonOf } from "./http/json.js";
import type { ApiRequest, Route } from "./http/route.js";
import { type Found, openAsks, searchOffers } from "./market/search.js";

/** The search, in its three forms, and the names of what can be found. */
export const offerRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/api/v0/bundles/",
    access: "keyless",
    answer: (request) => answerSearch(request, request.body, ({ offers }) => ({ offers })),
  },
  {
    method: "GET",
    path: "/api/v0/bundles/",
    access: "keyless",
    answer: (request) => answerSearch(request, jsonOf(request.query.get("q")), ({ offers }) => ({ offers })),
  },
  {
    method: "PUT",
    path: "/api/v0/search/asks/",
    access: "keyless",
    answer: (request) => {
      const query = isRecord(request.body) ? (request.body.q ?? {}) : undefined;
      return answerSearch(request, query, ({ offers, truncated }) => ({ offers, truncated }));
    },
  },
  {
    method: "GET",
    path: "/api/v0/gpu_names/unique/",
    access: "keyless",
    answer: ({ state }) => ok({ gpu_names: [...new Set(openAsks(state).map(({ facts }) => facts.gpu_name))] }),
  },
];

function answerSearch({ state, now }: ApiRequest, query: unknown, bodyOf: (found: Found) => unknown): Answer {
  const found = searchOffers(state, query, now);
  return found === undefined ? badRequest("Invalid json body") : ok(bodyOf(found));
}
