import type { ChangeTable, Sameness } from "../../engine/diff.js";
import { isSamePublicKey } from "../../public-key.js";
import type { SshKeyInputs } from "./inputs.js";

/** What a change of each input does, and why. The compiler checks that no input is missing. */
export const onChange: ChangeTable<Required<SshKeyInputs>> = {
  publicKey: ["update", "Vast puts another key in its place, under the same id"],
  onExisting: ["ignore", "matters only when the resource is created"],
  ownerToken: ["ignore", "stays as it was when the resource was created"],
};

/** A key is its type and its blob; what follows is a name (vast-api.md §3, normalisation). */
export const same: Sameness<SshKeyInputs> = { publicKey: isSamePublicKey };
