import { onTestFinished } from "vitest";
import { type Account, createAccount } from "../../provider/account/account.js";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../simulator/index.js";
import { testClock } from "../api/tiny-server.js";
import type { VirtualClock } from "../support/virtual-clock.js";

/** An account with contracts on a pretend Vast, all on one virtual clock. */
export interface RentedAccount {
  readonly account: Account;
  readonly clock: VirtualClock;
  readonly simulator: Simulator;
  readonly world: Simulator["world"];
  /** Ids of the contracts. */
  readonly ids: readonly number[];
  /** How many requests so far fit, e.g. `GET /api/v1/instances/`; without an argument the lists. */
  calls(route: RegExp): number;
  listCalls(): number;
}

/** Starts a world that lives as long as the test, and rents this many instances in it, labelled `x`. */
export async function accountWith(contracts: number, options: SimulatorOptions = {}): Promise<RentedAccount> {
  const clock = testClock();
  const simulator = await startSimulator({ clock, offers: 0, ...options });
  onTestFinished(() => simulator.stop());
  const { world } = simulator;
  const settings = { apiUrl: simulator.url, apiKey: "key-a", keySource: "the test", timeScale: 1 };
  const account = createAccount(settings, clock);
  const body = { client_id: "me", image: "a:b", disk: 8, env: {}, label: "x", target_state: "running" } as const;
  const offers = Array.from({ length: contracts }, () => world.addOffer());
  const rented = await Promise.all(
    offers.map((offer) => account.client.instances.rent(offer, { ...body, cancel_unavail: true })),
  );
  const calls = (route: RegExp) =>
    world.view().requests.filter(({ method, path }) => route.test(`${method} ${path}`)).length;
  return {
    account,
    clock,
    simulator,
    world,
    ids: rented.map(({ id }) => id),
    calls,
    listCalls: () => calls(/^GET \/api\/v[01]\/instances\/$/),
  };
}
