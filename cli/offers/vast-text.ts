import type { FilterOp } from "../../provider/api/offers.js";
import { conditionsOf } from "../../provider/offer/filters.js";
import { type FieldName, fieldNames, type OfferQuery, offerFields } from "../../provider/offer/query.js";
import { toVast, vastWordOf } from "./vast-keys.js";
import { WITH_BLANKS } from "./vast-values.js";

const SIGNS: Readonly<Record<FilterOp, string>> = {
  eq: "=",
  neq: "!=",
  gt: ">",
  gte: ">=",
  lt: "<",
  lte: "<=",
  in: " in ",
  notin: " notin ",
};

/** What needs no quotes. An underscore stands for a blank there, in the values that have any. */
const BARE = /^[\w.+-]+( [\w.+-]+)*$/;
/** Words that mean something else without quotes. */
const TAKEN = new Set(["any"]);

/** A query in the language of Vast's own client: `gpu_name=RTX_4090 reliability>=0.98`. */
export function vastQueryText(query: OfferQuery): string {
  return fieldNames.flatMap((name) => conditionTexts(name, query[name])).join(" ");
}

function conditionTexts(name: FieldName, filter: unknown): string[] {
  const word = vastWordOf(name);
  if (filter === "any") return offerFields[name].takesAny ? [`${word}=any`] : [];
  return conditionsOf(filter, (value) => value).map(({ op, wanted }) => {
    const value = Array.isArray(wanted)
      ? `[${wanted.map((each) => valueText(name, each)).join(",")}]`
      : valueText(name, wanted);
    return `${word}${SIGNS[op]}${value}`;
  });
}

function valueText(name: FieldName, value: unknown): string {
  const text = toVast(name, value);
  if (typeof value !== "string") return text;
  // Every underscore of a GPU name is a blank by the time it is compared.
  const plain = name === "gpuName" ? text.replaceAll("_", " ") : text;
  const mayHaveBlanks = WITH_BLANKS.has(name) || !plain.includes(" ");
  const isBare = BARE.test(plain) && mayHaveBlanks && !plain.includes("_") && !TAKEN.has(plain);
  return isBare ? plain.replaceAll(" ", "_") : `"${text.replace(/["\\]/g, "\\$&")}"`;
}
