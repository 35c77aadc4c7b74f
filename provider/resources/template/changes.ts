import { isDeepStrictEqual } from "node:util";
import { fullImage } from "../../api/image.js";
import { type ChangeEffect, type ChangeTable, isSameInput, type Sameness } from "../../engine/diff.js";
import type { Bag } from "../../engine/values.js";
import { OfferQuery } from "../../offer/query.js";
import { toWireFilters } from "../../offer/wire-filters.js";
import type { TemplateInputs } from "./inputs.js";

const IN_PLACE: readonly [ChangeEffect, string] = [
  "update",
  "Vast edits a template in place and gives it another hash",
];

/** What a change of each input does, and why. The compiler checks that no input is missing. */
export const onChange: ChangeTable<Required<TemplateInputs>> = {
  name: IN_PLACE,
  image: IN_PLACE,
  env: IN_PLACE,
  ports: IN_PLACE,
  dockerOptions: IN_PLACE,
  onstart: IN_PLACE,
  runtype: IN_PLACE,
  connection: IN_PLACE,
  args: IN_PLACE,
  jupyterDir: IN_PLACE,
  imageLogin: IN_PLACE,
  offer: IN_PLACE,
  recommendedDiskGb: IN_PLACE,
  description: IN_PLACE,
  descriptionMark: IN_PLACE,
  readme: IN_PLACE,
  readmeVisible: IN_PLACE,
  href: IN_PLACE,
  repo: IN_PLACE,
  private: IN_PLACE,
  volumeInfo: IN_PLACE,
  adoptTemplateId: ["ignore", "matters only when the resource is created"],
  ownerToken: ["ignore", "stays as it was when the resource was created"],
};

const trimmed = (before: string | undefined, wanted: string | undefined) =>
  (before ?? "").trim() === (wanted ?? "").trim();

/** Where Vast answers another spelling of the same thing (vast-api.md §3, normalisation). */
export const same: Sameness<TemplateInputs> = {
  image: (before, wanted) => fullImage(before ?? "") === fullImage(wanted),
  onstart: trimmed,
  description: trimmed,
  readme: trimmed,
  args: (before, wanted) => (before ?? []).length === 0 && (wanted ?? []).length === 0,
  offer: (before, wanted) => isDeepStrictEqual(filtersOf(before), filtersOf(wanted)),
};

/** An offer query in Vast's words; what a refresh found in Vast's words already stays as it is. */
export function filtersOf(query: unknown): Record<string, unknown> {
  const known = OfferQuery.safeParse(query ?? {});
  return known.success ? toWireFilters(known.data, { defaultFilters: false }) : (query as Record<string, unknown>);
}

/** Whether everything that can be changed and read back is as wanted. */
export function isAsWanted(observed: Bag, wanted: TemplateInputs): boolean {
  const keys = Object.keys(onChange) as (keyof TemplateInputs & string)[];
  return keys.every((key) => onChange[key][0] === "ignore" || isSameInput(same, key, observed, wanted));
}
