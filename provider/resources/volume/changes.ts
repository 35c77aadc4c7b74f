import type { ChangeTable, Sameness } from "../../engine/diff.js";
import type { VolumeInputs } from "./inputs.js";

/** What a change of each input does, and why. The compiler checks that no input is missing. */
export const onChange: ChangeTable<Required<VolumeInputs>> = {
  offerId: ["replace", "another offer is another machine, and a volume cannot move"],
  offer: ["ignore", "the market was asked when renting"],
  onMachineOf: ["update", "the volume stays where its data is; the update says when the instance is elsewhere"],
  machineId: ["replace", "a volume cannot move"],
  sizeGb: ["replace", "Vast cannot resize a volume"],
  name: ["replace", "Vast cannot rename a volume"],
  maxDollarsPerMonth: ["ignore", "matters only when renting"],
  defaultFilters: ["ignore", "matters only when renting"],
  cloneOf: ["ignore", "the copy was made when the volume was created"],
  cloneCompression: ["ignore", "the copy was made when the volume was created"],
  adoptVolumeId: ["ignore", "matters only when the resource is created"],
  allowDataLoss: ["update", "a destroy looks at what is stored"],
  timeouts: ["update", "a destroy looks at what is stored"],
  resourceName: ["ignore", "the default name was made when renting"],
  ownerToken: ["ignore", "stays as it was when the resource was created"],
};

/** The room of a volume can read back with a fraction of a GB more or less. */
export const SIZE_TOLERANCE_GB = 1;

const leftOut = (_before: unknown, wanted: unknown) => wanted === undefined;

/** What the program does not say stays as it is: nothing is worth the data. */
export const same: Sameness<VolumeInputs> = {
  offerId: leftOut,
  machineId: leftOut,
  name: leftOut,
  onMachineOf: leftOut,
  sizeGb: (before, wanted) => wanted === undefined || before === wanted,
};
