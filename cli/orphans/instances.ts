import { z } from "zod";
import { typeToken } from "../../provider/kinds.js";
import type { StateEntry } from "../../provider/orphans.js";
import type { StateReading, StateResource } from "../state/export.js";
import { type GivenState, isOutdated } from "../state/sources.js";

const INSTANCE = typeToken("Instance");

/** The instances that states look after. */
export function entriesIn(states: readonly GivenState[]): StateEntry[] {
  return states.flatMap((state) => {
    const about = { trueUntil: state.trueUntil, isOutdated: isOutdated(state, states) };
    return instancesIn(state).map((resource) => entryOf(resource, about));
  });
}

/** The instances of one state. */
export function instancesIn({ resources }: StateReading): StateResource[] {
  // What a program only reads is not ended by its stack: somebody else has to look after it.
  return resources.filter(({ type, isExternal }) => type === INSTANCE && !isExternal);
}

function entryOf(
  { urn, id, stage, inputs, outputs }: StateResource,
  about: Pick<StateEntry, "trueUntil" | "isOutdated">,
): StateEntry {
  const timeouts = z.looseObject({ createMinutes: z.number() }).safeParse(inputs.timeouts);
  return {
    urn,
    token: [inputs, outputs].map((bag) => bag.ownerToken).find(isToken),
    contractId: /^\d+$/.test(id ?? "") ? Number(id) : undefined,
    stage,
    createMinutes: timeouts.data?.createMinutes,
    ...about,
  };
}

function isToken(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{12}$/.test(value);
}
