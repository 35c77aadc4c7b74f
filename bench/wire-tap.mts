// Stands between a contender and the simulator and notes every exchange: the simulator's own log knows neither which instances a list
// showed nor which ids it was asked for. Costs each contender the same fraction of a millisecond.
import { Agent, createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** One request and its answer; times in milliseconds on the world's clock. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly status: number;
  /** Ids of instances that the request names in its path or filter; empty when it asks for all. */
  readonly asks: readonly number[];
  /** Ids of instances that the answer shows as running. */
  readonly running: readonly number[];
}

export interface WireTap {
  readonly url: string;
  /** Everything so far, in the order of the answers. */
  readonly exchanges: readonly Exchange[];
  stop(): Promise<void>;
}

/** Listens on a free port and passes on to `target`. */
export async function startWireTap(target: string, now: () => number): Promise<WireTap> {
  const exchanges: Exchange[] = [];
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, outgoing) => {
    const askedAt = now();
    const { method = "GET", url = "/", headers } = incoming;
    const onwards = request(target + url, { method, headers, agent }, (answer) => {
      void buffer(answer).then((body) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(body);
        exchanges.push({ ...asked(method, url), askedAt, answeredAt: now(), ...answered(answer, body) });
      });
    });
    onwards.on("error", () => outgoing.destroy());
    incoming.pipe(onwards);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    stop: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function asked(method: string, url: string): Pick<Exchange, "method" | "path" | "asks"> {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const inPath = /\/instances\/(\d+)\/?$/.exec(pathname)?.[1];
  const filters = JSON.parse(searchParams.get("select_filters") ?? "{}") as { id?: { in?: number[]; eq?: number } };
  const inFilter = filters.id?.in ?? (filters.id?.eq === undefined ? [] : [filters.id.eq]);
  return { method, path: pathname, asks: inPath === undefined ? inFilter : [Number(inPath)] };
}

function answered({ statusCode = 0 }: IncomingMessage, body: Buffer): Pick<Exchange, "status" | "running"> {
  if (statusCode !== 200) return { status: statusCode, running: [] };
  const { instances } = JSON.parse(body.toString()) as { instances?: unknown };
  const rows = (Array.isArray(instances) ? instances : [instances]) as ({
    id?: number;
    actual_status?: string;
  } | null)[];
  const running = rows.flatMap((row) => (row?.actual_status === "running" && row.id !== undefined ? [row.id] : []));
  return { status: statusCode, running };
}
