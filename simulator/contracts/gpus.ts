import type { State } from "../state.js";
import type { Contract } from "./contract.js";

/** Somebody who has GPUs: one of our contracts or a stranger. */
export interface Holder {
  readonly gpuIds: readonly number[];
  /** What they bid, in $/h per GPU; infinite for an on-demand renter, whom nobody outbids. */
  readonly rank: number;
}

/** What a contract can set against others who want the same GPUs. */
export function rankOf(contract: Contract): number {
  return contract.isBid ? contract.gpuDollarsPerHour / contract.facts.num_gpus : Number.POSITIVE_INFINITY;
}

/** The highest rank among those who hold one of the GPUs; 0 when they are free. */
export function highestRank(state: State, gpuIds: readonly number[], except?: Contract): number {
  let highest = 0;
  for (const contract of state.contracts.values()) {
    if (contract === except || !contract.holdsGpus) continue;
    if (overlaps(contract.facts.gpu_ids, gpuIds)) highest = Math.max(highest, rankOf(contract));
  }
  for (const stranger of state.strangers) {
    if (overlaps(stranger.gpuIds, gpuIds)) highest = Math.max(highest, stranger.rank);
  }
  return highest;
}

/** Whether the contract would get its GPUs now: nobody ranks as high, and a bid reaches the host's minimum. */
export function canHaveGpus(state: State, contract: Contract): boolean {
  if (contract.isBid && contract.gpuDollarsPerHour < contract.facts.min_bid) return false;
  return highestRank(state, contract.facts.gpu_ids, contract) < rankOf(contract);
}

/** The other contracts that hold one of the GPUs. */
export function holdersOf(state: State, gpuIds: readonly number[], except: Contract): Contract[] {
  return [...state.contracts.values()].filter(
    (contract) => contract !== except && contract.holdsGpus && overlaps(contract.facts.gpu_ids, gpuIds),
  );
}

/** Sends everybody else away from the GPUs; the caller outranks them. */
export function dismissStrangers(state: State, gpuIds: readonly number[]): void {
  const others = state.strangers.filter((stranger) => !overlaps(stranger.gpuIds, gpuIds));
  state.strangers.splice(0, state.strangers.length, ...others);
}

/** Whether two slices share a GPU. */
function overlaps(some: readonly number[], others: readonly number[]): boolean {
  return some.some((id) => others.includes(id));
}
