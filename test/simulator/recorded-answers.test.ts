import { describe, expect, it } from "vitest";
import { recorded } from "../support/recorded.js";
import { type Got, type Pretend, pretend } from "./pretend.js";

/** How to get the simulator to give an answer that was recorded of the live service. */
const scenes: readonly [name: string, play: (simulator: Pretend) => Promise<Got>][] = [
  ["get-instance-missing", ({ call }) => call("GET", "/api/v0/instances/1/?owner=me")],
  ["instances-delete-success", async ({ call, rent }) => call("DELETE", `/api/v0/instances/${await rent()}/`, {})],
  ["v0-list-410", ({ call }) => call("GET", "/api/v0/instances/?owner=me")],
  ["auth-error-403-no-login", ({ call }) => call("GET", "/api/v0/instances/", undefined, null)],
  [
    "auth-error-404",
    ({ call, world }) => {
      world.revokeKey("secret-key-one");
      return call("GET", "/api/v0/users/current/");
    },
  ],
  ["bundles-bad-json-400", ({ call }) => call("POST", "/api/v0/bundles/", "{")],
  ["bundles-search-empty", ({ call }) => call("POST", "/api/v0/bundles/", { id: { eq: 45669396 }, type: "on-demand" })],
  [
    "v1-list-bad-filter-400",
    ({ call }) => call("GET", `/api/v1/instances/?select_filters=${encodeURIComponent('{"dph_total":{"gt":1}}')}`),
  ],
  [
    "v0-list-empty-200",
    ({ call, world }) => {
      world.settings.listV0 = "open";
      return call("GET", "/api/v0/instances/?owner=me");
    },
  ],
  [
    "asks-put-args-too-long-400",
    ({ call, world }) => call("PUT", `/api/v0/asks/${world.addOffer()}/`, { onstart: "x".repeat(17_017) }),
  ],
  [
    "asks-put-no-credit-400",
    ({ call, world }) => {
      world.setCredit(0);
      return call("PUT", `/api/v0/asks/${world.addOffer()}/`, {});
    },
  ],
  ["asks-put-taken-400", ({ call }) => call("PUT", "/api/v0/asks/29907796/", { image: "a" })],
  [
    "instances-put-start-queued-200",
    async ({ call, rent, world }) => {
      const id = await rent({ target_state: "stopped" });
      world.takeGpusOf(id);
      return call("PUT", `/api/v0/instances/${id}/`, { state: "running" });
    },
  ],
  [
    "429-body-plain-text",
    ({ call, faults }) => {
      faults.add({ on: "POST /api/v0/bundles/", then: "429" });
      return call("POST", "/api/v0/bundles/", {});
    },
  ],
  [
    "429-body-rate-limit-exceeded",
    ({ call, faults }) => {
      faults.add({ on: "DELETE /api/v0/instances/*", then: "429" });
      return call("DELETE", "/api/v0/instances/1/", {});
    },
  ],
  [
    "502-html",
    ({ call, faults }) => {
      faults.add({ on: "GET /api/v1/instances/", then: "502-html" });
      return call("GET", "/api/v1/instances/");
    },
  ],
];

describe("answers are those of the recordings, to the letter", () => {
  it.each(scenes)("%s", async (name, play) => {
    const { status, contentType, body } = recorded(name);
    const got = await play(await pretend());
    expect([got.status, got.contentType, got.body ?? got.text]).toEqual([status, contentType, body]);
  });
});
