import { type Facts, type Field, keyFor } from "./field.js";
import type { Comparable, TextFilter, VersionOps } from "./filters.js";

interface TextFacts extends Facts {
  readonly normalise?: (value: Comparable) => Comparable;
  readonly problem?: Field["problem"];
}

/** A text compared letter by letter. */
export function text<Text extends string = string>(facts: TextFacts) {
  const { column } = facts;
  return keyFor<TextFilter<Text>>({
    kind: "text",
    wire: facts.wire ?? column,
    column,
    read: facts.read ?? ((offer) => textOf(offer[column])),
    normalise: facts.normalise ?? ((value) => value),
    toWire: facts.toWire ?? ((op, wanted) => ({ [op]: wanted })),
    problem: facts.problem ?? (() => undefined),
  });
}

/** A text out of a short list; `aliases` are other people's words for them. */
export function oneOf<const Text extends string>(
  facts: Facts & { allowed: readonly Text[]; aliases?: Readonly<Record<string, Text>> },
) {
  const { allowed } = facts;
  const aliases = new Map(Object.entries(facts.aliases ?? {}));
  return text<Text>({
    ...facts,
    problem: (value) => {
      if (allowed.some((each) => each === value)) return undefined;
      const meant =
        aliases.get(String(value).toLowerCase()) ?? allowed.find((each) => each === String(value).toLowerCase());
      const known = allowed.map((each) => `"${each}"`).join(" or ");
      return `but must be ${known}.${meant === undefined ? "" : ` Did you mean "${meant}"?`}`;
    },
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

/** A version of up to three numbers; the wire wants them as one number of three digits each. */
export function version(facts: Facts) {
  const { column } = facts;
  return keyFor<VersionOps>({
    kind: "version",
    wire: facts.wire ?? column,
    column,
    plainMeans: "gte",
    read: (offer) => toVersionNumber(offer[column], HOSTS_VERSION),
    normalise: (value) => toVersionNumber(value, USERS_VERSION) ?? Number.NaN,
    toWire: (op, wanted) => ({ [op]: wanted }),
    problem: (value) =>
      toVersionNumber(value, USERS_VERSION) === undefined
        ? 'but must be up to three numbers with dots, like "535.86.05".'
        : undefined,
  });
}

/** Takes what stands after the third number too: hosts with special builds write `550.54.15-grid`. */
const HOSTS_VERSION = /^\s*(\d+)(?:\.(\d+))?(?:\.(\d+))?/;
const USERS_VERSION = /^(\d{1,3})(?:\.(\d{1,3}))?(?:\.(\d{1,3}))?$/;

function toVersionNumber(value: unknown, form: RegExp): number | undefined {
  const parts = typeof value === "string" ? form.exec(value) : null;
  if (parts === null) return undefined;
  return Number(parts[1]) * 1e6 + Number(parts[2] ?? 0) * 1e3 + Number(parts[3] ?? 0);
}
