import type { Contract } from "./contract.js";
import { readMeter } from "./money.js";

/** How much longer a contract lasts whose renter agrees: 90 days. */
const NEXT_TERM_MS = 90 * 86_400_000;

/** The host asks for more from the end of the term on. One proposal at a time: a new one takes the place of the last. */
export function proposeIncrease(contract: Contract, gpuDollarsPerHour: number, at: number): void {
  contract.priceIncrease = {
    // A contract has one proposal at most, so its own number does.
    id: contract.id % 1_000_000,
    gpuDollarsPerHour,
    proposedAt: at,
    nextEndsAt: contract.endsAt + NEXT_TERM_MS,
  };
}

/** The renter agrees: the term is prolonged, and the price rises when the present one ends. */
export function acceptIncrease(contract: Contract): void {
  const { priceIncrease, endsAt } = contract;
  if (!priceIncrease) return;
  contract.priceIncrease = null;
  contract.endsAt = priceIncrease.nextEndsAt;
  contract.steps.push({
    at: endsAt,
    kind: "fate",
    change: (at) => {
      readMeter(contract, at);
      contract.gpuDollarsPerHour = priceIncrease.gpuDollarsPerHour;
    },
  });
}
