// The key must stand in nothing that leaves the process by way of an error: message, stack, cause, fields, JSON, console.
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { Client, ClientOptions } from "../../provider/api/client.js";
import {
  API_KEY,
  clientOf,
  deadAddress,
  errorOf,
  hangUp,
  json,
  type Respond,
  replay,
  silence,
  tinyServer,
} from "./tiny-server.js";

const RENT = { client_id: "me", disk: 8, env: {}, label: "x", target_state: "running", cancel_unavail: true } as const;
const show = (client: Client) => client.instances.show(1);

/** Everything that a program, a log or a person could get out of an error. */
function traces(error: unknown): string {
  const shown: string[] = [];
  for (let at: unknown = error, depth = 0; at !== undefined && at !== null && depth < 10; depth += 1) {
    shown.push(inspect(at, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true }), String(at));
    shown.push(JSON.stringify(at), JSON.stringify(at, Object.getOwnPropertyNames(at)));
    const { message, stack, cause } = at as Error;
    shown.push(message, String(stack));
    at = cause;
  }
  return shown.join("\n");
}

/** Answers with everything that came in, as a debugging proxy does. */
const echo =
  (status: number, contentType: string): Respond =>
  (response, { headers }) => {
    const text = `you sent ${headers.authorization} and nobody knows why`;
    const body = contentType === "application/json" ? JSON.stringify({ success: false, error: "x", msg: text }) : text;
    response.writeHead(status, { "content-type": contentType }).end(body);
  };

const failures: [string, Respond | "nobody", Partial<ClientOptions>?, ((client: Client) => Promise<unknown>)?][] = [
  ["a refused connection", "nobody"],
  ["a cut connection", hangUp],
  ["no answer in time", silence],
  ["a refused key", replay("auth-error-404")],
  ["a missing login", replay("auth-error-403-no-login")],
  ["a 429", replay("429-body-detail")],
  ["a gateway's page", replay("502-html")],
  ["a refusal", replay("get-instance-invalid-json-400")],
  ["a taken offer", replay("asks-put-taken-400"), {}, (client) => client.instances.rent(1, RENT)],
  ["a redirect", (response) => response.writeHead(308, { location: "https://192.0.2.1/" }).end()],
  ["an answer that does not parse", json({ instances: { id: 1, label: 5 } })],
  ["an answer that is too large", (response) => response.end("x".repeat(17 * 1024 * 1024))],
  ["a key that no header can hold", json({}), { apiKey: `${API_KEY}\n…` }],
  ["JSON that repeats the key", echo(400, "application/json")],
  ["JSON under 200 that repeats the key", echo(200, "application/json")],
  ["a refused key that the server repeats", echo(401, "application/json")],
  ["text that repeats the key", echo(200, "text/plain")],
  ["a page of a proxy that repeats the key", echo(502, "text/plain")],
];

describe("the API key stands in no error", () => {
  it.each(failures)("about %s", async (_name, respond, options = {}, call = show) => {
    const url = respond === "nobody" ? await deadAddress() : (await tinyServer(respond)).url;
    const error = await errorOf(call(clientOf(url, options)));
    expect(traces(error)).not.toContain(API_KEY.slice(0, 20));
  });

  it("not even a piece of it, where the server's words are cut off", async () => {
    const respond: Respond = (response, { headers }) =>
      response.writeHead(400).end(`${"x".repeat(270)} ${headers.authorization?.slice("Bearer ".length)}`);
    const error = await errorOf(show(clientOf((await tinyServer(respond)).url)));
    expect(traces(error)).toContain("x".repeat(200));
    expect(traces(error)).not.toContain(API_KEY.slice(0, 4));
  });

  it("as this test would notice", () => {
    expect(traces(new Error("x", { cause: new Error(API_KEY) }))).toContain(API_KEY);
    expect(traces(Object.assign(new Error("x"), { request: { headers: [API_KEY] } }))).toContain(API_KEY);
  });
});
