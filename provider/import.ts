// What of an account can become resources of a stack, without a change on Vast. Pulumi's own `import` cannot read dynamic resources, but
// takes a file that says it all.
import type { Account } from "./account/account.js";
import type { Found, ImportOptions } from "./engine/import-record.js";
import { PROVIDER_KEY } from "./engine/values.js";
import { handlerText, type Kind, typeToken } from "./kinds.js";
import { envVarImport } from "./resources/env-var/import.js";
import { instanceImport } from "./resources/instance/import.js";
import { sshKeyImport } from "./resources/ssh-key/import.js";
import { templateImport } from "./resources/template/import.js";
import { volumeImport } from "./resources/volume/import.js";

/** How the things of one noun are found for import. */
interface NounImport {
  /** One by its id; undefined when there is none. */
  find(account: Account, id: string, options: ImportOptions): Promise<Found | undefined>;
  /** All of the account. */
  all(account: Account, options: ImportOptions): Promise<Found[]>;
}

/** The kinds that can be imported, by the word for them on the command line. */
export const importKinds = {
  instance: { kind: "Instance", ...instanceImport },
  template: { kind: "Template", ...templateImport },
  volume: { kind: "Volume", ...volumeImport },
  "ssh-key": { kind: "SshKey", ...sshKeyImport },
  "env-var": { kind: "EnvVar", ...envVarImport },
} as const satisfies Record<string, NounImport & { kind: Kind }>;
export type ImportWord = keyof typeof importKinds;

/** What the state says of a resource of a kind besides its id, inputs and outputs. */
export function stateTexts(kind: Kind): { readonly type: string; readonly provider: Readonly<Record<string, string>> } {
  return { type: typeToken(kind), provider: { [PROVIDER_KEY]: handlerText(kind) } };
}
