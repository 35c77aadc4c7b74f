import { z } from "zod";
import { checkQuery } from "./check-query.js";
import { type Field, fieldOf } from "./field.js";
import type { NumberOps } from "./filters.js";
import { gpuKeys } from "./query-gpu.js";
import { machineKeys } from "./query-machine.js";
import { marketKeys } from "./query-market.js";
import { unknownKeyMessage } from "./unknown-key.js";

const keys = { ...gpuKeys, ...machineKeys, ...marketKeys };

/** Name of a key of a query. */
export type FieldName = keyof typeof keys;

/** What the provider knows of each key of a query. */
export const offerFields = Object.fromEntries(
  Object.entries(keys).map(([name, schema]) => {
    const field = fieldOf.get(schema);
    if (field === undefined) throw new Error(`The key ${name} of an offer query has no field behind it.`);
    return [name, field];
  }),
) as Readonly<Record<FieldName, Field>>;

/** The keys of a query, in the order in which they are documented. */
export const fieldNames = Object.keys(keys) as FieldName[];

/**
 * Which offers will do; every condition must hold. Conditions that Vast's server doesn't honour are checked again on what
 * it answers, and an offer that doesn't tell a value fails every condition on it.
 */
export const OfferQuery = z
  .strictObject(keys, {
    error: (issue) => (issue.code === "unrecognized_keys" ? unknownKeyMessage(issue.keys, offerFields) : undefined),
  })
  .superRefine((query, context) => {
    for (const { path, message, input } of checkQuery(query, offerFields)) {
      context.addIssue({ code: "custom", path: [...path], message, input });
    }
  });
/** Which offers will do. */
export type OfferQuery = z.infer<typeof OfferQuery>;

/** Names of the keys whose values have an order: numbers and flags. */
export type SortableField = {
  [Name in FieldName]: NonNullable<OfferQuery[Name]> extends number | NumberOps | boolean | "any" ? Name : never;
}[FieldName];

/** The keys by which offers can be sorted. */
export const sortableFields = fieldNames.filter((name): name is SortableField =>
  ["number", "flag"].includes(offerFields[name].kind),
);
