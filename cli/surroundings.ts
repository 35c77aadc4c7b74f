import { type Account, accountFor } from "../provider/account/account.js";
import type { Settings } from "../provider/account/settings.js";

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
