import { createInterface } from "node:readline";
import type { Account } from "../../provider/account/account.js";
import type { DestroyOptions } from "../../provider/account/destroyer.js";
import { MINUTE_MS } from "../../provider/clock.js";
import { VastError } from "../../provider/errors.js";
import type { OrphanVolume } from "../../provider/orphan-volumes.js";
import type { Orphan } from "../../provider/orphans.js";
import { removeVolume } from "../../provider/resources/volume/remove.js";
import type { Found } from "./choice.js";

/** What became of an orphan that was to be ended. */
export type Ending = { readonly is: "ended" } | { readonly is: "failed"; readonly because: string };

/** How each ended, by what was found. */
export type Endings = ReadonlyMap<Found, Ending>;

/** Tells of an orphan as soon as it is certainly gone or was not to be ended. */
export type Tell = (orphan: Found, ending: Ending) => void;

/** How long one contract or volume may take to be gone. */
const TIMEOUT_MS = 10 * 60_000;

/** Ends contracts, all at the same time. */
export function endContracts(
  account: Account,
  orphans: readonly Orphan[],
  wordsOf: (error: unknown) => string,
  tell: Tell,
): Promise<Endings> {
  return endAll(orphans, (orphan) => account.destroy(orphan.row.id, optionsFor(orphan)), wordsOf, tell);

  /** One that shows in its first minute can be missing from the next answer. */
  function optionsFor({ ageMs = 0 }: Orphan): DestroyOptions {
    return { timeoutMs: TIMEOUT_MS, tooYoungUntil: ageMs < MINUTE_MS ? account.clock.now() + MINUTE_MS : undefined };
  }
}

/** Ends volumes with all their data, all at the same time; Vast lets one go half a minute after its instance. */
export function endVolumes(
  account: Account,
  volumes: readonly OrphanVolume[],
  wordsOf: (error: unknown) => string,
  tell: Tell,
): Promise<Endings> {
  const operation = { signal: new AbortController().signal, progress: () => {} };
  const options = { timeoutMs: TIMEOUT_MS, tooYoungUntil: 0 };
  return endAll(volumes, ({ row }) => removeVolume(account, row.id, options, operation), wordsOf, tell);
}

async function endAll<F extends Found>(
  orphans: readonly F[],
  end: (orphan: F) => Promise<void>,
  wordsOf: (error: unknown) => string,
  tell: Tell,
): Promise<Endings> {
  const endings = await Promise.all(
    orphans.map(async (orphan) => {
      const ending: Ending = await end(orphan).then(
        () => ({ is: "ended" }),
        (error: unknown) => ({ is: "failed", because: stillThere(error) ?? wordsOf(error) }),
      );
      tell(orphan, ending);
      return [orphan, ending] as const;
    }),
  );
  return new Map<Found, Ending>(endings);
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

/** The provider's own words speak of a stack, which an orphan is not in. */
function stillThere(error: unknown): string | undefined {
  if (!(error instanceof VastError)) return undefined;
  if (error.code === "volume_in_use") return "an instance has mounted it in the meantime. Run this again to see which.";
  if (error.code !== "not_destroyed" && error.code !== "not_deleted") return undefined;
  return `it was told to end but still exists after ${TIMEOUT_MS / 60_000} min. Run this again.`;
}
