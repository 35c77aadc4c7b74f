import type { Refused } from "../../provider/engine/import-record.js";
import type { ImportWord } from "../../provider/import.js";
import { type Column, table } from "../table.js";
import { plain } from "../text.js";
import type { PlannedResource } from "./plan.js";

/** A thing that is left out, with its word on the command line. */
export type LeftOut = Refused & { readonly word: ImportWord };

/** A name is cut beyond. */
const LONGEST = 40;

interface Row {
  readonly cells: readonly string[];
  readonly because: string;
}

const COLUMNS = ["KIND", "ID", "KNOWN AS", "RESOURCE"].map(
  (title, i): Column<Row> => ({ title, cell: ({ cells }) => cut(plain(cells[i] ?? "")), align: "left" }),
);

/** What was found, for a person: a line each, and why a thing is left out beneath it. */
export function foundTable(
  resources: readonly PlannedResource[],
  leftOut: readonly LeftOut[],
  columns: number | undefined,
): string {
  const rows: Row[] = [
    ...resources.map(({ word, name, record }) => ({ cells: [word, record.id, record.knownAs, name], because: "" })),
    ...leftOut.map(({ word, id, knownAs, because }) => ({ cells: [word, id, knownAs, "(left out)"], because })),
  ];
  return `${table(COLUMNS, rows, { columns, colors: false }, ({ because }) => plain(because))}\n`;
}

/** What to do with the file and the program. */
export function nextSteps(resources: readonly PlannedResource[], file: string): string {
  const secrets = resources.flatMap(({ name, secrets: own }) => own.map((secret) => ({ name, ...secret })));
  const steps: Step[] = [
    {
      says: "Put the resources into the current stack, in the folder of its project (Pulumi CLI 3.254 or newer); nothing changes on Vast:",
      commands: [`pulumi import --file ${quoted(file)} --generate-code=false --protect=false`],
    },
    {
      says: "Give the program its secrets:",
      commands: secrets.map(({ name, path, key, isUntold }) => {
        const where = isUntold ? "not told by Vast" : `in the file: ${path.join(".")} of ${name}`;
        return `pulumi config set --secret ${key}  # ${where}`;
      }),
    },
    { says: "Paste the program into yours." },
    { says: previewText(resources) },
    { says: `Delete ${file}: it holds secrets in the clear.` },
  ];
  return steps
    .filter(({ commands }) => commands?.length !== 0)
    .map(({ says, commands = [] }, i) =>
      [`  ${i + 1}. ${says}`, ...commands.map((text) => `       ${text}`)].join("\n"),
    )
    .join("\n")
    .concat("\n");
}

/** What the preview after an import is to show. */
function previewText(resources: readonly PlannedResource[]): string {
  const named = (found: readonly PlannedResource[]) => found.map(({ name }) => name).join(", ");
  const untold = resources.filter(({ secrets }) => secrets.some(({ isUntold }) => isUntold));
  const marked = resources.filter(({ kind, record }) => kind === "Instance" && record.inputs.ownerToken !== undefined);
  const updates = [
    ...(untold.length === 0 ? [] : [`${named(untold)}, whose secrets Vast does not tell`]),
    ...(marked.length === 0 ? [] : [`the \`ownerToken\` of ${named(marked)}, by which it gets this stack's mark`]),
  ];
  return updates.length === 0
    ? "Look: `pulumi preview` shows no change. If it shows one, run no `pulumi up` until the program says what is there."
    : `Look: \`pulumi preview\` updates ${updates.join(", and ")}, and changes nothing else.`;
}

/** Something for the person to do, and what to type for it. */
interface Step {
  readonly says: string;
  readonly commands?: readonly string[];
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

/** A path as one word of a shell. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
