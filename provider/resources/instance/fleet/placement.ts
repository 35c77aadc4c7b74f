import type { Bag } from "../../../engine/values.js";
import { NothingRentedError } from "../../../errors.js";
import { countryOf } from "../../../offer/country.js";
import type { OfferCandidate } from "../../../offer/rank.js";
import { groupName, type Placement } from "./placement-inputs.js";

/** Where an instance stands, or an offer would put it; what Vast does not tell is left out. */
export interface Place {
  readonly machineId?: number | undefined;
  readonly hostId?: number | undefined;
  readonly country?: string | undefined;
}

/** Where the instances of each group stand, as far as this process knows: those in the state, and those that it is renting. */
export interface Siblings {
  /** Takes note of an instance that the engine has shown, or that was made. */
  note(id: string, outputs: Bag): void;
  /** That instance is gone. */
  forget(id: string): void;
  /** Takes a place for a resource that is being rented; it had no other one. */
  take(token: string, placement: Placement | undefined, place: Place): void;
  /** Gives that place back, whatever became of the rent: a contract is noted by its id. */
  release(token: string): void;
  /** The places of a group, without the one that this resource is being rented on. */
  of(group: string | undefined, butToken: string): readonly Place[];
}

/** A group of which nothing is known yet. */
export function createSiblings(): Siblings {
  const inState = new Map<string, Place & { group: string }>();
  const beingRented = new Map<string, Place & { group: string }>();
  return {
    note: (id, outputs) => {
      const group = (outputs.placement as Partial<Placement> | undefined)?.group;
      if (group === undefined) inState.delete(id);
      else inState.set(id, { group, ...placeOf(outputs.machineId, outputs.hostId, outputs.geolocation) });
    },
    forget: (id) => {
      inState.delete(id);
    },
    take: (token, placement, place) => {
      if (placement) beingRented.set(token, { group: placement.group, ...place });
    },
    release: (token) => {
      beingRented.delete(token);
    },
    of: (wanted, butToken) => {
      const rented = [...beingRented].flatMap(([token, place]) => (token === butToken ? [] : [place]));
      return [...inState.values(), ...rented].filter(({ group }) => group === wanted);
    },
  };
}

/** A place in the words of Vast: of an offer, of a row, or of an instance's outputs. */
export function placeOf(machineId: unknown, hostId: unknown, geolocation: unknown): Place {
  const known = (id: unknown) => (typeof id === "number" ? id : undefined);
  return {
    machineId: known(machineId),
    hostId: known(hostId),
    country: countryOf(typeof geolocation === "string" ? geolocation : undefined),
  };
}

/** Where an offer would put the instance. */
export function placeOfOffer({ machineId, hostId, offer }: OfferCandidate): Place {
  return placeOf(machineId, hostId, offer.geolocation);
}

/**
 * Candidates in the order in which to try them. Each is chosen at the moment it is asked for, so a caller that takes it before anything is
 * awaited never collides with a sibling that chooses at the same time.
 */
export function* placed(
  candidates: readonly OfferCandidate[],
  placement: Placement | undefined,
  siblings: () => readonly Place[],
): Generator<OfferCandidate, void> {
  if (placement === undefined) return yield* candidates;
  let left = candidates;
  while (left.length > 0) {
    const chosen = bestPlaced(left, placement, siblings());
    if (chosen === undefined) return;
    left = left.filter((candidate) => candidate !== chosen);
    yield chosen;
  }
}

/**
 * Of candidates in the order of their worth the one to take beside these siblings: the first of those whose machine, host or country is used
 * least. An offer that does not tell its own comes after all that do, and `distinct` leaves it out.
 */
export function bestPlaced(
  candidates: readonly OfferCandidate[],
  { spread, distinct }: Placement,
  siblings: readonly Place[],
): OfferCandidate | undefined {
  const free = distinct ? candidates.filter((candidate) => !isCrowded(candidate, siblings)) : candidates;
  if (spread === undefined) return free[0];
  const key = spread === "country" ? "country" : (`${spread}Id` as const);
  const uses = new Map<unknown, number>();
  for (const place of siblings) uses.set(place[key], (uses.get(place[key]) ?? 0) + 1);
  const usesOf = (candidate: OfferCandidate) => {
    const own = placeOfOffer(candidate)[key];
    return own === undefined ? Number.POSITIVE_INFINITY : (uses.get(own) ?? 0);
  };
  const least = Math.min(...free.map(usesOf));
  return free.find((candidate) => usesOf(candidate) === least);
}

function isCrowded({ machineId }: OfferCandidate, siblings: readonly Place[]): boolean {
  return machineId === null || siblings.some((place) => place.machineId === machineId);
}

/** Why nothing is rented when `distinct` leaves none of the offers that fit; undefined when it leaves one. */
export function tooFewMachines(
  candidates: readonly OfferCandidate[],
  placement: Placement | undefined,
  siblings: readonly Place[],
): NothingRentedError | undefined {
  if (!placement?.distinct || candidates.length === 0) return undefined;
  if (candidates.some((candidate) => !isCrowded(candidate, siblings))) return undefined;
  const machines = new Set(candidates.flatMap(({ machineId }) => machineId ?? []));
  const name = groupName(placement);
  return new NothingRentedError(
    "no_distinct_machine",
    `${candidates.length} offers on ${machines.size} machines fit, and instances of ${name} have all of these machines, which \`distinct\` keeps apart. ` +
      "Nothing was rented for this one, so it costs nothing. Loosen the query, raise `maxDollarsPerHour`, lower the count, or leave `distinct` out.",
  );
}
