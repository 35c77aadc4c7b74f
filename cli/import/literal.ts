/** A piece of a program that stands for a value. */
export class Code {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Lines are broken where they would be longer; what cannot be broken may be longer. */
const MOST_COLUMNS = 100;

/**
 * A value as TypeScript writes it: on one line where it fits and may be, else an item a line. `indent` stands before the line on which it
 * begins.
 */
export function literal(value: unknown, { indent = "", mayBeShort = true } = {}): string {
  const short = onOneLine(value);
  const isEmpty = short === "{}" || short === "[]";
  if (isEmpty || (mayBeShort && short.length + indent.length <= MOST_COLUMNS && !short.includes("\n"))) return short;
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    return `[\n${value.map((item) => `${deeper}${literal(item, { indent: deeper })},\n`).join("")}${indent}]`;
  }
  if (!isObject(value)) return short;
  const lines = Object.entries(value).map(
    ([key, item]) => `${deeper}${keyText(key)}: ${literal(item, { indent: deeper })},\n`,
  );
  return `{\n${lines.join("")}${indent}}`;
}

function onOneLine(value: unknown): string {
  if (value instanceof Code) return value.text;
  if (typeof value === "string") return value.includes("\n") ? template(value) : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "undefined";
  const entries = Object.entries(value).map(([key, item]) => `${keyText(key)}: ${onOneLine(item)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** A text of several lines, such as a start script. A carriage return would be read as a line feed. */
function template(text: string): string {
  const escaped = text.replace(/\\|`|\$\{/g, "\\$&").replaceAll("\r", "\\r");
  return `\`${escaped}\``;
}

/** A plain `__proto__` would set the prototype and not a key. */
function keyText(key: string): string {
  if (key === "__proto__") return `["${key}"]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !(value instanceof Code);
}
