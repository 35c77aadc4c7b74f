import type { State } from "../state.js";
import type { Contract } from "./contract.js";
import { canHaveGpus, highestRank } from "./gpus.js";
import { evict, serveQueue } from "./life.js";
import { readMeter } from "./money.js";

/** How much more than the best bid a new one has to be, $/h for the slice. */
export const BID_STEP = 0.001;

/** The lowest bid that gets the GPUs, $/h for the slice: above all others who bid, and not below the host's minimum. */
export function winningBid(state: State, contract: Contract): number {
  const { facts } = contract;
  const best = highestRank(state, facts.gpu_ids, contract) * facts.num_gpus;
  return Math.max(facts.min_bid, best === 0 || best === Number.POSITIVE_INFINITY ? 0 : best + BID_STEP);
}

/** Changes the bid, with all that follows: the contract may lose its GPUs, or win them back. */
export function changeBid(state: State, contract: Contract, dollarsPerHour: number, at: number): void {
  readMeter(contract, at);
  contract.gpuDollarsPerHour = dollarsPerHour;
  if (contract.holdsGpus && !canHaveGpus(state, contract)) evict(state, contract, at);
  serveQueue(state, at);
}
