import { SettingsError } from "../../provider/errors.js";
import { nearest } from "../../provider/nearest.js";
import { type FieldName, offerFields, sortableFields } from "../../provider/offer/query.js";
import type { OrderBy } from "../../provider/offer/rank.js";
import { keyOf, vastWordOf, vastWords } from "./vast-keys.js";

type SortableField = OrderBy[number]["field"];

/**
 * An order as Vast's client writes it (`dph_total,reliability-`: a minus puts the highest first), or with directions
 * (`reliability:desc`); keys by Vast's names or the query's. Throws SettingsError that names the word.
 */
export function readOrder(text: string): OrderBy {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "")
    .map((word) => {
      const [, sign, name = "", end, direction] = /^([+-]?)(.*?)([+-]?)(?::(\w*))?$/.exec(word) ?? [];
      return { field: fieldOf(name, word), direction: directionOf(direction, `${sign}${end}`, word) };
    });
}

function fieldOf(name: string, word: string): SortableField {
  const found: FieldName | undefined = keyOf(name)?.name;
  const sortable = sortableFields.find((field) => field === found);
  if (sortable !== undefined) return sortable;
  const meant = nearest(name, [...vastWords.filter((each) => isSortable(keyOf(each)?.name)), ...sortableFields]);
  const hint = meant === undefined ? "" : ` Did you mean "${meant}"?`;
  const because =
    found === undefined
      ? "is not a key of offers."
      : `has no order: ${vastWordOf(found)} is a ${offerFields[found].kind}.`;
  throw new SettingsError(`"${word}" of --order ${because}${found === undefined ? hint : ""} Nothing was looked for.`);
}

function isSortable(name: FieldName | undefined): boolean {
  return sortableFields.some((field) => field === name);
}

function directionOf(direction: string | undefined, signs: string, word: string): "asc" | "desc" {
  if (direction === undefined) return signs.includes("-") ? "desc" : "asc";
  if (signs === "" && (direction === "asc" || direction === "desc")) return direction;
  throw new SettingsError(
    `"${word}" of --order has no direction that is known. Write ${word.replace(/[+-]?(:.*)?$/, "")}:asc (lowest first) or :desc ` +
      "(highest first). Nothing was looked for.",
  );
}
