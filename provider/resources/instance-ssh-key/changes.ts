import type { ChangeTable, Sameness } from "../../engine/diff.js";
import { isSamePublicKey } from "../../public-key.js";
import type { InstanceSshKeyInputs } from "./inputs.js";

/** What a change of each input does, and why. The compiler checks that no input is missing. */
export const onChange: ChangeTable<Required<InstanceSshKeyInputs>> = {
  instanceId: ["replace", "it is another instance's"],
  sshKeyId: ["replace", "it is another key"],
  publicKey: ["replace", "it is another key"],
  ownerToken: ["ignore", "stays as it was when the resource was created"],
};

/** The state holds both the id and the text of the key, as Vast tells them; the program says one. */
export const same: Sameness<InstanceSshKeyInputs> = {
  sshKeyId: (_before, wanted) => wanted === undefined,
  publicKey: (before, wanted) => wanted === undefined || isSamePublicKey(before, wanted),
};
