import type { FilterOp } from "../../provider/api/offers.js";
import { nearest } from "../../provider/nearest.js";
import { type FieldName, offerFields } from "../../provider/offer/query.js";
import { Reading, type ReadText } from "./reading.js";
import { keyOf, vastWords } from "./vast-keys.js";
import { readValues, wantedOf } from "./vast-values.js";

/** The operators of Vast's client, in all its spellings. */
const OPERATORS: Readonly<Record<string, FilterOp>> = {
  "=": "eq",
  "==": "eq",
  eq: "eq",
  "!=": "neq",
  neq: "neq",
  noteq: "neq",
  "not eq": "neq",
  ">": "gt",
  gt: "gt",
  ">=": "gte",
  gte: "gte",
  "<": "lt",
  lt: "lt",
  "<=": "lte",
  lte: "lte",
  in: "in",
  notin: "notin",
  "not in": "notin",
  nin: "notin",
};

const OPERATOR = /[=!<>]+|(?:not\s*eq|not\s*in|neq|nin|eq|in|[lg]te?)(?![\w.])/iy;
interface Condition {
  readonly name: FieldName;
  readonly op: FilterOp;
  /** Undefined for a wildcard, which asks for nothing. */
  readonly wanted: unknown;
  readonly from: number;
  readonly to: number;
}

/**
 * Reads the query language of Vast's own client: `gpu_name=RTX_4090 num_gpus>=2 geolocation in [DE,FR]`, with its names and units
 * (`duration` in days, memory in GB, `compute_cap` times 100). Takes the names of the typed query too. Throws SettingsError that names
 * the word and its position.
 */
export function readVastQuery(text: string): ReadText {
  const reading = new Reading(text);
  const conditions: Condition[] = [];
  for (reading.take(/[\s,]*/y); !reading.isAtEnd; reading.take(/[\s,]*/y)) {
    const condition = readCondition(reading);
    if (conditions.some(({ name, op }) => name === condition.name && op === condition.op)) {
      reading.fail("asks a second time what was asked before. Leave one of them out.", condition.from);
    }
    conditions.push(condition);
  }
  const names = [...new Set(conditions.filter(({ wanted }) => wanted !== undefined).map(({ name }) => name))];
  const filterOf = (name: FieldName) =>
    filterOfConditions(
      name,
      conditions.filter((each) => each.name === name),
    );
  return {
    query: Object.fromEntries(names.map((name) => [name, filterOf(name)])),
    place: ([name, op]) => {
      const ofName = conditions.filter((each) => each.name === name);
      const meant = ofName.find((each) => each.op === op) ?? ofName[0];
      return meant && reading.quoted(meant.from, meant.to);
    },
  };
}

function readCondition(reading: Reading): Condition {
  const from = reading.at;
  const word = reading.take(/[A-Za-z_]\w*/y);
  if (word === undefined) {
    return reading.fail("stands where a key should. A value with blanks needs underscores (RTX_4090) or quotes.", from);
  }
  const key = keyOf(word) ?? reading.fail(unknownWord(word), from);
  reading.take(/\s*/y);
  const op = readOperator(reading, word);
  reading.take(/\s*/y);
  const valueAt = reading.at;
  const values = readValues(reading, op);
  const wanted = wantedOf(reading, key, op, values, valueAt);
  return { name: key.name, op: offerFields[key.name].kind === "flag" ? "eq" : op, wanted, from, to: reading.at };
}

function unknownWord(word: string): string {
  if (word === "id" || word === "ask_contract_id") {
    return "is no filter: an offer that is known by its id is rented with the input `offerId` of an Instance.";
  }
  const meant = nearest(word, vastWords);
  return `is not a key of offers.${meant === undefined ? "" : ` Did you mean "${meant}"?`}`;
}

function readOperator(reading: Reading, word: string): FilterOp {
  const at = reading.at;
  const op = reading.take(OPERATOR)?.toLowerCase().replace(/\s+/g, " ");
  if (op === undefined)
    return reading.fail(`stands where an operator of ${word} should: =, !=, <, <=, >, >=, in or notin.`);
  const known = OPERATORS[op];
  if (known !== undefined) return known;
  const turned = [...op].reverse().join("");
  const meant = Object.hasOwn(OPERATORS, turned) ? turned : op === "<>" ? "!=" : undefined;
  reading.at = at;
  return reading.fail(
    `: ${op} is not an operator. ${meant === undefined ? "Known are =, !=, <, <=, >, >=, in and notin." : `Did you mean ${meant}?`}`,
  );
}

/** The conditions on one key as people write them: a plain value or list where that says it, else all by their operators. */
function filterOfConditions(name: FieldName, conditions: readonly Condition[]): unknown {
  const field = offerFields[name];
  const [first] = conditions;
  const isAlone = conditions.length === 1 && first !== undefined;
  // A plain "any" would ask for nothing.
  const isPlain = field.plainMeans === undefined && (field.kind === "flag" || first?.wanted !== "any");
  if (isAlone && first.op === "eq" && isPlain) return first.wanted;
  if (isAlone && first.op === "in" && field.kind === "text") return first.wanted;
  return Object.fromEntries(
    conditions.filter(({ wanted }) => wanted !== undefined).map(({ op, wanted }) => [op, wanted]),
  );
}
