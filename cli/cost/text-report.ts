import { type Column, type Paper, paragraph, table } from "../table.js";
import { plain } from "../text.js";
import type { Report } from "./report.js";
import type { CostRow } from "./rows.js";
import type { Total } from "./totals.js";
import { changeText, doubtsText, hourly, monthly, monthText, priceText, signed } from "./words.js";

const COLUMNS: readonly Column<CostRow>[] = [
  { title: "RESOURCE", cell: ({ name }) => plain(name), align: "left", shrinks: true },
  { title: "WHAT", cell: ({ what }) => plain(what), align: "left", shrinks: true },
  { title: "$/H", cell: (row) => priceText(row.after, row), align: "right" },
  { title: "$/MONTH", cell: monthText, align: "right" },
  { title: "CHANGE", cell: changeText, align: "left", color: ({ change }) => COLORS[change] },
];

const COLORS = { new: "green", deleted: "red", replaced: "yellow", updated: "yellow", same: undefined } as const;

interface TotalRow {
  readonly cells: readonly [title: string, perHour: string, perMonth: string];
  readonly doubts: string;
}

const TOTAL_COLUMNS = ["TOTAL", "$/H", "$/MONTH"].map(
  (title, i): Column<TotalRow> => ({
    title,
    cell: ({ cells }) => cells[i] ?? "",
    align: i === 0 ? "left" : "right",
  }),
);

/** A report for a terminal, or for a log. */
export function textReport(report: Report, paper: Paper): string {
  const { rows, totals, notes, limit } = report;
  const where = report.stack === undefined ? "" : ` of project ${report.project}, stack ${report.stack}`;
  if (rows.length === 0) {
    const texts = [`The preview${where} shows nothing that Vast bills.`, ...notes, ...(limit ? [limit.text] : [])];
    return texts.map((text) => paragraph(plain(text), paper)).join("");
  }
  const sums = table(
    TOTAL_COLUMNS,
    [
      totalRow("now", totals.before),
      totalRow("after", totals.after),
      { cells: ["change", ...changeCells(totals.before, totals.after)], doubts: "" },
    ],
    paper,
    ({ doubts }) => doubts,
  );
  return [
    paragraph(plain(`Vast.ai cost${where}`), paper),
    `${table(COLUMNS, rows, paper)}\n`,
    `${sums}\n`,
    [...notes, ...(limit ? [limit.text] : [])].map((text) => paragraph(plain(text), paper)).join(""),
  ].join("\n");
}

function totalRow(title: string, total: Total): TotalRow {
  return {
    cells: [title, hourly(total.dollarsPerHour), monthly(total.dollarsPerHour)],
    doubts: doubtsText(total),
  };
}

function changeCells(before: Total, after: Total): [string, string] {
  const difference = after.dollarsPerHour - before.dollarsPerHour;
  return [signed(difference), signed(difference, monthly)];
}
