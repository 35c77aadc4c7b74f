import { type Account, creditOf, digestOf } from "../accounts.js";
import { hexOf } from "../random.js";
import { type State, takeContractId, takeOfferId } from "../state.js";
import { storyOf } from "../stories.js";
import type { Contract, Recipe } from "./contract.js";
import { fateSteps } from "./fate.js";
import { canHaveGpus } from "./gpus.js";
import { keysForNewInstance } from "./keys.js";
import { boot } from "./life.js";

/** What a renter asks for, with defaults filled in. */
export interface Wish {
  readonly recipe: Recipe;
  readonly runtype: string;
  readonly label: string | null;
  readonly diskGb: number;
  /** The bid in $/h for the whole slice; undefined rents on demand. */
  readonly bidDollarsPerHour: number | undefined;
  readonly targetState: "running" | "stopped";
  /** Refuse rather than make a stopped contract when the GPUs are taken. */
  readonly cancelUnavailable: boolean;
}

/** How renting ended. `instanceKey` is the container's own key, told only once. */
export type RentResult =
  | { readonly outcome: "rented" | "bid too low"; readonly contract: Contract; readonly instanceKey: string }
  | { readonly outcome: "not available" | "no credit" };

/** Rents the offer for the account at the moment `at`. */
export function rent(state: State, account: Account, offerId: number, wish: Wish, at: number): RentResult {
  if (creditOf(state, account, at) <= 0) return { outcome: "no credit" };
  const ask = state.asks.find((candidate) => candidate.offerId === offerId);
  if (ask === undefined || !ask.facts.rentable) return { outcome: "not available" };

  const id = takeContractId(state);
  const instanceKey = hexOf(`key ${state.seed} ${id}`);
  const contract = newContract(state, { id, account, offerId, wish, at, instanceKey, facts: ask.facts });
  const bidTooLow = contract.isBid && contract.gpuDollarsPerHour < contract.facts.min_bid;
  const available = canHaveGpus(state, contract);
  if (!available && !bidTooLow && wish.cancelUnavailable) return { outcome: "not available" };

  // An offer id rents one instance only: the slice comes back under a new one.
  ask.offerId = takeOfferId(state);
  state.contracts.set(id, contract);
  if (available && wish.targetState === "running") {
    const story = storyOf(state, contract);
    boot(state, contract, at, story);
    contract.steps.push(...fateSteps(state, contract, at, story));
  } else if (!bidTooLow && wish.targetState === "running") {
    // Nobody asks the host to start: it stays so, without any error text (recorded 2026-05-18).
    contract.condition.actual = "loading";
  }
  return { outcome: bidTooLow ? "bid too low" : "rented", contract, instanceKey };
}

/** Each port of a container gets one of the machine's when it is first shown, and keeps it. */
function portsOf(state: State, contractId: number): (inside: string) => number {
  const ports = new Map<string, number>();
  const first = 20_000 + ((state.contracts.size * 64) % 40_000);
  return (inside) => {
    const port = ports.get(inside) ?? state.doors?.open(contractId, inside) ?? first + ports.size;
    ports.set(inside, port);
    return port;
  };
}

interface NewContract {
  readonly id: number;
  readonly account: Account;
  readonly offerId: number;
  readonly wish: Wish;
  readonly at: number;
  readonly instanceKey: string;
  readonly facts: Contract["facts"];
}

function newContract(state: State, { id, account, offerId, wish, at, instanceKey, facts }: NewContract): Contract {
  return {
    id,
    account: account.number,
    offerId,
    facts,
    createdAt: at,
    endsAt: facts.end_date * 1000,
    priceIncrease: null,
    diskGb: wish.diskGb,
    runtype: wish.runtype,
    jupyterToken: hexOf(`jupyter ${state.seed} ${id}`),
    keyDigest: digestOf(instanceKey),
    isBid: wish.bidDollarsPerHour !== undefined,
    gpuDollarsPerHour: wish.bidDollarsPerHour ?? facts.dph_base,
    recipe: wish.recipe,
    label: wish.label,
    condition: {
      actual: null,
      intended: "stopped",
      current: "stopped",
      next: "stopped",
      message: null,
      gpuBilled: false,
    },
    steps: [],
    hasContainer: false,
    holdsGpus: false,
    queuedAt: null,
    listensFrom: at,
    httpStatus: 200,
    log: "container started\n",
    isReachable: state.doors !== undefined,
    outsidePort: portsOf(state, id),
    sshKeys: keysForNewInstance(account),
    mounts: [],
    readsAsNullLeft: state.settings.nullReadsAfterCreate,
    meter: { dollars: 0, readAt: at },
    destroyedAt: null,
  };
}
