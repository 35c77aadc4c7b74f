import { dismissStrangers } from "../contracts/gpus.js";
import { serveQueue } from "../contracts/life.js";
import { addAsk, nowOf, type State } from "../state.js";
import type { Ask, AskFacts } from "./ask.js";
import { typicalFacts } from "./typical-facts.js";

/** Facts of an offer in Vast's words; what is left out is that of a plain verified machine of its own. */
export type OfferFacts = Partial<AskFacts>;

/** Machines that a test adds are numbered from here, above those of the generated market. */
const FIRST_ADDED_MACHINE = 900_001;

/** Puts an offer on the market and returns its id. */
export function addOffer(state: State, stated: OfferFacts): number {
  const nowSeconds = nowOf(state) / 1000;
  const typical = typicalFacts(stated.gpu_name ?? "RTX 4090", nowSeconds);
  const gpus = stated.num_gpus ?? stated.gpu_ids?.length ?? 1;
  const machineId = stated.machine_id ?? FIRST_ADDED_MACHINE + state.addedOffers;
  // GPUs of their own, so that two offers overlap only where a test says so with `gpu_ids`.
  const firstGpu = 100_000_000 + state.addedOffers * 16;
  state.addedOffers += 1;
  const facts: AskFacts = {
    ...typical,
    machine_id: machineId,
    host_id: 50_000 + (machineId % 1000),
    num_gpus: gpus,
    gpu_ids: Array.from({ length: gpus }, (_, index) => firstGpu + index),
    cpu_cores: typical.cpu_cores * gpus,
    cpu_cores_effective: typical.cpu_cores_effective * gpus,
    cpu_ram: typical.cpu_ram * gpus,
    dlperf: typical.dlperf * gpus,
    total_flops: typical.total_flops * gpus,
    dph_base: typical.dph_base * gpus,
    min_bid: (stated.dph_base ?? typical.dph_base * gpus) / 2,
    ...stated,
  };
  return addAsk(state, facts).offerId;
}

/** The host takes an offer off the market. */
export function withdrawOffer(state: State, offerId: number): void {
  const ask = askOf(state, offerId);
  state.asks.splice(state.asks.indexOf(ask), 1);
}

/** The least bid of an offer becomes this many $/h. */
export function setMinBid(state: State, offerId: number, dollarsPerHour: number): void {
  const ask = askOf(state, offerId);
  state.asks.splice(state.asks.indexOf(ask), 1, { ...ask, facts: { ...ask.facts, min_bid: dollarsPerHour } });
}

/** Another renter takes an offer, on demand. */
export function takeOffer(state: State, offerId: number): void {
  const ask = askOf(state, offerId);
  withdrawOffer(state, offerId);
  state.strangers.push({ gpuIds: ask.facts.gpu_ids, rank: Number.POSITIVE_INFINITY });
}

/** Another renter takes the GPUs of a contract that does not hold them. */
export function occupy(state: State, contractId: number): void {
  const { facts, holdsGpus } = contractOf(state, contractId);
  if (holdsGpus) throw new RangeError(`Contract ${contractId} holds its GPUs; stop it first.`);
  state.strangers.push({ gpuIds: facts.gpu_ids, rank: Number.POSITIVE_INFINITY });
}

/** Other renters leave the GPUs of a contract. */
export function vacate(state: State, contractId: number, at: number): void {
  dismissStrangers(state, contractOf(state, contractId).facts.gpu_ids);
  serveQueue(state, at);
}

function askOf(state: State, offerId: number): Ask {
  const ask = state.asks.find((candidate) => candidate.offerId === offerId);
  if (ask === undefined) throw new RangeError(`There is no offer ${offerId}.`);
  return ask;
}

function contractOf(state: State, contractId: number) {
  const contract = state.contracts.get(contractId);
  if (contract === undefined) throw new RangeError(`There is no contract ${contractId}.`);
  return contract;
}
