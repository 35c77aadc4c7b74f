import { checkBySchema } from "../../engine/check.js";
import type { CheckFailure, Noun } from "../../engine/lifecycle.js";
import { VolumeInputs } from "./inputs.js";

const DEFAULT_SIZE_GB = 15;
const PLACES = ["offerId", "offer", "onMachineOf", "machineId"] as const;

/** Checks and completes a volume's inputs. Pure. A rule that needs an input which is not known yet is left out until it is. */
export const checkVolume: Noun<unknown>["check"] = (known, unknown) => {
  const checked = checkBySchema(VolumeInputs, known, []);
  if (!checked.inputs) return { inputs: known, failures: checked.failures };
  const { inputs } = checked;
  const sizeComesFromVast = [inputs.cloneOf, inputs.adoptVolumeId].some((id) => id !== undefined);
  const needsSize = inputs.sizeGb === undefined && !sizeComesFromVast;
  const mayGetSize = ["sizeGb", "cloneOf", "adoptVolumeId"].some((key) => unknown.has(key));
  const completed = needsSize && !mayGetSize ? { ...inputs, sizeGb: DEFAULT_SIZE_GB } : inputs;
  return { inputs: completed, failures: [...placeFailures(inputs, unknown), ...cloneFailures(inputs)] };
};

function placeFailures(inputs: VolumeInputs, unknown: ReadonlySet<string>): CheckFailure[] {
  const given = PLACES.filter((key) => inputs[key] !== undefined || unknown.has(key));
  const list = PLACES.map((key) => `\`${key}\``).join(", ");
  if (given.length > 1) {
    const names = given.map((key) => `\`${key}\``).join(" and ");
    return [
      {
        property: given[1] ?? "offerId",
        reason: `${names} both say where the volume is to be; give exactly one of ${list}.`,
      },
    ];
  }
  if (given.length === 1 || inputs.adoptVolumeId !== undefined || unknown.has("adoptVolumeId")) return [];
  return [
    {
      property: "offer",
      reason: `nothing says where the volume is to be; give exactly one of ${list}, e.g. offer: { country: "DE" }.`,
    },
  ];
}

function cloneFailures({ cloneOf, name, adoptVolumeId }: VolumeInputs): CheckFailure[] {
  if (cloneOf === undefined) return [];
  if (adoptVolumeId !== undefined)
    return [
      {
        property: "adoptVolumeId",
        reason: `it takes over volume ${adoptVolumeId} as it is, so it cannot be a clone of ${cloneOf}; leave one of them out.`,
      },
    ];
  return name === undefined
    ? []
    : [{ property: "name", reason: `Vast cannot name a clone (it is "${name}"); leave \`name\` out.` }];
}
