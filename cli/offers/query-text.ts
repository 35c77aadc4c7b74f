import { SettingsError } from "../../provider/errors.js";
import { OfferQuery, offerFields } from "../../provider/offer/query.js";
import { unknownKeyMessage } from "../../provider/offer/unknown-key.js";
import { readObjectText } from "./object-text.js";
import type { ReadText } from "./reading.js";
import { readVastQuery } from "./vast-query.js";

/**
 * The query of a text in either language: an object as in a program (it begins with a brace), or the language of Vast's client. Throws
 * SettingsError that names each wrong word with its position, counted from 1.
 */
export function readQuery(text: string): OfferQuery {
  const read: ReadText = /^\s*(?:offer\s*:\s*)?\{/.test(text) ? readObjectText(text) : readVastQuery(text);
  const parsed = OfferQuery.safeParse(read.query);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) => {
    if (issue.code !== "unrecognized_keys") return [at(read.place(issue.path), issue.message)];
    return issue.keys.map((key) => at(read.place([...issue.path, key]), unknownKeyMessage([key], offerFields)));
  });
  throw new SettingsError(`${problems.join(" ")} Nothing was looked for.`);
}

function at(place: string | undefined, message: string): string {
  return place === undefined ? message : `${place}: ${message}`;
}
