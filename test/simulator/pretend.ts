import { afterEach } from "vitest";
import type { Clock } from "../../provider/clock.js";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../simulator/index.js";

/** A moment at which every test begins. */
export const BEGIN = Date.UTC(2026, 10, 20, 12, 0, 0);

/** Time that stands still unless the world is advanced. */
export const standingClock: Clock = {
  now: () => BEGIN,
  sleep: (_ms, signal) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    }),
  pause: () => new Promise(() => {}),
  timeLimit: () => ({ signal: new AbortController().signal, cancel: () => {} }),
};

/** One answer over HTTP; `body` is parsed where it is JSON. */
export interface Got {
  readonly status: number;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers of a foreign service are looked into freely by tests.
  readonly body: any;
  readonly contentType: string;
}

/** A simulator with ways to call it. */
export interface Pretend extends Simulator {
  /** Calls with a key of account 1; `key: null` sends none. */
  call(method: string, path: string, body?: unknown, key?: string | null): Promise<Got>;
  /** Puts one plain offer on the market and rents it; returns the contract id. */
  rent(body?: Record<string, unknown>, offerId?: number, key?: string): Promise<number>;
  /** The row of the single read. */
  // biome-ignore lint/suspicious/noExplicitAny: see Got.
  show(id: number): Promise<any>;
}

const running: Simulator[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.stop()));
});

/** Starts a simulator without pacing whose time stands still; it is stopped after the test. */
export async function pretend(options: SimulatorOptions = {}): Promise<Pretend> {
  const simulator = await startSimulator({ clock: standingClock, pacing: false, ...options });
  running.push(simulator);
  const call: Pretend["call"] = async (method, path, body, key = "secret-key-one") => {
    const response = await fetch(simulator.url + path, {
      method,
      headers: key === null ? {} : { authorization: `Bearer ${key}` },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      redirect: "error",
    });
    const text = await response.text();
    return {
      status: response.status,
      text,
      body: parsed(text),
      contentType: response.headers.get("content-type") ?? "",
    };
  };
  return {
    ...simulator,
    call,
    rent: async (body = {}, offerId = simulator.world.addOffer(), key) => {
      const rented = await call("PUT", `/api/v0/asks/${offerId}/`, { image: "ubuntu:22.04", disk: 20, ...body }, key);
      if (rented.body?.new_contract === undefined) throw new Error(`renting failed: ${rented.text}`);
      return rented.body.new_contract;
    },
    show: async (id) => (await call("GET", `/api/v0/instances/${id}/`)).body.instances,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
