import type { Operation } from "../operations.js";
import { envVarOperations } from "./env-var.js";
import { instanceSshKeyOperations } from "./instance-ssh-key.js";
import { sshKeyOperations } from "./ssh-key.js";
import { templateOperations } from "./template.js";
import { volumeOperations } from "./volume.js";
import { wholeStackOperations } from "./whole-stack.js";

/** Everything that the nouns beside instances do. */
export const nounOperations: readonly Operation[] = [
  ...templateOperations,
  ...volumeOperations,
  ...sshKeyOperations,
  ...instanceSshKeyOperations,
  ...envVarOperations,
  ...wholeStackOperations,
];
