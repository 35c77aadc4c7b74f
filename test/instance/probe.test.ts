import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { WireInstance } from "../../provider/api/instance-row.js";
import { CancelledError } from "../../provider/errors.js";
import { probe, type Wanted, wantedAnswer, wantedText } from "../../provider/resources/instance/boot/probe.js";
import { type VirtualClock, virtualClock } from "../support/virtual-clock.js";

const HTTP: Wanted = { level: "http", port: 8080 };
const PORT: Wanted = { level: "port", port: 8080 };
const SSH: Wanted = { level: "ssh" };

let clock: VirtualClock;
let servers: Server[];
let sockets: Set<Socket>;
beforeEach(() => {
  clock = virtualClock();
  servers = [];
  sockets = new Set();
});
afterEach(async () => {
  clock.stop();
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
});

/** A real port on loopback; what happens to a connection is up to the test. Returns the number. */
async function listen(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    onConnection(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** A port behind which nobody listens. */
async function closedPort(): Promise<number> {
  const port = await listen(() => {});
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return port;
}

/** A running instance on this machine whose container ports are mapped to these. */
const running = (ports: Record<string, number> = {}, over: Partial<WireInstance> = {}): WireInstance => ({
  id: 1,
  actual_status: "running",
  public_ipaddr: "127.0.0.1 \n",
  ports: Object.fromEntries(Object.entries(ports).map(([inside, HostPort]) => [inside, [{ HostPort }]])),
  ...over,
});
const says = (text: string) => (socket: Socket) => {
  socket.write(text);
};
const answers = (text: string) => (socket: Socket) => {
  socket.once("data", () => socket.end(text));
};

const never = new AbortController().signal;
const ask = (row: WireInstance, wanted: Wanted, signal = never) => probe(clock, row, wanted, signal);

describe("what counts as an answer of a web server", () => {
  const page = (status: number) => `HTTP/1.1 ${status} x\r\ncontent-length: 0\r\n\r\n`;

  it.each([200, 204, 301, 399])("is %i, when no status is named", async (status) => {
    const port = await listen(answers(page(status)));
    expect(await ask(running({ "8080/tcp": port }), HTTP)).toBeUndefined();
  });

  it.each([400, 401, 404, 503])("is not %i, when no status is named", async (status) => {
    const port = await listen(answers(page(status)));
    expect(await ask(running({ "8080/tcp": port }), HTTP)).toMatchObject({ because: `HTTP ${status}` });
  });

  it("is the named status and no other", async () => {
    const row = running({ "8080/tcp": await listen(answers(page(401))) });
    expect(await ask(row, { ...HTTP, status: 401 })).toBeUndefined();
    expect(await ask(row, { ...HTTP, status: 200 })).toMatchObject({ because: "HTTP 401" });
  });

  it("is known from its headers: a body without an end is cut off", async () => {
    let closed = false;
    const port = await listen((socket) => {
      socket.on("close", () => {
        closed = true;
      });
      socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\n\r\nbla"));
    });
    expect(await ask(running({ "8080/tcp": port }), HTTP)).toBeUndefined();
    await clock.sleep(1_000);
    expect(closed).toBe(true);
  });

  it("is asked for by path and query, with nothing secret, and redirects are not followed", async () => {
    const heard: string[] = [];
    const port = await listen((socket) => {
      socket.on("data", (data) => {
        heard.push(data.toString());
        socket.end("HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n");
      });
    });
    expect(await ask(running({ "8080/tcp": port }), { ...HTTP, path: "/health?token=abc" })).toBeUndefined();
    expect(heard).toHaveLength(1);
    const [requestLine, ...headers] = heard[0]?.trimEnd().split("\r\n") ?? [];
    expect(requestLine).toBe("GET /health?token=abc HTTP/1.1");
    expect(headers.map((header) => header.split(":")[0]?.toLowerCase()).toSorted()).toEqual([
      "connection",
      "host",
      "user-agent",
    ]);
  });

  it("is not what a server of another kind says", async () => {
    const port = await listen(says("220 mail.example ESMTP\r\n"));
    expect(await ask(running({ "8080/tcp": port }), HTTP)).toMatchObject({
      because: "what answers does not speak HTTP",
    });
  });

  it("is not a switch of protocols that nobody asked for", async () => {
    const port = await listen(answers("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"));
    expect(await ask(running({ "8080/tcp": port }), HTTP)).toMatchObject({ because: "HTTP 101" });
  });
});

describe("what counts as an open port", () => {
  it("is one that stays open, or says something", async () => {
    const silent = await listen(() => {});
    expect(await ask(running({ "8080/tcp": silent }), PORT)).toBeUndefined();
    const greeting = await listen((socket) => socket.end("hello"));
    expect(await ask(running({ "8080/tcp": greeting }), PORT)).toBeUndefined();
  });

  it("is not one that is cut at once, as docker's proxy does it when nothing listens inside", async () => {
    const ended = await listen((socket) => socket.end());
    expect(await ask(running({ "8080/tcp": ended }), PORT)).toMatchObject({ because: "the connection was cut" });
    const reset = await listen((socket) => socket.resetAndDestroy());
    expect(await ask(running({ "8080/tcp": reset }), PORT)).toMatchObject({ because: "the connection was cut" });
  });
});

describe("what counts as SSH", () => {
  const there = async (onConnection: (socket: Socket) => void) => running({ "22/tcp": await listen(onConnection) });

  it.each([
    ["at once", says("SSH-2.0-OpenSSH_9.6\r\n")],
    ["after lines of its own", says("welcome\r\nSSH-2.0-x\r\n")],
    [
      "in pieces",
      (socket: Socket) => {
        socket.write("SS");
        void clock.sleep(1_000).then(() => socket.write("H-2.0-x\r\n"));
      },
    ],
  ])("is its banner %s", async (_, onConnection) => {
    expect(await ask(await there(onConnection), SSH)).toBeUndefined();
  });

  it.each([
    ["another greeting", (socket: Socket) => socket.end("220 ESMTP\r\n"), "what answers does not speak SSH"],
    ["a flood", says("x".repeat(5_000)), "what answers does not speak SSH"],
    [
      "the banner's name somewhere inside",
      (socket: Socket) => socket.end("no SSH-2.0\r\n"),
      "what answers does not speak SSH",
    ],
    ["a connection that is cut", (socket: Socket) => socket.end(), "the connection was cut"],
  ])("is not %s", async (_, onConnection, because) => {
    expect(await ask(await there(onConnection), SSH)).toMatchObject({ because });
  });

  it("is asked for at Vast's proxy when port 22 is not mapped", async () => {
    const port = await listen(says("SSH-2.0-x\r\n"));
    const row = running({}, { ssh_host: "127.0.0.1", ssh_port: port, image_runtype: "ssh ssh_proxy" });
    expect(await ask(row, SSH)).toBeUndefined();
  });
});

describe("an instance that does not answer", () => {
  it.each([HTTP, PORT])("is named with its place: $level", async (wanted) => {
    const port = await closedPort();
    const scheme = wanted.level === "http" ? "http://" : "";
    const path = wanted.level === "http" ? "/" : "";
    expect(await ask(running({ "8080/tcp": port }), wanted)).toEqual({
      wanted,
      because: "connection refused",
      at: `${scheme}127.0.0.1:${port}${path} (container port 8080)`,
    });
  });

  it("is named without the query, which may hold a secret", async () => {
    const port = await closedPort();
    const silence = await ask(running({ "8080/tcp": port }), { ...HTTP, path: "/health?token=abc" });
    expect(silence?.at).toBe(`http://127.0.0.1:${port}/health?… (container port 8080)`);
    expect((await ask(running({ "22/tcp": port }), SSH))?.at).toBe(`127.0.0.1:${port}`);
  });

  it.each([HTTP, SSH])("is given up after five seconds: $level", async (wanted) => {
    const port = await listen(() => {});
    const before = clock.now();
    expect(await ask(running({ "8080/tcp": port, "22/tcp": port }), wanted)).toMatchObject({
      because: "no answer within 5 s",
    });
    expect(clock.now() - before).toBe(5_000);
  });

  it.each([HTTP, SSH, PORT])("is let go at once when the run is cancelled: $level", async (wanted) => {
    let closed = false;
    const port = await listen((socket) => {
      socket.resume().on("close", () => {
        closed = true;
      });
    });
    const cancelled = new AbortController();
    const asking = ask(running({ "8080/tcp": port, "22/tcp": port }), wanted, cancelled.signal);
    const before = clock.now();
    await new Promise((resolve) => servers[0]?.once("connection", resolve));
    cancelled.abort(new CancelledError());
    await expect(asking).rejects.toThrow(CancelledError);
    expect(clock.now()).toBe(before);
    await clock.sleep(1_000);
    expect(closed).toBe(true);
  });

  it("is not called without an address, and why it has none is said", async () => {
    const none = running({}, { direct_port_count: 0 });
    expect(await ask(none, HTTP)).toEqual({
      wanted: HTTP,
      because: "it is not reachable, for the machine has no public ports",
      at: undefined,
    });
    expect(await ask(running({ "22/tcp": 1, "8080/udp": 1 }), PORT)).toMatchObject({
      because: "it is not reachable, for container port 8080 is mapped to no public port",
    });
    expect(await ask(running({ "8080/tcp": 1 }, { public_ipaddr: " " }), PORT)).toMatchObject({ at: undefined });
    expect(await ask(running({}, { image_runtype: "args" }), SSH)).toMatchObject({
      because: "Vast names no address of it",
    });
  });
});

describe("an address of version 6", () => {
  it.each(["::1", "[::1]"])("is called and written down with its brackets: %s", async (public_ipaddr) => {
    const port = await closedPort();
    const silence = await ask(running({ "8080/tcp": port }, { public_ipaddr }), HTTP);
    expect(silence?.at).toBe(`http://[::1]:${port}/ (container port 8080)`);
    // Refused where there is such a network, not to be reached where there is none: never an unknown name.
    expect(silence?.because).toMatch(/^(?:connection refused|the machine cannot be reached|EADDRNOTAVAIL)$/);
    expect((await ask(running({ "22/tcp": port }, { public_ipaddr }), SSH))?.at).toBe(`[::1]:${port}`);
  });
});

it.each([0, 70_000, -1, 1.5])("a port that nothing can be called at is none: %d", async (outside) => {
  expect(await ask(running({ "8080/tcp": outside }), HTTP)).toMatchObject({
    because: "it is not reachable, for container port 8080 is mapped to no public port",
    at: undefined,
  });
});

describe("what is waited for", () => {
  it("is nothing more at level running", () => {
    expect(wantedAnswer({ level: "running" })).toBeUndefined();
    expect(wantedAnswer({ level: "http", port: 80, path: "/x" })).toEqual({ level: "http", port: 80, path: "/x" });
  });

  it("has a name inside a sentence", () => {
    expect([SSH, PORT, HTTP].map(wantedText)).toEqual(["ssh", "port 8080", "http on port 8080"]);
  });
});
