import { wrap } from "../text.js";
import { Code, literal } from "./literal.js";
import type { PlannedResource } from "./plan.js";

/** Comments are not longer. */
const MOST_COLUMNS = 100;

/** A program with these resources, for a person to paste into theirs. */
export function programText(resources: readonly PlannedResource[]): string {
  const needsConfig = resources.some(({ secrets }) => secrets.length > 0);
  const head = [
    ...(needsConfig ? ['import * as pulumi from "@pulumi/pulumi";'] : []),
    'import * as vastai from "pulumi-vastai";',
    ...(needsConfig ? ["", "const config = new pulumi.Config();"] : []),
  ];
  return `${head.join("\n")}\n${resources.map((resource) => `\n${statement(resource)}`).join("")}`;
}

function statement({ kind, name, identifier, record, secrets }: PlannedResource): string {
  const about = [`${kind} ${record.id} on Vast.`, ...(record.notes ?? [])];
  const comment = wrap(inOneLine(about.join(" ")), MOST_COLUMNS - 3).map((line) => `// ${line}\n`);
  const args = Object.entries(record.args).filter(([key, value]) => key !== record.nameInput || value !== name);
  const shown = secrets.reduce(
    (bag, { path, key }) => withValue(bag, path, new Code(`config.requireSecret(${JSON.stringify(key)})`)),
    Object.fromEntries(args),
  );
  const made = `new vastai.${kind}(${JSON.stringify(name)}, `;
  return `${comment.join("")}const ${identifier} = ${made}${literal(shown, { mayBeShort: false })});\n`;
}

/** The bag with another value at a path. */
export function withValue(
  bag: Readonly<Record<string, unknown>>,
  [first = "", ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> {
  const inner = bag[first];
  const next = rest.length === 0 ? value : withValue((inner ?? {}) as Record<string, unknown>, rest, value);
  const entries = Object.entries(bag).map(([key, old]) => [key, key === first ? next : old]);
  return Object.fromEntries(first in bag ? entries : [...entries, [first, next]]);
}

/** What came from Vast may hold any sign; one that ends a line would end the comment. */
function inOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
}
