import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import type { Hono } from "hono";

/** A server that listens. */
export interface Listening {
  readonly port: number;
  /** Cuts what is open and closes. */
  close(): Promise<void>;
}

/** Serves the app on loopback; `port` 0 picks a free one. Rejects with the system's error when it is taken. */
export async function listen(port: number, app: Hono<{ Bindings: HttpBindings }>): Promise<Listening> {
  // The global Request and Response belong to the program that runs us, which may be somebody's test.
  const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
