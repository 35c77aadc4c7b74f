// The names under which the command line of Vast's own client knows what a query knows.
import { type FieldName, fieldNames, offerFields } from "../../provider/offer/query.js";

/** Names that Vast's client takes beside those of the API (its `offers_alias` and its help), and older ones. */
const OTHER_WORDS: Readonly<Record<string, FieldName>> = {
  cuda_vers: "cudaVersion",
  display_active: "gpuDisplayActive",
  dlperf_usd: "dlperfPerDollar",
  dph: "dollarsPerHour",
  flops_usd: "tflopsPerDollar",
  reliability2: "reliability",
  ubuntu_version: "osVersion",
};

/** The words of Vast's client: the API's own names of values and of filters, and {@link OTHER_WORDS}. */
const VAST_WORDS: ReadonlyMap<string, FieldName> = new Map([
  ...fieldNames.map((name): [string, FieldName] => [offerFields[name].column, name]),
  // Two keys can read the same value: the one whose filter has the name gets it.
  ...fieldNames.map((name): [string, FieldName] => [offerFields[name].wire, name]),
  ...(Object.entries(OTHER_WORDS) as [string, FieldName][]),
]);

/** Every word of Vast's client, for hints. */
export const vastWords: readonly string[] = [...VAST_WORDS.keys()];

/** Places by which Vast's number is longer than the query's: Vast's client has a compute capability of 890, and a query 8.9. */
const MORE_PLACES: Partial<Record<FieldName, number>> = { computeCapability: 2 };

/** A key, and by how many places its numbers are to be shifted. */
export interface VastKey {
  readonly name: FieldName;
  readonly places: number;
}

/** The key behind a word of Vast's client, or behind a name of the typed query, whose units are its own; undefined when there is none. */
export function keyOf(word: string): VastKey | undefined {
  const name = VAST_WORDS.get(word);
  if (name !== undefined) return { name, places: MORE_PLACES[name] ?? 0 };
  const own = fieldNames.find((each) => each === word);
  return own === undefined ? undefined : { name: own, places: 0 };
}

/** The word of Vast's client for a key. */
export function vastWordOf(name: FieldName): string {
  return name === "osVersion" ? "ubuntu_version" : offerFields[name].wire;
}

/** The API numbers the kinds of hosts. */
const HOSTING_TYPES = ["consumer", "datacenter"];

/** A value of Vast's client as the query has it. Numbers are shifted in their digits, for 890 / 100 is not always 8.9. */
export function fromVast({ name, places }: VastKey, text: string): string | number {
  const kind = offerFields[name].kind;
  if (kind === "number") return Number(shifted(text, -places));
  return name === "hostingType" ? (HOSTING_TYPES[Number(text)] ?? text) : text;
}

/** A value of the query as Vast's client has it. */
export function toVast(name: FieldName, value: unknown): string {
  if (name === "hostingType") return String(HOSTING_TYPES.indexOf(String(value)));
  const places = MORE_PLACES[name] ?? 0;
  if (typeof value !== "number" || places === 0) return String(value);
  const plain = String(Number(shifted(String(value), places)));
  return fromVast({ name, places }, plain) === value ? plain : shifted(String(value), places);
}

function shifted(text: string, places: number): string {
  if (places === 0) return text;
  const [digits = "", exponent = "0"] = text.toLowerCase().split("e");
  return `${digits}e${Number(exponent) + places}`;
}
