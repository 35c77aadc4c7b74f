import { distance } from "fastest-levenshtein";

/** The known word that a mistyped or shortened one most likely means; undefined when none is near enough to be a fair guess. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const wanted = plain(word);
  const rank = (each: string) => {
    const candidate = plain(each);
    // `create` for `createMinutes`: the start of a word is nearer than any other word.
    return wanted.length > 2 && candidate.startsWith(wanted) ? 0 : distance(wanted, candidate);
  };
  const [best] = [...known].sort((a, b) => rank(a) - rank(b));
  return best !== undefined && rank(best) <= Math.max(1, Math.floor(wanted.length / 3)) ? best : undefined;
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[^a-z0-9]/g, "");
}
