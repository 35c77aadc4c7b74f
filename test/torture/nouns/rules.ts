import type { NounKind } from "../kinds.js";
import { envVarRules } from "./env-var.js";
import { instanceSshKeyRules } from "./instance-ssh-key.js";
import type { NounRules } from "./noun.js";
import { sshKeyRules } from "./ssh-key.js";
import { templateRules } from "./template.js";
import { volumeRules } from "./volume.js";

const rules: { readonly [K in NounKind]: NounRules } = {
  Template: templateRules,
  Volume: volumeRules,
  SshKey: sshKeyRules,
  InstanceSshKey: instanceSshKeyRules,
  EnvVar: envVarRules,
};

/** The rules of a noun. */
export function rulesOf(kind: NounKind): NounRules {
  return rules[kind];
}
