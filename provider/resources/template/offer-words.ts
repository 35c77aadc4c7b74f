import { isDeepStrictEqual } from "node:util";
import type { Comparable } from "../../offer/filters.js";
import { type FieldName, fieldNames, offerFields } from "../../offer/query.js";
import { filtersOf } from "./changes.js";

/** Vast's filters over offers as an offer query, and the columns that none of its keys says. */
export function offerInWords(filters: Readonly<Record<string, unknown>>): {
  readonly offer: Record<string, unknown> | undefined;
  readonly unsaid: readonly string[];
} {
  const said = Object.entries(filters).map(([column, conditions]) => ({ column, key: keyFor(column, conditions) }));
  const offer = Object.fromEntries(said.flatMap(({ key }) => (key === undefined ? [] : [key])));
  const unsaid = said.filter(({ key }) => key === undefined).map(({ column }) => column);
  return { offer: Object.keys(offer).length === 0 ? undefined : offer, unsaid };
}

/** The key of a query that means just these conditions. Units and spelling are found by trying: what comes out must be what went in. */
function keyFor(column: string, conditions: unknown): [FieldName, unknown] | undefined {
  if (typeof conditions !== "object" || conditions === null) return undefined;
  for (const name of fieldNames) {
    const field = offerFields[name];
    if (field.wire !== column) continue;
    const inUnits = (value: unknown): unknown =>
      Array.isArray(value) ? value.map(inUnits) : (field.read({ [field.column]: value as Comparable }) ?? value);
    const words = Object.fromEntries(Object.entries(conditions).map(([op, value]) => [op, inUnits(value)]));
    const plain = Object.keys(words).join() === "eq" ? [words.eq] : [];
    const query = [...plain, words].find((wish) =>
      isDeepStrictEqual(filtersOf({ [name]: wish }), { [column]: conditions }),
    );
    if (query !== undefined) return [name, query];
  }
  return undefined;
}
