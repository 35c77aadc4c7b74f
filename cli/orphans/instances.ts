import { z } from "zod";
import { typeToken } from "../../provider/kinds.js";
import type { StateEntry } from "../../provider/orphan-doubts.js";
import type { StateReading, StateResource } from "../state/export.js";
import { type GivenState, isOutdated } from "../state/sources.js";

const INSTANCE = typeToken("Instance");

const number = z.number().optional().catch(undefined);
/** What matters of the inputs; a secret or an unknown value there tells nothing. */
const Inputs = z.looseObject({
  adoptInstanceId: number,
  timeouts: z.looseObject({ createMinutes: number, deleteMinutes: number }).optional().catch(undefined),
});

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
  const { adoptInstanceId: adopts, timeouts } = Inputs.parse(inputs);
  return {
    urn,
    token: [inputs, outputs].map((bag) => bag.ownerToken).find(isToken),
    contractId: /^\d+$/.test(id ?? "") ? Number(id) : undefined,
    stage,
    adopts,
    createMinutes: timeouts?.createMinutes,
    deleteMinutes: timeouts?.deleteMinutes,
    ...about,
  };
}

function isToken(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{12}$/.test(value);
}
