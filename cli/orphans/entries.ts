import { z } from "zod";
import { TOKEN } from "../../provider/account/identity.js";
import { typeToken } from "../../provider/kinds.js";
import type { Noun, StateEntry } from "../../provider/orphan-doubts.js";
import type { StateReading, StateResource } from "../state/export.js";
import { type GivenState, isOutdated } from "../state/sources.js";

const NOUNS: ReadonlyMap<string, Noun> = new Map([
  [typeToken("Instance"), "instance"],
  [typeToken("Volume"), "volume"],
]);

const WHOLE_TOKEN = new RegExp(`^${TOKEN}$`);

const number = z.number().optional().catch(undefined);
/** As a program may write it: 38186467 or "V.38186467". */
const volumeId = z.coerce
  .string()
  .transform((text) => Number(text.replace(/^V\./, "")))
  .optional()
  .catch(undefined);
const volumes = z.array(z.looseObject({ volumeId })).catch([]).default([]);
/** What matters of the inputs; a secret or an unknown value there tells nothing. */
const Inputs = z.looseObject({
  adoptInstanceId: number,
  adoptVolumeId: number,
  cloneOf: number,
  volumes,
  timeouts: z.looseObject({ createMinutes: number, deleteMinutes: number }).optional().catch(undefined),
});
const Outputs = z.looseObject({
  volumes,
  createdVolumeIds: z.array(z.number()).catch([]).default([]),
  createdVolumeName: z.string().optional().catch(undefined),
});

/** What states look after of what is billed: instances, and volumes. */
export function entriesIn(states: readonly GivenState[]): StateEntry[] {
  return states.flatMap((state) => {
    const about = { trueUntil: state.trueUntil, isOutdated: isOutdated(state, states) };
    return billedIn(state).map(([noun, resource]) => ({ ...entryOf(noun, resource), ...about }));
  });
}

/** How much of each a state has. */
export function countsOf(state: StateReading): Readonly<Record<Noun, number>> {
  const nouns = billedIn(state).map(([noun]) => noun);
  const number = (wanted: Noun) => nouns.filter((noun) => noun === wanted).length;
  return { instance: number("instance"), volume: number("volume") };
}

function billedIn({ resources }: StateReading): [Noun, StateResource][] {
  return resources.flatMap((resource): [Noun, StateResource][] => {
    const noun = NOUNS.get(resource.type);
    // What a program only reads is not ended by its stack: somebody else has to look after it.
    return noun === undefined || resource.isExternal ? [] : [[noun, resource]];
  });
}

function entryOf(
  noun: Noun,
  { urn, id, stage, inputs, outputs }: StateResource,
): Omit<StateEntry, "trueUntil" | "isOutdated"> {
  const { adoptInstanceId, adoptVolumeId, cloneOf, volumes: wanted, timeouts } = Inputs.parse(inputs);
  const { createdVolumeIds, createdVolumeName, volumes: had } = Outputs.parse(outputs);
  // Afterwards these are history: what was taken over is the resource itself, and what was copied may go.
  const forItsCreate = stage === "creating" ? [adoptVolumeId, cloneOf] : [];
  const mounted = [...wanted, ...had].map((mount) => mount.volumeId);
  const volumeIds = [...createdVolumeIds, ...mounted, ...forItsCreate];
  return {
    urn,
    noun,
    token: [inputs, outputs].map((bag) => bag.ownerToken).find(isToken),
    id: /^\d+$/.test(id ?? "") ? Number(id) : undefined,
    volumeIds: volumeIds.flatMap((each) => (Number.isSafeInteger(each) ? (each ?? []) : [])),
    volumeName: createdVolumeIds.length === 0 ? createdVolumeName : undefined,
    stage,
    adopts: adoptInstanceId,
    createMinutes: timeouts?.createMinutes,
    deleteMinutes: timeouts?.deleteMinutes,
  };
}

function isToken(value: unknown): value is string {
  return typeof value === "string" && WHOLE_TOKEN.test(value);
}
