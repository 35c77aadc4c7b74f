import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { endpoints } from "../../provider/api/client.js";
import { instanceEndpoints } from "../../provider/api/instances.js";
import { offerEndpoints } from "../../provider/api/offers.js";
import { createTransport, type RawAnswer, type Transport, USER_AGENT } from "../../provider/api/transport.js";
import { type Clock, systemClock } from "../../provider/clock.js";
import { CancelledError, ConnectionError } from "../../provider/errors.js";
import type { VirtualClock } from "../support/virtual-clock.js";
import {
  API_KEY,
  answering,
  clientOf,
  deadAddress,
  errorOf,
  hangUp,
  json,
  type Respond,
  silence,
  type TinyServer,
  testClock,
  tinyServer,
} from "./tiny-server.js";

const { show, list, rent, destroy } = instanceEndpoints;
const DONE = json({ success: true });

interface Line {
  readonly server: TinyServer;
  readonly transport: Transport;
  readonly clock: VirtualClock;
}

/** A transport to a server that answers every request alike. */
async function line(respond: Respond = DONE, apiKey: string | null = API_KEY): Promise<Line> {
  const server = await tinyServer(respond);
  const clock = testClock();
  return { server, clock, transport: createTransport({ apiUrl: server.url, apiKey: apiKey ?? undefined, clock }) };
}

/** What the server got of one call. */
async function sent(...[call]: Parameters<Transport>) {
  const { server, transport } = await line();
  await transport(call);
  const [request] = server.requests;
  if (!request) throw new Error("nothing was sent");
  return request;
}

describe("a request", () => {
  it("carries the key as bearer, and nowhere in its address", async () => {
    const { headers, url } = await sent({ endpoint: show, params: { id: 5 }, query: { owner: "me" } });
    expect(headers.authorization).toBe(`Bearer ${API_KEY}`);
    expect(url).toBe("/api/v0/instances/5/?owner=me");
  });

  it("has no Authorization without a key", async () => {
    const { server, transport } = await line(DONE, null);
    await transport({ endpoint: offerEndpoints.search, body: {} });
    expect(server.requests[0]?.headers).not.toHaveProperty("authorization");
  });

  it("says who sends it", async () => {
    const { version } = createRequire(__filename)("../../package.json") as { version: string };
    expect((await sent({ endpoint: list })).headers["user-agent"]).toBe(`pulumi-vastai/${version}`);
    expect(USER_AGENT).toBe(`pulumi-vastai/${version}`);
  });

  it("asks for JSON", async () => {
    expect((await sent({ endpoint: list })).headers.accept).toBe("application/json");
  });

  it("has its body as JSON, also a DELETE", async () => {
    const { method, headers, body } = await sent({ endpoint: destroy, params: { id: 5 }, body: {} });
    expect([method, headers["content-type"], body]).toEqual(["DELETE", "application/json", "{}"]);
  });

  it("keeps text beyond ASCII", async () => {
    const { body } = await sent({ endpoint: rent, params: { offerId: 5 }, body: { label: "Größe 🚀" } });
    expect(JSON.parse(body)).toEqual({ label: "Größe 🚀" });
  });

  it("has no body and no content type where there is none", async () => {
    const { headers, body } = await sent({ endpoint: list });
    expect([body, headers["content-type"]]).toEqual(["", undefined]);
  });

  it("has objects and lists of its query as JSON, and leaves undefined out", async () => {
    const query = {
      limit: 25,
      select_filters: { id: { in: [1, 2] } },
      order_by: [{ col: "id", dir: "asc" }],
      after_token: undefined,
      label: "a b&c=d",
    };
    const { url } = await sent({ endpoint: list, query });
    expect(Object.fromEntries(new URL(url, "http://x").searchParams)).toEqual({
      limit: "25",
      select_filters: '{"id":{"in":[1,2]}}',
      order_by: '[{"col":"id","dir":"asc"}]',
      label: "a b&c=d",
    });
  });

  it("cannot leave its route by a parameter", async () => {
    const { url } = await sent({ endpoint: show, params: { id: "../../v1/users?x=1#" } });
    expect(url).toBe("/api/v0/instances/..%2F..%2Fv1%2Fusers%3Fx%3D1%23/");
  });

  it.each(endpoints.map(({ method, path }) => `${method} ${path}`))("ends its path with a slash: %s", (route) => {
    expect(route).toMatch(/^[A-Z]+ \/api\/v[01]\/\S*\/$/);
  });

  it("reuses the connection of the one before", async () => {
    const { server, transport } = await line();
    for (let i = 0; i < 5; i += 1) await transport({ endpoint: list });
    expect([server.requests.length, server.connections()]).toEqual([5, 1]);
  });
});

describe("an answer", () => {
  it("comes as it is, whatever its status", async () => {
    const body = { success: false, msg: "no" };
    const { transport } = await line(answering({ status: 418, contentType: "application/json", body }));
    expect(await transport({ endpoint: list })).toEqual({
      status: 418,
      contentType: "application/json",
      retryAfterSeconds: undefined,
      text: JSON.stringify(body),
    } satisfies RawAnswer);
  });

  it.each([
    ["5", 5],
    ["0", undefined],
    ["-3", undefined],
    ["Sat, 21 Nov 2026 09:00:00 GMT", undefined],
    ["", undefined],
  ])("with Retry-After %j asks for %s seconds", async (header, seconds) => {
    const { transport } = await line((response) => response.writeHead(429, { "retry-after": header }).end("slow down"));
    expect((await transport({ endpoint: list })).retryAfterSeconds).toBe(seconds);
  });

  // Large bodies come in many pieces, between which a virtual clock would jump to the time limit.
  it("of 16 MB is read", async () => {
    const { url } = await tinyServer((response) => response.end("x".repeat(16 * 1024 * 1024)));
    const transport = createTransport({ apiUrl: url, apiKey: API_KEY, clock: systemClock() });
    expect((await transport({ endpoint: list })).text).toHaveLength(16 * 1024 * 1024);
  });

  it("of a byte more is not, and nobody knows what it said", async () => {
    const { url } = await tinyServer((response) => response.end("x".repeat(16 * 1024 * 1024 + 1)));
    const transport = createTransport({ apiUrl: url, apiKey: API_KEY, clock: systemClock() });
    const error = await errorOf(transport({ endpoint: rent, params: { offerId: 5 } }));
    expect(error).toMatchObject({ outcome: "unknown", message: expect.stringContaining("larger than 16 MB") });
  });

  it.each([301, 302, 303, 307, 308])(
    "that redirects (%i) is not followed: the key would travel along",
    async (status) => {
      const elsewhere = await tinyServer(DONE);
      const { transport } = await line((response) =>
        response.writeHead(status, { location: `${elsewhere.url}/` }).end(),
      );
      expect((await transport({ endpoint: list })).status).toBe(status);
      expect(elsewhere.requests).toEqual([]);
    },
  );
});

describe("a request without an answer", () => {
  it("was not sent when the connection is refused", async () => {
    const transport = createTransport({ apiUrl: await deadAddress(), apiKey: API_KEY, clock: testClock() });
    const error = await errorOf(transport({ endpoint: rent, params: { offerId: 5 }, body: {} }));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ outcome: "not sent", route: "PUT /api/v0/asks/{offerId}/" });
    expect((error as Error).message).toContain("ECONNREFUSED. Nothing happened on the server.");
  });

  it.each<[string, Respond]>([
    ["the connection is cut before the answer", hangUp],
    [
      "the connection is cut in the middle of it",
      (response) => {
        response.writeHead(200, { "content-length": "1000" });
        response.write("{", () => response.socket?.destroy());
      },
    ],
    ["the answer is no HTTP", (response) => response.socket?.end("SSH-2.0-OpenSSH_9.6\r\n")],
  ])("may have been carried out when %s", async (_what, respond) => {
    const { transport } = await line(respond);
    const error = await errorOf(transport({ endpoint: rent, params: { offerId: 5 }, body: {} }));
    expect(error).toMatchObject({ name: "ConnectionError", outcome: "unknown" });
    expect((error as Error).message).toContain("It may have been carried out.");
  });

  it.each(["EHOSTUNREACH", "ENETUNREACH"])("was not sent when %s ends the attempt to connect", async (code) => {
    const { transport, server } = await line();
    onSocket((socket) => socket.destroy(Object.assign(new Error(code), { code, syscall: "connect" })));
    const error = await errorOf(transport({ endpoint: rent, params: { offerId: 5 }, body: {} }));
    expect(server.requests).toEqual([]);
    expect(error).toMatchObject({ outcome: "not sent" });
  });

  it.each(["EHOSTUNREACH", "ENETUNREACH"])(
    "may have been carried out when %s cuts it behind the request",
    async (code) => {
      let cut = () => {};
      const { transport, server } = await line(() => cut());
      onSocket((socket) => {
        cut = () => socket.destroy(Object.assign(new Error(`read ${code}`), { code, syscall: "read" }));
      });
      const error = await errorOf(transport({ endpoint: rent, params: { offerId: 5 }, body: {} }));
      expect(server.requests).toHaveLength(1);
      expect(error).toMatchObject({ outcome: "unknown" });
    },
  );

  it("is given up after 60 seconds of the clock", async () => {
    const { transport, clock } = await line(silence);
    const startedAt = clock.now();
    const error = await errorOf(transport({ endpoint: rent, params: { offerId: 5 }, body: {} }));
    expect(error).toMatchObject({ outcome: "unknown" });
    expect((error as Error).message).toContain("no answer within 60 s");
    expect(clock.now() - startedAt).toBe(60_000);
  });

  it("is given up then also when it could be cancelled", async () => {
    const { transport, clock } = await line(silence);
    const startedAt = clock.now();
    const error = await errorOf(transport({ endpoint: list, signal: new AbortController().signal }));
    expect(error).toMatchObject({ outcome: "unknown" });
    expect(clock.now() - startedAt).toBe(60_000);
  });

  it("is given up when only its body does not come", async () => {
    const { transport } = await line((response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"success":');
    });
    expect(await errorOf(transport({ endpoint: rent }))).toMatchObject({ outcome: "unknown" });
  });

  it.each<[string, Respond]>([
    ["the answer comes", DONE],
    ["the connection is cut", hangUp],
  ])("leaves no timer behind when %s, which would keep the process alive", async (_what, respond) => {
    const server = await tinyServer(respond);
    const clock = testClock();
    let armed = 0;
    const timeLimit: Clock["timeLimit"] = (ms) => {
      armed += 1;
      const limit = clock.timeLimit(ms);
      return {
        signal: limit.signal,
        cancel: () => {
          armed -= 1;
          limit.cancel();
        },
      };
    };
    const transport = createTransport({ apiUrl: server.url, apiKey: API_KEY, clock: { ...clock, timeLimit } });
    await transport({ endpoint: list }).catch(() => {});
    expect([server.requests.length, armed]).toEqual([1, 0]);
  });
});

describe("an abort", () => {
  it("ends a request on its way at once", async () => {
    const controller = new AbortController();
    const { transport, clock } = await line(() => controller.abort(new CancelledError()));
    const startedAt = clock.now();
    expect(await errorOf(transport({ endpoint: list, signal: controller.signal }))).toBeInstanceOf(CancelledError);
    expect(clock.now()).toBe(startedAt);
  });

  it("before the request sends nothing", async () => {
    const { transport, server } = await line();
    const call = transport({ endpoint: list, signal: AbortSignal.abort() });
    expect(await errorOf(call)).toBeInstanceOf(CancelledError);
    expect(server.requests).toEqual([]);
  });

  it("does not cut off a rent on its way: without its answer nobody knows whether a machine bills", async () => {
    const controller = new AbortController();
    const { server } = await line((response, request, nth) => {
      controller.abort(new CancelledError());
      json({ success: true, new_contract: 4711 })(response, request, nth);
    });
    const body = {
      client_id: "me",
      disk: 8,
      env: {},
      label: "x",
      target_state: "running",
      cancel_unavail: true,
    } as const;
    const rented = await clientOf(server.url).instances.rent(5, body, { signal: controller.signal });
    expect(controller.signal.aborted).toBe(true);
    expect(rented.id).toBe(4711);
  });

  it("keeps a rent from going out that still waits for its turn", async () => {
    const { server } = await line(json({ success: true, new_contract: 4711 }));
    const controller = new AbortController();
    const body = {
      client_id: "me",
      disk: 8,
      env: {},
      label: "x",
      target_state: "running",
      cancel_unavail: true,
    } as const;
    const { instances } = clientOf(server.url);
    await instances.rent(5, body);
    const second = instances.rent(6, body, { signal: controller.signal });
    controller.abort(new CancelledError());
    expect(await errorOf(second)).toBeInstanceOf(CancelledError);
    expect(server.requests).toHaveLength(1);
  });
});

/** Hands each socket that a client opens to `take`, as long as the test lives. */
function onSocket(take: (socket: Socket) => void): void {
  const listen = (message: unknown) => take((message as { socket: Socket }).socket);
  subscribe("net.client.socket", listen);
  onTestFinished(() => {
    unsubscribe("net.client.socket", listen);
  });
}
