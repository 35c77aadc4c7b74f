import type { ZodType, z } from "zod";
import { nearest } from "../nearest.js";
import type { CheckFailure } from "./lifecycle.js";
import type { Bag } from "./values.js";

/** The result of reading inputs by a schema: the completed inputs, or one failure for each thing that is wrong. */
export type Checked<T> = { inputs: T; failures: [] } | { inputs: undefined; failures: CheckFailure[] };

type Issue = z.core.$ZodIssue;

/**
 * Reads inputs by a schema and says what is wrong with each: the dotted path, the value, and what would be right. Values
 * below the paths in `secret` are not repeated.
 */
export function checkBySchema<T>(schema: ZodType<T>, bag: Bag, secret: readonly string[]): Checked<T> {
  const parsed = schema.safeParse(bag, { reportInput: true });
  if (parsed.success) return { inputs: parsed.data, failures: [] };
  const keysAt = (path: readonly PropertyKey[]) => knownKeys(schema, path);
  return { inputs: undefined, failures: parsed.error.issues.flatMap((issue) => failuresOf(issue, [], secret, keysAt)) };
}

function failuresOf(
  issue: Issue,
  parents: readonly PropertyKey[],
  secret: readonly string[],
  keysAt: (path: readonly PropertyKey[]) => readonly string[],
): CheckFailure[] {
  const path = [...parents, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    // A schema that knows other spellings of its keys says so itself.
    const own = issue.message.startsWith("Unrecognized key") ? undefined : issue.message;
    return issue.keys.map((key) => ({
      property: [...path, key].join("."),
      reason: own ?? unknownKey(key, keysAt(path)),
    }));
  }
  if (issue.code === "invalid_union" && issue.message === "Invalid input") {
    const branch = likeliestBranch(issue.errors);
    if (branch.length > 0) return branch.flatMap((inner) => failuresOf(inner, path, secret, keysAt));
  }
  // What is wrong with the whole is shown without it: the secrets are part of it.
  const shown = path.length === 0 || secret.includes(String(path[0])) ? "" : valueText(issue.input);
  const reason = reasonOf(issue);
  return [{ property: path.join("."), reason: shown ? `${reason} (it is ${shown})` : reason }];
}

function reasonOf(issue: Issue): string {
  if (issue.code !== "invalid_union" || issue.message !== "Invalid input") return withoutPreface(issue.message);
  const branches = issue.errors.flatMap((branch) => branch.map(({ message }) => withoutPreface(message)));
  // "expected number, received boolean" of one branch and "expected string, …" of another become one wish.
  const wishes = branches.flatMap((text) => /^expected ([^,]+)/.exec(text)?.[1] ?? []);
  return wishes.length > 0 ? `expected ${[...new Set(wishes)].join(" or ")}` : issue.message;
}

function withoutPreface(message: string): string {
  return message.replace(/^Invalid input: /, "");
}

/** Of a union's branches the one that got furthest: its complaint is about what the user meant. */
function likeliestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const depth = (issues: readonly Issue[]) => Math.max(...issues.map((issue) => issue.path.length));
  const inside = branches.filter((issues) =>
    issues.some((issue) => issue.path.length > 0 || issue.code === "unrecognized_keys"),
  );
  return [...inside].sort((a, b) => depth(b) - depth(a))[0] ?? [];
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  if (meant) return `there is no input of this name; did you mean \`${meant}\`?`;
  return `there is no input of this name; known are ${known.join(", ")}.`;
}

function valueText(value: unknown): string {
  if (value === undefined) return "";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** The keys of the object schema at a path, looking through lists, records, and optional, default and union wrappers. */
function knownKeys(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  const defs = definitionsOf(schema);
  const [first, ...rest] = path;
  if (first === undefined) return defs.flatMap((def) => Object.keys(def.shape ?? {}));
  return defs.flatMap((def) => knownKeys(def.shape?.[String(first)] ?? def.element ?? def.valueType, rest));
}

/** The parts of a schema's definition that lead to other schemas, as zod names them. */
interface Definition {
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly element?: unknown;
  readonly valueType?: unknown;
  readonly innerType?: unknown;
  readonly in?: unknown;
  readonly out?: unknown;
  readonly options?: readonly unknown[];
}

/** The definitions of a schema without its wrappers; several for a union. */
function definitionsOf(schema: unknown): Definition[] {
  const def = (schema as { def?: Definition } | undefined)?.def;
  if (!def) return [];
  const wrapped = [def.innerType, def.in, def.out, ...(def.options ?? [])].filter((inner) => inner !== undefined);
  return wrapped.length > 0 ? wrapped.flatMap(definitionsOf) : [def];
}
