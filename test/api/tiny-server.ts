import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { onTestFinished } from "vitest";
import { type Client, type ClientOptions, createClient } from "../../provider/api/client.js";
import { type Recorded, recorded } from "../support/recorded.js";
import { type VirtualClock, virtualClock } from "../support/virtual-clock.js";
import { textOf } from "./recorded.js";

/** A key that a test can search for in everything that comes out. */
export const API_KEY = "5ec2e7f00dfeed5ec2e7f00dfeed5ec2e7f00dfeed5ec2e7f00dfeed5ec2e7f0";

/** A request as the server got it. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query, undecoded. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the server does with a request, `nth` counted from 0. */
export type Respond = (response: ServerResponse, request: SeenRequest, nth: number) => void;

/** A web server on loopback that answers whatever a test says. */
export interface TinyServer {
  readonly url: string;
  readonly requests: SeenRequest[];
  /** How many TCP connections were opened. */
  readonly connections: () => number;
}

/** Starts a server that lives as long as the test. */
export async function tinyServer(respond: Respond): Promise<TinyServer> {
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(async (incoming, response) => {
    const request = await read(incoming);
    requests.push(request);
    respond(response, request, requests.length - 1);
  });
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, connections: () => sockets.size };
}

async function read(incoming: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return {
    method: incoming.method ?? "",
    url: incoming.url ?? "",
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString(),
  };
}

/** Answers with JSON. */
export function json(body: unknown, status = 200): Respond {
  return (response) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** Answers with a recorded answer, byte for byte. */
export function replay(name: string): Respond {
  return answering(recorded(name));
}

/** Answers with a body that was written down. */
export function answering(answer: Pick<Recorded, "status" | "contentType" | "body">): Respond {
  return (response) => response.writeHead(answer.status, { "content-type": answer.contentType }).end(textOf(answer));
}

/** Answers the first request by the first, the second by the second and so on, and repeats the last. */
export function inTurn(...responds: readonly Respond[]): Respond {
  return (response, request, nth) => responds[Math.min(nth, responds.length - 1)]?.(response, request, nth);
}

/** Never answers. */
export const silence: Respond = () => {};

/** Cuts the connection instead of answering. */
export const hangUp: Respond = (response) => {
  response.socket?.destroy();
};

/** A virtual clock that lives as long as the test. */
export function testClock(): VirtualClock {
  const clock = virtualClock();
  onTestFinished(() => clock.stop());
  return clock;
}

/** The real client, talking to an address on virtual time. */
export function clientOf(apiUrl: string, options: Partial<ClientOptions> = {}): Client {
  const clock = options.clock ?? testClock();
  return createClient({ apiUrl, apiKey: API_KEY, missingKey: "no key", keySource: "the test", ...options, clock });
}

/** The error of a promise that must fail. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`it did not fail: ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}

/** An address where nobody listens. */
export async function deadAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return `http://127.0.0.1:${port}`;
}
