import type { FilterOp } from "../../provider/api/offers.js";
import { gpuNameOf } from "../../provider/offer/gpu-names.js";
import { type FieldName, offerFields } from "../../provider/offer/query.js";
import type { Reading } from "./reading.js";
import { fromVast, type VastKey } from "./vast-keys.js";

const NUMBER = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const QUOTED = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y;
const ANY = new Set(["any", "?", "*"]);
/** Texts whose blanks Vast's client writes as underscores. */
export const WITH_BLANKS: ReadonlySet<FieldName> = new Set(["gpuName", "motherboard"]);

/** One value as it was written. */
export interface Value {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** The value behind an operator, and for `in` and `notin` all of them: in brackets, in quotes, or up to the next blank. */
export function readValues(reading: Reading, op: FilterOp): Value[] {
  if (reading.take(/\[/y) !== undefined) return readList(reading);
  const quoted = readQuoted(reading);
  if (quoted) return [quoted];
  const bare = reading.take(/[^\s]+/y)?.replace(/,+$/, "") ?? "";
  const texts = op === "in" || op === "notin" ? bare.split(",") : [bare];
  return texts.map((text) => ({ text: text.trim(), isQuoted: false })).filter(({ text }) => text !== "");
}

function readList(reading: Reading): Value[] {
  const from = reading.at - 1;
  const values: Value[] = [];
  for (;;) {
    reading.take(/[\s,]*/y);
    if (reading.take(/\]/y) !== undefined) return values;
    if (reading.isAtEnd) reading.fail("begins a list that has no end. Put a ] behind it.", from);
    values.push(readQuoted(reading) ?? { text: (reading.take(/[^,\]]+/y) ?? "").trim(), isQuoted: false });
  }
}

function readQuoted(reading: Reading): Value | undefined {
  const quoted = reading.take(QUOTED);
  if (quoted !== undefined) return { text: quoted.slice(1, -1).replace(/\\(.)/gs, "$1"), isQuoted: true };
  if (/["']/.test(reading.text[reading.at] ?? "")) reading.fail("begins a quoted value that has no end.");
  return undefined;
}

/** The value of a condition in the query's units; `any` where a default filter is dropped, undefined where nothing is asked. */
export function wantedOf(reading: Reading, key: VastKey, op: FilterOp, values: readonly Value[], at: number): unknown {
  const { kind, takesAny } = offerFields[key.name];
  const [first] = values;
  if (first === undefined) return reading.fail(`stands where a value of ${key.name} should.`, at);
  if (op !== "in" && op !== "notin" && values.length > 1) {
    return reading.fail("is a list, which only goes with in and notin.", at);
  }
  if (!first.isQuoted && ANY.has(first.text)) {
    return op === "eq" ? (takesAny ? "any" : undefined) : reading.fail("only goes with =.", at);
  }
  if (kind === "flag") {
    const truth = /^(true|false)$/i.exec(first.text)?.[0].toLowerCase() === "true";
    if (!/^(true|false)$/i.test(first.text) || (op !== "eq" && op !== "neq")) {
      return reading.fail(
        `does not go with ${key.name}, which is true or false. Write =true, =false or leave it out.`,
        at,
      );
    }
    return truth === (op === "eq");
  }
  const each = values.map(({ text, isQuoted }) => {
    if (kind === "number" && !NUMBER.test(text)) return reading.fail(`is not a number, which ${key.name} wants.`, at);
    const value = fromVast(key, text);
    if (key.name === "gpuName") return gpuNameOf(value);
    return typeof value === "string" && !isQuoted && WITH_BLANKS.has(key.name) ? value.replaceAll("_", " ") : value;
  });
  return op === "in" || op === "notin" ? each : each[0];
}
