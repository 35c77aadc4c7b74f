import { stripVTControlCharacters } from "node:util";
import { isReadable, type Known, secretValues } from "./secret-values.js";

/** Makes a text from outside (a host's words, a container's log) fit to be shown and stored. */
export type Scrub = (text: string) => string;

/** What stands in the place of a secret. */
const SCRUBBED = "…";

/** A shorter secret is hidden only where it stands alone: else half of every word would go. */
const LEAST_INSIDE = 6;

/** What looks like a secret wherever it comes from: containers get the account's variables too, which nobody can read. */
const KEY_LIKE: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\b(?:hf_|sk-|gh[pousr]_|github_pat_|glpat-|xox[abp]-|dckr_pat_|nvapi-|AKIA|ASIA|ya29\.)[\w.-]{8,}/g,
  /\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g,
  // Digests are no secrets, and an image is named by one.
  /(?<!sha256:)\b(?=\w*\d)(?=\w*[a-z])\w{32,}\b/gi,
];
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/gi;
const ASSIGNED =
  /((?:(?<![a-z])key|api_?key|token|secret|passw(?:or)?d|pwd|credentials?|authorization|bearer)["']?)(\s*[=:]\s*|\s+)(["']?(?:(?:bearer|basic)\s+)?)([^\s"',;]{4,})/gi;

/** A scrubber for what a container and its host say that were given these secrets. The whole text is scrubbed: cut it afterwards. */
export function scrubber(known: Known): Scrub {
  const secrets = secretValues(known).flatMap((value) => spellings(value));
  return (text) => withoutKeyLike(secrets.reduce((left, hide) => hide(left), withoutControls(text)));
}

/** Ways in which a value can stand in a text, each with what hides it. */
function spellings(value: string): Scrub[] {
  const ways = new Set([value, JSON.stringify(value).slice(1, -1)]);
  return [...ways].map((way) => {
    if (way.length >= LEAST_INSIDE) return (text) => text.replaceAll(way, SCRUBBED);
    const alone = new RegExp(`(?<!\\w)${way.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?!\\w)`, "g");
    return (text) => text.replace(alone, SCRUBBED);
  });
}

/** A terminal must not obey what a container prints, nor show it in another order. */
function withoutControls(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?/g, "\n")
    .replace(/(?![\n\t])[\p{Cc}\p{Cf}]/gu, "");
}

function withoutKeyLike(text: string): string {
  return KEY_LIKE.reduce((left, pattern) => left.replace(pattern, SCRUBBED), text)
    .replace(URL_PASSWORD, `$1${SCRUBBED}`)
    .replace(ASSIGNED, (whole, name: string, between: string, opening: string, value: string) => {
      // "token expected" is a sentence, "token abc123def" is none.
      const isSentence = between.trim() === "" && opening === "" && isReadable(value);
      return isSentence ? whole : `${name}${between}${opening}${SCRUBBED}`;
    });
}
