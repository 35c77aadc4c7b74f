import { gpuNameOf } from "./gpu-names.js";
import { fieldNames, type OfferQuery } from "./query.js";

const SIGNS: Readonly<Record<string, string>> = {
  eq: "=",
  neq: "≠",
  gt: ">",
  gte: "≥",
  lt: "<",
  lte: "≤",
  in: "one of",
  notin: "none of",
};

/** A query as one short line for messages: `1x RTX 4090, DE, reliability ≥ 0.99`. */
export function describeQuery(query: OfferQuery): string {
  const { gpuCount, gpuName, country, ...rest } = query;
  const names = wordsOf(gpuName)?.map(gpuNameOf).join(" or ");
  const countries = wordsOf(country)?.join(" or ");
  const counted = typeof gpuCount === "number";
  const first = counted ? `${gpuCount}x ${names ?? "GPU"}` : names;
  const others: OfferQuery = {
    ...(counted ? {} : { gpuCount }),
    ...(names === undefined ? { gpuName } : {}),
    ...(countries === undefined ? { country } : {}),
    ...rest,
  };
  const conditions = fieldNames.flatMap((name) => {
    const filter = others[name];
    return filter === undefined ? [] : [describeFilter(name, filter)];
  });
  return [first, countries, ...conditions].filter((part) => part !== undefined).join(", ") || "any offer";
}

/** What a filter wants, without the name of its key: `≥ 0.99`, `one of DE, FR`. */
export function describeCondition(filter: unknown): string {
  if (Array.isArray(filter)) return `one of ${filter.join(", ")}`;
  if (typeof filter !== "object" || filter === null) return String(filter);
  return Object.entries(filter)
    .filter(([, wanted]) => wanted !== undefined)
    .map(([op, wanted]) => `${SIGNS[op]} ${Array.isArray(wanted) ? wanted.join(", ") : String(wanted)}`)
    .join(" and ");
}

/** One filter with the name of its key: `reliability ≥ 0.99`, `country one of DE, FR`, `not external`. */
export function describeFilter(name: string, filter: unknown): string {
  if (filter === true) return name;
  if (filter === false) return `not ${name}`;
  if (typeof filter === "object" && filter !== null && !Array.isArray(filter))
    return `${name} ${describeCondition(filter)}`;
  return `${name} ${Array.isArray(filter) ? describeCondition(filter) : `= ${String(filter)}`}`;
}

/** The words of a text filter that only lists what will do. */
function wordsOf(filter: OfferQuery["gpuName"]): string[] | undefined {
  if (typeof filter === "string") return [filter];
  return Array.isArray(filter) ? filter : undefined;
}
