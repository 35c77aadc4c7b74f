import { styleText } from "node:util";
import { wrap } from "./text.js";

/** How wide lines may be and whether they may have colours; a pipe has neither limit nor colours. */
export interface Paper {
  readonly columns: number | undefined;
  readonly colors: boolean;
}

/** What a stream is for tables: a terminal has a width, and colours unless NO_COLOR is set. */
export function paperOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: NodeJS.ProcessEnv = {},
): Paper {
  return stream.isTTY
    ? { columns: stream.columns ?? 80, colors: !env.NO_COLOR }
    : { columns: undefined, colors: false };
}

type Style = "bold" | "dim" | "green" | "red" | "yellow";

/** One column of a table of rows. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly align: "left" | "right";
  /** May be cut when the lines would get too long. */
  readonly shrinks?: true;
  readonly color?: (row: Row) => Style | undefined;
}

const GAP = "  ";
/** No cell is cut below this: the first word is what people know it by. */
const SHORTEST = 12;
/** What notes stand under: the first column. */
const INDENT = "    ";

/** A table with its titles, and what is to be said of each row beneath it. No line end at its end. */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  paper: Paper,
  beneath: (row: Row) => string = () => "",
): string {
  const widths = fitted(columns, rows, paper.columns);
  const style = (format: Style | undefined, text: string) =>
    paper.colors && format !== undefined ? styleText(format, text, { validateStream: false }) : text;
  const line = (cell: (column: Column<Row>, i: number) => string) => columns.map(cell).join(GAP).trimEnd();
  const titles = line(({ title, align }, i) => padded(title, widths[i] ?? 0, align));
  const lines = rows.flatMap((row) => [
    line(({ cell, align, color }, i) => style(color?.(row), padded(cell(row), widths[i] ?? 0, align))),
    ...(beneath(row) === "" ? [] : wrap(beneath(row), paper.columns, INDENT).map((text) => style("dim", text))),
  ]);
  return [style("bold", titles), ...lines].join("\n");
}

/** A text that fits the paper, with a line end. */
export function paragraph(text: string, { columns }: Paper): string {
  return `${wrap(text, columns).join("\n")}\n`;
}

/** Widths of the columns; those that may shrink give up what is too much, the widest first. */
function fitted<Row>(columns: readonly Column<Row>[], rows: readonly Row[], limit: number | undefined): number[] {
  const widths = columns.map(({ title, cell }) =>
    rows.reduce((most, row) => Math.max(most, cell(row).length), title.length),
  );
  const whole = widths.reduce((sum, width) => sum + width, GAP.length * (columns.length - 1));
  let tooWide = Math.max(0, whole - (limit ?? Number.POSITIVE_INFINITY));
  const shrinking = [...widths.keys()].filter((i) => columns[i]?.shrinks);
  for (const i of shrinking.sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))) {
    const width = widths[i] ?? 0;
    widths[i] = Math.min(width, Math.max(SHORTEST, width - tooWide));
    tooWide -= width - (widths[i] ?? 0);
  }
  return widths;
}

function padded(text: string, width: number, align: "left" | "right"): string {
  const short = text.length > width ? `${text.slice(0, width - 1)}…` : text;
  return align === "left" ? short.padEnd(width) : short.padStart(width);
}
