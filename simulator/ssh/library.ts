import type * as ssh2 from "ssh2";

/** The package that speaks SSH: a peer that need not be there. */
export type Ssh2 = typeof ssh2;

/** Absence as `import` and as `require` word it. */
const NOT_FOUND: readonly unknown[] = ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"];

/** Loads `ssh2`; undefined where it is not installed. Any other failure is thrown as it is. */
export async function loadSsh2(
  load: () => Promise<{ default: Ssh2 }> = () => import("ssh2"),
): Promise<Ssh2 | undefined> {
  try {
    return (await load()).default;
  } catch (error) {
    if (error instanceof Error && "code" in error && NOT_FOUND.includes(error.code)) return undefined;
    throw error;
  }
}
