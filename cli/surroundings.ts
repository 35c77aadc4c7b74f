import { type Account, accountFor } from "../provider/account/account.js";
import type { Settings } from "../provider/account/settings.js";
import { SettingsError } from "../provider/errors.js";

/** What a command needs of the process it runs in; replaced in tests. */
export interface Surroundings {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: NodeJS.ProcessEnv;
  accountOf(settings: Settings): Account;
  /** 0: as wished. 1: done, and the answer is no. 2: it could not be done. What that means to a command stands in its help. */
  exit(code: 0 | 1 | 2): void;
}

/** The process as it is. */
export const thisProcess: Surroundings = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  accountOf: accountFor,
  exit: (code) => {
    process.exitCode = code;
  },
};

/** A text without the API key, which other programs may have written into it as well. */
export function withoutKey(text: string, settings: Settings | undefined): string {
  return settings?.apiKey ? text.replaceAll(settings.apiKey, "[API key]") : text;
}

/** Why a command that looks at the account cannot, where no key is set; `command` is how it was called. */
export function missingKey(command: string): SettingsError {
  return new SettingsError(
    "No Vast.ai API key was found, so the account cannot be looked at; nothing was sent. Set the environment variable VAST_API_KEY " +
      "(keys: https://cloud.vast.ai/manage-keys/); one in the stack configuration is not read, but can be handed over: " +
      `\`VAST_API_KEY="$(pulumi config get vastai:apiKey)" pulumi-vastai ${command}\`.`,
  );
}

/** Gathers the values of an option that may be repeated. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
