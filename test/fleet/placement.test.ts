import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OfferCandidate } from "../../provider/offer/rank.js";
import {
  bestPlaced,
  createSiblings,
  type Place,
  placed,
  placeOfOffer,
  tooFewMachines,
} from "../../provider/resources/instance/fleet/placement.js";
import type { Placement } from "../../provider/resources/instance/fleet/placement-inputs.js";
import { anOffer } from "../offer/market.js";

const SPREADS = ["machine", "host", "country"] as const;
const COUNTRIES = ["DE", "US", "JP"];

interface Spot {
  machine: number | null;
  host: number | null;
  country: number;
}

/** A candidate, the dearer the higher its number. */
function candidate(offerId: number, { machine, host, country }: Spot): OfferCandidate {
  const offer = anOffer({ id: offerId, geolocation: `Somewhere, ${COUNTRIES[country]}` });
  const [dollarsPerHour, machineId, hostId] = [offerId / 100, machine, host];
  return { offerId, machineId, hostId, offer, dollarsPerHour } as unknown as OfferCandidate;
}

const spot = fc.record({
  machine: fc.option(fc.integer({ min: 1, max: 6 }), { freq: 9 }),
  host: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 9 }),
  country: fc.integer({ min: 0, max: 2 }),
});
const market = fc
  .array(spot, { minLength: 1, maxLength: 20 })
  .map((spots) => spots.map((one, i) => candidate(i + 1, one)));
const group: Placement = { group: "workers" };
const keyOf = (place: Place, spread: (typeof SPREADS)[number]) =>
  ({ machine: place.machineId, host: place.hostId, country: place.country })[spread];

/** Places taken one after another, each seeing those before. */
function takeAll(candidates: readonly OfferCandidate[], placement: Placement, count: number): OfferCandidate[] {
  const taken: OfferCandidate[] = [];
  for (let i = 0; i < count; i += 1) {
    const left = candidates.filter((one) => !taken.includes(one));
    const next = bestPlaced(left, placement, taken.map(placeOfOffer));
    if (next) taken.push(next);
  }
  return taken;
}

describe("placing an instance beside its siblings", () => {
  it("keeps the order of the candidates when nothing is asked", () => {
    fc.assert(
      fc.property(market, (candidates) => {
        expect([...placed(candidates, undefined, () => [])]).toEqual(candidates);
        expect([...placed(candidates, group, () => candidates.map(placeOfOffer))]).toEqual(candidates);
      }),
    );
  });

  it("spreads as evenly as the market allows, and takes the best of those that are used equally little", () => {
    fc.assert(
      fc.property(market, fc.constantFrom(...SPREADS), fc.integer({ min: 1, max: 8 }), (candidates, spread, count) => {
        const taken = takeAll(candidates, { ...group, spread }, count);
        expect(taken).toHaveLength(Math.min(count, candidates.length));
        for (const [i, chosen] of taken.entries()) {
          const before = taken.slice(0, i);
          const usesOf = (one: OfferCandidate) => {
            const key = keyOf(placeOfOffer(one), spread);
            if (key === undefined) return Number.POSITIVE_INFINITY;
            return before.filter((other) => keyOf(placeOfOffer(other), spread) === key).length;
          };
          const left = candidates.filter((one) => !before.includes(one));
          expect(left.filter((one) => usesOf(one) < usesOf(chosen))).toEqual([]);
          const equals = left.filter((one) => usesOf(one) === usesOf(chosen));
          expect(chosen).toBe(equals[0]);
        }
      }),
    );
  });

  it("never puts two on one machine that are to be distinct, and says so when no machine is left", () => {
    fc.assert(
      fc.property(market, fc.constantFrom(undefined, ...SPREADS), (candidates, spread) => {
        const placement: Placement = { ...group, distinct: true, ...(spread ? { spread } : {}) };
        const taken = takeAll(candidates, placement, candidates.length);
        const machines = taken.map(({ machineId }) => machineId);
        expect(new Set(machines).size).toBe(machines.length);
        // No machine is passed over but those that are not told.
        const told = new Set(candidates.flatMap(({ machineId }) => machineId ?? []));
        expect(new Set(machines)).toEqual(told);
        const error = tooFewMachines(candidates, placement, taken.map(placeOfOffer));
        expect(error?.message).toContain(
          `${candidates.length} offers on ${told.size} machines fit, and instances of workers`,
        );
        expect(tooFewMachines(candidates, { ...placement, distinct: false }, taken.map(placeOfOffer))).toBeUndefined();
      }),
    );
    expect(tooFewMachines([], { ...group, distinct: true }, [])).toBeUndefined();
  });

  it("chooses each candidate at the moment it is asked for", () => {
    const candidates = [1, 1, 2].map((machine, i) => candidate(i + 1, { machine, host: 1, country: 0 }));
    const siblings: Place[] = [];
    const order = placed(candidates, { ...group, distinct: true }, () => siblings);
    expect(order.next().value).toBe(candidates[0]);
    siblings.push({ machineId: 1 });
    expect(order.next().value).toBe(candidates[2]);
    expect(order.next().done).toBe(true);
  });
});

describe("what is known of siblings", () => {
  const outputs = (name: string, machineId: number) => ({
    placement: { group: name },
    machineId,
    hostId: 9,
    geolocation: "Germany, DE",
  });

  it("is those of one group: in the state, and being rented by others", () => {
    const siblings = createSiblings();
    siblings.note("1", outputs("workers", 11));
    siblings.note("2", outputs("others", 12));
    siblings.note("3", { machineId: 13 });
    siblings.take("aaa", group, { machineId: 14 });
    siblings.take("bbb", undefined, { machineId: 15 });
    const machines = (token = "") => siblings.of("workers", token).map(({ machineId }) => machineId);
    expect(machines()).toEqual([11, 14]);
    expect(siblings.of("workers", "aaa")).toMatchObject([{ machineId: 11, hostId: 9, country: "DE" }]);

    siblings.take("aaa", group, { machineId: 16 });
    expect(machines()).toEqual([11, 16]);
    siblings.release("aaa");
    siblings.forget("1");
    expect(machines()).toEqual([]);
  });

  it("forgets one that left the group", () => {
    const siblings = createSiblings();
    siblings.note("1", outputs("workers", 11));
    siblings.note("1", { machineId: 11 });
    expect(siblings.of("workers", "")).toEqual([]);
  });
});
