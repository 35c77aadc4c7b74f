import { nearest } from "../nearest.js";
import type { Field } from "./field.js";
import { type Comparable, canHold, conditionsOf, numberOps, textOps } from "./filters.js";

/** Something wrong with a query. */
export interface QueryProblem {
  /** Where, from the query downwards. */
  readonly path: readonly (string | number)[];
  /** One or two sentences that name the place, the value and what to write instead. */
  readonly message: string;
  readonly input: unknown;
}

/** Other people's words for operators. */
const OTHER_OPS = new Map(
  Object.entries({
    min: "gte",
    max: "lte",
    ge: "gte",
    le: "lte",
    ne: "neq",
    nin: "notin",
    notIn: "notin",
    not: "neq",
    ">": "gt",
    ">=": "gte",
    "<": "lt",
    "<=": "lte",
    "=": "eq",
    "==": "eq",
    "!=": "neq",
  }),
);

/** All that is wrong with the known keys of a query; empty when it can be searched for. */
export function checkQuery(
  query: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, Field>>,
): QueryProblem[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const filter = query[name];
    if (filter === undefined) return [];
    const problems = checkFilter(name, field, filter);
    return problems.length > 0 ? problems : checkTogether(name, field, filter);
  });
}

function checkFilter(name: string, field: Field, filter: unknown): QueryProblem[] {
  const wrong = (message: string) => [{ path: [name], message: `${name} ${message}`, input: filter }];
  if (field.kind === "flag") {
    if (typeof filter === "boolean" || (field.takesAny && filter === "any")) return [];
    return wrong(`is ${show(filter)}, but must be true or false${field.takesAny ? ' or "any"' : ""}.`);
  }
  if (filter === null) return wrong("is null. Leave it out to take any.");
  if (Array.isArray(filter)) {
    if (field.kind === "text") return checkList([name], field, filter);
    return wrong(`is a list. Write { in: ${show(filter)} } for any of these.`);
  }
  if (typeof filter === "object") return checkOps(name, field, filter);
  const problems = checkValue([name], field, filter);
  if (problems.length > 0 || field.plainMeans === undefined) return problems;
  const words = field.plainMeans === "gte" ? "at least" : "at most";
  return wrong(
    `is ${show(filter)}, which would take only offers at exactly that value. ` +
      `Write { ${field.plainMeans}: ${show(filter)} } for ${words} that, or { eq: ${show(filter)} } for exactly that.`,
  );
}

function checkOps(name: string, field: Field, ops: object): QueryProblem[] {
  const known: readonly string[] = field.kind === "text" ? textOps : numberOps;
  const given = Object.entries(ops).filter(([, wanted]) => wanted !== undefined);
  if (given.length === 0) {
    return [{ path: [name], message: `${name} has no condition. Leave it out to take any.`, input: ops }];
  }
  return given.flatMap(([op, wanted]) => {
    const path = [name, op];
    if (!known.includes(op)) {
      const meant = OTHER_OPS.get(op) ?? nearest(op, known);
      const hint = meant !== undefined && known.includes(meant) ? `Did you mean "${meant}"?` : `Use ${list(known)}.`;
      return [{ path, message: `"${op}" is not an operator of ${name}. ${hint}`, input: wanted }];
    }
    if (op !== "in" && op !== "notin") return checkValue(path, field, wanted);
    if (Array.isArray(wanted)) return checkList(path, field, wanted);
    return [
      { path, message: `${path.join(".")} is ${show(wanted)}, but must be a list: [${show(wanted)}].`, input: wanted },
    ];
  });
}

function checkList(path: string[], field: Field, values: readonly unknown[]): QueryProblem[] {
  if (values.length > 0) return values.flatMap((value, index) => checkValue([...path, index], field, value));
  return [
    {
      path,
      message: `${path.join(".")} is an empty list. Put something in, or leave it out to take any.`,
      input: values,
    },
  ];
}

function checkValue(path: readonly (string | number)[], field: Field, value: unknown): QueryProblem[] {
  const wanted = field.kind === "number" ? "number" : "string";
  const wrong = (rest: string) => [{ path, message: `${path.join(".")} is ${show(value)}, ${rest}`, input: value }];
  if (typeof value !== wanted) return wrong(`but must be a ${wanted === "number" ? "number" : "text"}.`);
  if (wanted === "string" && String(value).trim() === "") return wrong("but must not be empty.");
  const problem = field.problem(value as Comparable);
  return problem === undefined ? [] : wrong(problem);
}

/** Conditions that are fine one by one, and that no offer can meet together. */
function checkTogether(name: string, field: Field, filter: unknown): QueryProblem[] {
  const conditions = conditionsOf(filter, (value) => field.normalise(value));
  return canHold(conditions)
    ? []
    : [
        {
          path: [name],
          message: `${name} is ${show(filter)}, which can never hold. Loosen one of the conditions.`,
          input: filter,
        },
      ];
}

function list(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function show(value: unknown): string {
  const shown = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return shown.length > 80 ? `${shown.slice(0, 77)}...` : shown;
}
