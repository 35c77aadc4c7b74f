/** What this process is already taking, so that ten creates do not race for one offer. */
export interface Claims {
  /** Takes the offer for the caller, or answers false when somebody in this process has it. */
  claim(offerId: number): boolean;
  /** Somebody in this process has the offer, or knows that it is gone. */
  isClaimed(offerId: number): boolean;
  /** Gives an offer back that was not rented and is still to be had. A rented one stays claimed: each offer rents once. */
  release(offerId: number): void;
  /** Leaves a machine alone for the rest of the run: something did not boot there because of it. */
  avoidMachine(machineId: number): void;
  /** Whether a machine is left alone; one that Vast does not name never is. */
  isAvoided(machineId: number | null): boolean;
  /** How many offers this process has taken so far. */
  count(): number;
}

/** Claims of one account in one process. */
export function createClaims(): Claims {
  const taken = new Set<number>();
  const avoided = new Set<number | null>();
  return {
    claim: (offerId) => {
      if (taken.has(offerId)) return false;
      taken.add(offerId);
      return true;
    },
    isClaimed: (offerId) => taken.has(offerId),
    release: (offerId) => {
      taken.delete(offerId);
    },
    avoidMachine: (machineId) => {
      avoided.add(machineId);
    },
    isAvoided: (machineId) => avoided.has(machineId),
    count: () => taken.size,
  };
}
