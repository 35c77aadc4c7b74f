import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { clientOf, errorOf, json, type Respond, replay, tinyServer } from "./tiny-server.js";

const VALUE = 'tok"en\\with-odd letters';

async function secretsOf(respond: Respond) {
  const server = await tinyServer(respond);
  return { requests: server.requests, secrets: clientOf(server.url).secrets };
}

/** Repeats what came in, as a careless service or a debugging proxy does. */
const echo =
  (status: number, contentType: string): Respond =>
  (response, { body }) => {
    const { value = "" } = JSON.parse(body) as { value?: string };
    const text =
      contentType === "application/json"
        ? JSON.stringify({ success: false, error: "x", msg: `no: ${value}` })
        : `no: ${body}`;
    response.writeHead(status, { "content-type": contentType }).end(text);
  };

describe("the account's secrets", () => {
  it("are read as names, as documented", async () => {
    expect(await (await secretsOf(replay("secrets-get"))).secrets.names()).toEqual(["EXAMPLE_KEY"]);
  });

  it("are read as names only, also where a value is not masked", async () => {
    expect(await (await secretsOf(json({ success: true, secrets: { A: VALUE, B: null } }))).secrets.names()).toEqual([
      "A",
      "B",
    ]);
  });

  it("are sent with name and value, and deleted by the name in the body", async () => {
    const { secrets, requests } = await secretsOf(replay("secrets-post-success"));
    await secrets.create("A", VALUE);
    await secrets.update("A", VALUE);
    expect(await secrets.delete("A")).toBe("deleted");
    const seen = requests.map(({ method, url, body }) => [method, url, JSON.parse(body)]);
    expect(seen).toEqual([
      ["POST", "/api/v0/secrets/", { key: "A", value: VALUE }],
      ["PUT", "/api/v0/secrets/", { key: "A", value: VALUE }],
      ["DELETE", "/api/v0/secrets/", { key: "A" }],
    ]);
  });

  it.each([
    ["JSON", echo(400, "application/json")],
    ["JSON under 200", echo(200, "application/json")],
    ["text", echo(400, "text/plain")],
    ["text under 200", echo(200, "text/plain")],
    ["text of a gateway", echo(502, "text/plain")],
  ])("stand in no error that %s brings", async (_what, respond) => {
    const error = await errorOf((await secretsOf(respond)).secrets.create("A", VALUE));
    const shown = [
      inspect(error, { depth: 9, showHidden: true }),
      JSON.stringify(error),
      String((error as Error).stack),
    ].join("\n");
    expect(shown).not.toContain("odd letters");
    expect(shown).toMatch(/\[secret\]|not shown/);
  });
});
