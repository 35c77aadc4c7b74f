import type { InstanceArgs } from "../instance/resource.js";

/** Inputs that only one instance can have, or that the fleet writes itself. */
export type OwnInputs = "placement" | "offerId" | "adoptInstanceId";

/** Arguments of a {@link Fleet}. Besides those of the instances they are plain values: they decide which resources there are. */
export interface FleetArgs {
  /**
   * How many instances, 0 to 1,000. Growing rents those with the next numbers, shrinking destroys those with the highest; the others are
   * not touched.
   */
  count: number;
  /** The description that all instances share: the arguments of an `Instance`. */
  instance: Omit<InstanceArgs, OwnInputs>;
  /** What is different for single instances, by their numbers from 0: each input that is given takes the place of the shared one as a whole. */
  overrides?: Readonly<Record<number, Partial<Omit<InstanceArgs, "placement">>>>;
  /**
   * Prefer machines, hosts or countries with the fewest instances of the fleet, before the order of `orderBy` counts. Default: only that
   * order. Matters only when renting.
   */
  spread?: "machine" | "host" | "country";
  /** Never two instances on one machine: an instance for which no other machine is left fails. Default false. Matters only when renting. */
  distinct?: boolean;
  /**
   * Replace and rebuild in turns: at most `maxUnavailable` instances are away at a time, and the first that does not come up again stops the rest,
   * which keep their machines. Each machine is then destroyed before its replacement is rented (`deleteBeforeReplace`). Default: all at the same
   * time, each new machine rented before its old one is destroyed, so that both are billed for a while.
   */
  rolling?: {
    /** How many may be away at a time, at least 1. */
    maxUnavailable: number;
  };
}
