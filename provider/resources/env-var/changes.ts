import type { ChangeTable } from "../../engine/diff.js";
import type { EnvVarInputs } from "./inputs.js";

/** What a change of each input does, and why. The compiler checks that no input is missing. */
export const onChange: ChangeTable<Required<EnvVarInputs>> = {
  name: ["replace", "the name is what a variable is known by"],
  value: ["update", "Vast sets the value in place"],
  onExisting: ["ignore", "matters only when the resource is created"],
  ownerToken: ["ignore", "stays as it was when the resource was created"],
};
