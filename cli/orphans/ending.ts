import { createInterface } from "node:readline";
import type { Account } from "../../provider/account/account.js";
import { VastError } from "../../provider/errors.js";
import type { Orphan } from "../../provider/orphans.js";

/** What became of an orphan that was to be ended. */
export type Ending = { readonly is: "ended" } | { readonly is: "failed"; readonly because: string };

/** How long one contract may take to be gone. */
const TIMEOUT_MS = 10 * 60_000;

/** Ends contracts, all at the same time, and tells of each as soon as it is certainly gone or was not to be ended. */
export async function endAll(
  account: Account,
  orphans: readonly Orphan[],
  wordsOf: (error: unknown) => string,
  tell: (orphan: Orphan, ending: Ending) => void,
): Promise<Map<number, Ending>> {
  const endings = await Promise.all(
    orphans.map(async (orphan) => {
      const ending: Ending = await account.destroy(orphan.row.id, { timeoutMs: TIMEOUT_MS }).then(
        () => ({ is: "ended" }),
        (error: unknown) => ({ is: "failed", because: stillThere(error) ?? wordsOf(error) }),
      );
      tell(orphan, ending);
      return [orphan.row.id, ending] as const;
    }),
  );
  return new Map(endings);
}

/** Asks on a terminal; only the word `yes` is one. The end of the input is none. */
export async function isConfirmed(
  question: string,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<boolean> {
  // The terminal itself edits the line, so that Ctrl-C stays a signal.
  const lines = createInterface({ input, terminal: false });
  const answer = new Promise<string>((resolve) => {
    lines.once("line", resolve);
    lines.once("close", () => resolve(""));
  });
  output.write(question);
  const isYes = (await answer).trim() === "yes";
  lines.close();
  return isYes;
}

/** The account's own words speak of a stack, which an orphan is not in. */
function stillThere(error: unknown): string | undefined {
  if (!(error instanceof VastError) || error.code !== "not_destroyed") return undefined;
  return `it was told to end but still exists after ${TIMEOUT_MS / 60_000} min. Run this again.`;
}
