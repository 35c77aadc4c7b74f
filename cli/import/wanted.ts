import { SettingsError } from "../../provider/errors.js";
import { type ImportWord, importKinds } from "../../provider/import.js";
import { nearest } from "../../provider/nearest.js";
import type { Flags, Wanted } from "./find-and-write.js";

const words = Object.keys(importKinds) as ImportWord[];

/** What the words of the command line ask for. Throws SettingsError when they do not fit together. */
export function wantedOf(
  { kind, id, name }: { kind?: string | undefined; id?: string | undefined; name?: string | undefined },
  { all }: Flags,
): Wanted {
  if (kind === undefined && !all) {
    throw new SettingsError(
      "Nothing says what to import; nothing was looked at. Give a kind and an id, such as `pulumi-vastai import instance 123`, or --all.",
    );
  }
  const word = words.find((known) => known === kind);
  if (kind !== undefined && word === undefined) {
    const meant = nearest(kind, words);
    const remedy = meant === undefined ? `Known are ${words.join(", ")}.` : `Did you mean ${meant}?`;
    throw new SettingsError(`There is no kind "${kind}" to import; nothing was looked at. ${remedy}`);
  }
  if (all) {
    if (id === undefined) return { all: word === undefined ? words : [word] };
    throw new SettingsError(
      `--all imports everything, and "${id}" names one ${kind}; nothing was looked at. Leave one of them out.`,
    );
  }
  if (word === undefined || id === undefined) {
    throw new SettingsError(
      `Nothing says which ${kind} to import; nothing was looked at. Give its id, or --all for all of the kind.`,
    );
  }
  return { word, id, name };
}
