import { soundsSecret } from "../../provider/engine/secret-names.js";
import { defineRule } from "../define-rule.js";
import { instanceIn, known, templateIn } from "../subjects.js";
import { markedVariables } from "./secret-marks.js";

interface Settings {
  readonly namePattern: string;
  readonly allowedNames: readonly string[];
}

/** Where something is, or who somebody is: AWS_ACCESS_KEY_ID, TOKEN_FILE. */
const TELLS_NO_SECRET = /_(ID|FILE|PATH|DIR|NAME)$/i;

/** Values that well-known services make, and nobody writes by chance. */
const SECRET_VALUES = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\bhf_[A-Za-z0-9]{30,}/,
  /\bsk-[A-Za-z0-9_-]{20,}/,
  /\bgh[pousr]_[A-Za-z0-9]{36}/,
  /\bgithub_pat_\w{40,}/,
  /\bglpat-[\w-]{20}/,
  /\bxox[baprs]-[\w-]{10,}/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\./,
  /:\/\/[^/\s:@]+:[^/\s@]+@/,
];

/** What looks like a secret in `env` is marked as one. */
export const plainSecrets = defineRule<Settings>({
  name: "plain-secrets",
  description: "Environment variables that look like secrets are marked as secret.",
  enforcementLevel: "mandatory",
  settings: {
    namePattern: {
      type: "string",
      default: "",
      description:
        "Further names that hold secrets, as a regular expression without regard to case, e.g. ^(pin|.*_dsn)$.",
    },
    allowedNames: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Variables that may be plain whatever they look like.",
    },
  },
  beforeMaking: (subject, { namePattern, allowedNames }, report) => {
    const env = (instanceIn(subject) ?? templateIn(subject))?.env ?? {};
    const marked = markedVariables(subject.urn);
    for (const name of Object.keys(env)) {
      if (allowedNames.includes(name) || marked?.has(name)) continue;
      const value = known(() => env[name]);
      const byName =
        (soundsSecret(name) && !TELLS_NO_SECRET.test(name)) ||
        (namePattern !== "" && new RegExp(namePattern, "i").test(name));
      if (!byName && !SECRET_VALUES.some((pattern) => pattern.test(String(value ?? "")))) continue;
      const what = `The variable ${name} in \`env\` of ${subject.name} looks like a secret by its ${byName ? "name" : "value"}`;
      report(
        marked === undefined
          ? `${what}, and whether it is marked cannot be told while the rule secret-marks is off. Configure it as "remediate".`
          : `${what} and is not marked as one, so that it stands readable in the state and in previews. Give it as ` +
              "`pulumi.secret(…)` or `config.requireSecret(…)`, make it an `EnvVar` of the account, or name it in `allowedNames`.",
      );
    }
  },
});
