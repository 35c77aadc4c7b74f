import type { Report } from "./report.js";
import type { CostRow } from "./rows.js";
import type { Total } from "./totals.js";
import { changeText, doubtsText, hourly, monthly, monthText, priceText, signed } from "./words.js";

/** First line of the text: a pipeline finds its comment of last time by it. */
const MARKER = "<!-- pulumi-vastai cost -->";
/** A comment on GitHub has at most 65,536 characters, and a pipeline adds its own. */
const MOST_BYTES = 60_000;
/** More rows than this are folded away. */
const MOST_OPEN_ROWS = 10;
/** Room for what follows the rows: the line about those that were cut, and the closing tag. */
const ROOM_FOR_END = 500;

/** A report for a comment on a pull request or the summary of a job: totals first, below 60,000 bytes. */
export function markdownReport(report: Report): string {
  const { rows, totals, limit } = report;
  const notes = report.notes.map((note) => `- ${escaped(note)}\n`).join("");
  const head = [
    `${MARKER}\n### Vast.ai cost${whereText(report)}\n`,
    rows.length === 0 ? "This preview shows nothing that Vast bills.\n" : totalsTable(totals.before, totals.after),
    limit ? `${limit.isExceeded ? "**" : ""}${escaped(limit.text)}${limit.isExceeded ? "**" : ""}\n` : "",
    cutTo(notes, MOST_BYTES / 4),
  ].filter((part) => part !== "");
  return `${head.join("\n")}${rows.length === 0 ? "" : `\n${rowsTable(rows, MOST_BYTES - bytes(head.join("\n")))}`}`;
}

function whereText({ project, stack }: Report): string {
  return stack === undefined ? "" : ` of <code>${escaped(`${project}/${stack}`)}</code>`;
}

function totalsTable(before: Total, after: Total): string {
  const difference = after.dollarsPerHour - before.dollarsPerHour;
  const line = (title: string, perHour: string, perMonth: string, doubts: string) =>
    `| ${title} | ${perHour} | ${perMonth} | ${doubts} |\n`;
  return [
    "| | $/h | $/month | |\n| --- | ---: | ---: | --- |\n",
    line("now", hourly(before.dollarsPerHour), monthly(before.dollarsPerHour), doubtsText(before)),
    line("**after**", `**${hourly(after.dollarsPerHour)}**`, `**${monthly(after.dollarsPerHour)}**`, doubtsText(after)),
    line("change", signed(difference), signed(difference, monthly), ""),
  ].join("");
}

function rowsTable(rows: readonly CostRow[], room: number): string {
  const isFolded = rows.length > MOST_OPEN_ROWS;
  const [open, close] = isFolded
    ? [`<details><summary>${rows.length} resources</summary>\n\n`, "\n</details>\n"]
    : ["", ""];
  let text = `${open}| resource | what | $/h | $/month | change |\n| --- | --- | ---: | ---: | --- |\n`;
  let shown = 0;
  for (const row of rows) {
    const line = rowLine(row);
    if (bytes(text) + bytes(line) + ROOM_FOR_END > room) break;
    text += line;
    shown += 1;
  }
  return `${text}${cutText(rows.slice(shown))}${close}`;
}

function rowLine(row: CostRow): string {
  const name = `<code>${escaped(row.name)}</code>`;
  const cells = [name, escaped(row.what), priceText(row.after, row), monthText(row), changeText(row)];
  return `| ${cells.join(" | ")} |\n`;
}

function cutText(rows: readonly CostRow[]): string {
  if (rows.length === 0) return "";
  const together = rows.reduce((sum, { after }) => sum + (after?.dollarsPerHour ?? 0), 0);
  return `\n${rows.length} more resources were cut here for length, together ${hourly(together)} $/h; the totals hold them. \`--format json\` shows all.\n`;
}

/** Whole lines, up to a number of bytes. */
function cutTo(lines: string, most: number): string {
  let text = "";
  for (const line of lines.split(/(?<=\n)/)) {
    if (bytes(text) + bytes(line) > most) return `${text}- …\n`;
    text += line;
  }
  return text;
}

/**
 * Text that Markdown shows as it stands. Names are anybody's: none may end a table, start a link or an image, or call somebody (an `@`
 * with a comment behind it is no mention).
 */
export function escaped(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/[!-'*+:-@[-`{-~]|\.(?=\S)|\/\/|www/gi, (found) =>
      [...found].map((letter) => `&#${letter.codePointAt(0)};`).join(""),
    )
    .replace(/&#(?:64|35);/g, "$&<!-- -->");
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}
