import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { hasNoListener } from "../../provider/engine/listening.js";
import { type VirtualClock, virtualClock } from "../support/virtual-clock.js";

let server: Server;
let address: string;
let clock: VirtualClock;
beforeEach(async () => {
  clock = virtualClock();
  server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(server, "listening");
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  clock.stop();
  server.close();
});

/** Resolves when the look has connected so often. */
async function connected(times: number): Promise<void> {
  for (let seen = 0; seen < times; seen += 1) await once(server, "connection");
}

it("tells that nobody listens only after several refusals", async () => {
  server.close();
  await once(server, "close");
  const startedAt = clock.now();
  expect(await hasNoListener(address, clock, () => true)).toBe(true);
  expect(clock.now() - startedAt).toBe(2_000);
});

it("goes on looking while somebody listens, and sees when that ends", async () => {
  const looking = hasNoListener(address, clock, () => true);
  await connected(5);
  server.close();
  expect(await looking).toBe(true);
});

it("ends when nobody needs to know any more", async () => {
  let isUnsure = true;
  const looking = hasNoListener(address, clock, () => isUnsure);
  await connected(2);
  isUnsure = false;
  expect(await looking).toBe(false);
});

it("reads an address of IPv6", async () => {
  server.close();
  server = createServer((socket) => socket.destroy()).listen(0, "::1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  let looks = 0;
  expect(await hasNoListener(`[::1]:${port}`, clock, () => ++looks < 6)).toBe(false);
});
