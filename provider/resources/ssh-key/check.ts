import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { checkBySchema } from "../../engine/check.js";
import type { CheckFailure, Noun } from "../../engine/lifecycle.js";
import type { Bag } from "../../engine/values.js";
import { messageOf } from "../../errors.js";
import { parsePublicKey } from "../../public-key.js";
import { SshKeyInputs } from "./inputs.js";

/** Not repeated in messages: it may be a private key, given by mistake. */
const SECRET_INPUTS = ["publicKey"];

/** Checks and completes the inputs. Pure but for reading `publicKeyFile`. What is wrong is neither repeated nor handed back. */
export const checkSshKey: Noun<unknown>["check"] = (known, unknown) => {
  const { publicKey: _, publicKeyFile: __, ...harmless } = known;
  const fail = (failures: CheckFailure[]) => ({ inputs: harmless, failures });

  const file = readKeyFile(known, unknown);
  if (file.failures.length > 0) return fail(file.failures);
  const checked = checkBySchema(SshKeyInputs, file.inputs, SECRET_INPUTS);
  if (!checked.inputs) return fail(checked.failures);

  const { publicKey, ...inputs } = checked.inputs;
  if (unknown.has("publicKey") || unknown.has("publicKeyFile")) return { inputs: { ...inputs }, failures: [] };
  if (publicKey === undefined) {
    return fail([
      {
        property: "publicKey",
        reason: "nothing says which key; give `publicKey`, or `publicKeyFile` with the path of its .pub file.",
      },
    ]);
  }
  const key = parsePublicKey(publicKey);
  if ("problem" in key) return fail([{ property: file.property, reason: key.problem }]);
  return { inputs: { ...inputs, publicKey: publicKey.trim() }, failures: [] };
};

/** Puts the text of `publicKeyFile` in the place of `publicKey`, so that a change of the file is a change of the key. */
function readKeyFile(
  known: Bag,
  unknown: ReadonlySet<string>,
): { inputs: Bag; property: "publicKey" | "publicKeyFile"; failures: CheckFailure[] } {
  const { publicKeyFile, ...inputs } = known;
  if (typeof publicKeyFile !== "string" || publicKeyFile === "")
    return { inputs: known, property: "publicKey", failures: [] };
  const property = "publicKeyFile";
  if (inputs.publicKey !== undefined || unknown.has("publicKey")) {
    return { inputs, property, failures: [{ property, reason: "give `publicKey` or `publicKeyFile`, not both." }] };
  }
  try {
    const path = publicKeyFile.replace(/^~(?=$|[/\\])/, homedir());
    return { inputs: { ...inputs, publicKey: readFileSync(path, "utf8") }, property, failures: [] };
  } catch (error) {
    const reason = `the file "${publicKeyFile}" cannot be read (${messageOf(error)}); give a path relative to the program's folder, or one that begins with "~".`;
    return { inputs, property, failures: [{ property, reason }] };
  }
}
