import { styleText } from "node:util";
import { dollarsBilledAbout, dollarsPerHourNow, type Orphan } from "../../provider/orphans.js";
import { plain, wrap } from "../text.js";
import { adviceOf, ageText } from "./words.js";

/** How wide lines may be and whether they may have colours; a pipe has neither limit nor colours. */
export interface Paper {
  readonly columns: number | undefined;
  readonly colors: boolean;
}

interface Column {
  readonly title: string;
  readonly cell: (orphan: Orphan) => string;
  readonly align: "left" | "right";
  /** May be cut when the lines would get too long. */
  readonly shrinks?: true;
}

const COLUMNS: readonly Column[] = [
  { title: "ID", cell: ({ row }) => String(row.id), align: "right" },
  { title: "LABEL", cell: ({ row }) => plain(row.label ?? ""), align: "left", shrinks: true },
  { title: "KIND", cell: ({ kind }) => kind, align: "left" },
  { title: "AGE", cell: ({ ageMs }) => (ageMs === undefined ? "?" : ageText(ageMs)), align: "right" },
  { title: "STATUS", cell: ({ row }) => plain(row.actual_status ?? "no report"), align: "left" },
  { title: "$/H NOW", cell: ({ row }) => dollarsPerHourNow(row)?.toFixed(3) ?? "?", align: "right" },
  { title: "BILLED~", cell: (orphan) => dollarsBilledAbout(orphan)?.toFixed(2) ?? "?", align: "right" },
];

const GAP = "  ";
/** A label is never cut below this: the word before the mark is what people know it by. */
const SHORTEST = 12;
/** What notes stand under: the first column. */
const INDENT = "    ";

/** A table of orphans, with what is known of each beneath its row. */
export function orphanTable(orphans: readonly Orphan[], paper: Paper): string {
  const widths = COLUMNS.map(({ title, cell }) => Math.max(title.length, ...orphans.map((o) => cell(o).length)));
  const tooWide = sum(widths) + GAP.length * (COLUMNS.length - 1) - (paper.columns ?? Number.POSITIVE_INFINITY);
  const fitted = widths.map((width, i) =>
    COLUMNS[i]?.shrinks && tooWide > 0 ? Math.max(SHORTEST, width - tooWide) : width,
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => padded(cell, fitted[i] ?? 0, COLUMNS[i]?.align ?? "left"))
      .join(GAP)
      .trimEnd();
  const style = (format: "bold" | "dim", text: string) =>
    paper.colors ? styleText(format, text, { validateStream: false }) : text;
  const rows = orphans.flatMap((orphan) => [
    line(COLUMNS.map(({ cell }) => cell(orphan))),
    ...wrap(adviceOf(orphan), paper.columns, INDENT).map((text) => style("dim", text)),
  ]);
  return [style("bold", line(COLUMNS.map(({ title }) => title))), ...rows].join("\n");
}

function padded(text: string, width: number, align: Column["align"]): string {
  const short = text.length > width ? `${text.slice(0, width - 1)}…` : text;
  return align === "left" ? short.padEnd(width) : short.padStart(width);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
