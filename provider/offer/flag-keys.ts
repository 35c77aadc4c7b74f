import { type Facts, type Field, keyFor } from "./field.js";
import type { DefaultedFlagFilter } from "./filters.js";

function flagField(facts: Facts, takesAny: boolean): Field {
  const { column } = facts;
  return {
    kind: "flag",
    wire: facts.wire ?? column,
    column,
    takesAny,
    read: facts.read ?? ((offer) => (typeof offer[column] === "boolean" ? offer[column] : undefined)),
    normalise: (value) => value,
    toWire: (op, wanted) => ({ [op]: wanted }),
    problem: () => undefined,
  };
}

/** Yes or no. */
export const flag = (facts: Facts) => keyFor<boolean>(flagField(facts, false));
/** Yes or no, where Vast has a default filter that `"any"` drops. */
export const defaultedFlag = (facts: Facts) => keyFor<DefaultedFlagFilter>(flagField(facts, true));
