import { z } from "zod";
import { TOKEN } from "../../provider/account/identity.js";
import { typeToken } from "../../provider/kinds.js";
import type { StateEntry } from "../../provider/orphans.js";
import type { StateReading, StateResource } from "../state/export.js";

const WHOLE_TOKEN = new RegExp(`^${TOKEN}$`);
const INSTANCE = typeToken("Instance");

/** The instances that a state looks after. */
export function instancesIn({ resources }: StateReading): StateEntry[] {
  // What a program only reads is not ended by its stack: somebody else has to look after it.
  return resources.filter(({ type, isExternal }) => type === INSTANCE && !isExternal).map(entryOf);
}

function entryOf({ urn, id, stage, inputs, outputs, trueUntil }: StateResource): StateEntry {
  const timeouts = z.looseObject({ createMinutes: z.number() }).safeParse(inputs.timeouts);
  return {
    urn,
    token: [inputs, outputs].map((bag) => bag.ownerToken).find(isToken),
    contractId: /^\d+$/.test(id ?? "") ? Number(id) : undefined,
    stage,
    createMinutes: timeouts.data?.createMinutes,
    trueUntil,
  };
}

function isToken(value: unknown): value is string {
  return typeof value === "string" && WHOLE_TOKEN.test(value);
}
