import { checkBySchema } from "../../engine/check.js";
import type { CheckFailure, Noun } from "../../engine/lifecycle.js";
import { parsePublicKey } from "../../public-key.js";
import { InstanceSshKeyInputs } from "./inputs.js";

/** Not repeated in messages: it may be a private key, given by mistake. */
const SECRET_INPUTS = ["publicKey"];

/** Checks the inputs. Pure. What is wrong is neither repeated nor handed back. */
export const checkInstanceSshKey: Noun<unknown>["check"] = (known, unknown) => {
  const { publicKey: _, ...harmless } = known;
  const fail = (failures: CheckFailure[]) => ({ inputs: harmless, failures });
  const schema = unknown.has("instanceId") ? InstanceSshKeyInputs.partial({ instanceId: true }) : InstanceSshKeyInputs;
  const checked = checkBySchema(schema, known, SECRET_INPUTS);
  if (!checked.inputs) return fail(checked.failures);

  const { publicKey, ...inputs } = checked.inputs;
  const given = [
    inputs.sshKeyId !== undefined || unknown.has("sshKeyId"),
    publicKey !== undefined || unknown.has("publicKey"),
  ];
  if (given.every((one) => one))
    return fail([{ property: "publicKey", reason: "give `sshKeyId` or `publicKey`, not both: each names the key." }]);
  if (!given.includes(true)) {
    return fail([
      {
        property: "sshKeyId",
        reason: "nothing says which key; give `sshKeyId`, e.g. that of an SshKey, or `publicKey`.",
      },
    ]);
  }
  if (publicKey === undefined) return { inputs: { ...inputs }, failures: [] };
  const key = parsePublicKey(publicKey);
  if ("problem" in key) return fail([{ property: "publicKey", reason: key.problem }]);
  return { inputs: { ...inputs, publicKey: publicKey.trim() }, failures: [] };
};
