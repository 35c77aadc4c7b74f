import type { Price } from "./price.js";
import type { Report } from "./report.js";
import type { CostRow } from "./rows.js";
import { hourly, priceText } from "./words.js";

/** One pair of bars. */
interface Bar {
  readonly name: string;
  readonly before: number;
  readonly after: number;
  /** Whether the bar after is a cap or a part of an unknown price. */
  readonly isUnsure: boolean;
  readonly label: string;
}

const WIDTH = 760;
const NAMES_END = 220;
const BARS_START = 230;
/** Where the longest bar ends; behind it stand values. */
const BARS_END = 570;
const ROW_HEIGHT = 38;
const TOP = 92;
/** More than this are put together in one line. */
const MOST_BARS = 40;
/** As many letters as fit before the bars. */
const LONGEST_NAME = 28;

/** Colours that can be told apart on both grounds, and by people who see no red or green. */
const STYLE = `
.ground { fill: #ffffff; stroke: #d0d7de; }
.title { fill: #1f2328; font-size: 16px; font-weight: 600; }
.text { fill: #1f2328; font-size: 13px; }
.faint { fill: #59636e; font-size: 12px; }
.before { fill: #9aa4af; }
.after { fill: #0969da; }
.unsure { fill: #0969da; fill-opacity: 0.35; stroke: #0969da; stroke-dasharray: 4 3; }
@media (prefers-color-scheme: dark) {
.ground { fill: #0d1117; stroke: #3d444d; }
.title, .text { fill: #f0f6fc; }
.faint { fill: #9198a1; }
.before { fill: #6e7681; }
.after { fill: #58a6ff; }
.unsure { fill: #58a6ff; stroke: #58a6ff; }
}`;

/** A bar chart of what each resource costs now and afterwards, the dearest first: a picture that stands alone, for light and dark pages. */
export function chart({ project, stack, rows, totals }: Report): string {
  const bars = barsOf(rows);
  const height = TOP + Math.max(1, bars.length) * ROW_HEIGHT + 16;
  const dearest = Math.max(...bars.flatMap(({ before, after }) => [before, after]), 0);
  const scale = dearest > 0 ? (BARS_END - BARS_START) / dearest : 0;
  const title = `Vast.ai cost${stack === undefined ? "" : ` of ${project}/${stack}`}, $/h`;
  const [before, after] = [totals.before, totals.after].map(({ dollarsPerHour }) => hourly(dollarsPerHour));
  const { capped, unknown } = totals.after;
  const doubts = capped + unknown > 0 ? `, and ${capped + unknown} more without a price` : "";
  const sums = `${before} $/h now, ${after} $/h after the change${doubts}`;
  const spoken = bars.map(({ name, label }) => `${name}: ${label}`).join("; ");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title desc" font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif">
<title id="title">${escapedXml(title)}</title>
<desc id="desc">${escapedXml(`${sums}. ${spoken}`)}</desc>
<style>${STYLE}</style>
<rect class="ground" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="6"/>
<text class="title" x="20" y="30">${escapedXml(cut(title, 70))}</text>
<text class="faint" x="20" y="52">${escapedXml(sums)}</text>
<rect class="before" x="20" y="63" width="10" height="10" rx="2"/><text class="faint" x="35" y="72">now</text>
<rect class="after" x="75" y="63" width="10" height="10" rx="2"/><text class="faint" x="90" y="72">after</text>
<rect class="unsure" x="135" y="63" width="10" height="10" rx="2"/><text class="faint" x="150" y="72">after, at most or not wholly known</text>
${bars.map((bar, i) => barPair(bar, TOP + i * ROW_HEIGHT, scale)).join("\n")}${bars.length === 0 ? `<text class="text" x="20" y="${TOP + 22}">Nothing here is billed by Vast.</text>` : ""}
</svg>
`;
}

function barPair({ name, before, after, isUnsure, label }: Bar, top: number, scale: number): string {
  const alone = before === 0 || after === 0;
  const end = BARS_START + Math.max(before, after) * scale;
  const bar = (kind: string, dollars: number, y: number) =>
    dollars > 0
      ? `<rect class="${kind}" x="${BARS_START}" y="${y}" width="${Math.max(1, dollars * scale).toFixed(1)}" height="12" rx="2"/>`
      : "";
  return `<g><title>${escapedXml(`${name}: ${label}`)}</title>
<text class="text" x="${NAMES_END}" y="${top + 18}" text-anchor="end">${escapedXml(cut(name, LONGEST_NAME))}</text>
${bar("before", before, alone ? top + 7 : top)}${bar(isUnsure ? "unsure" : "after", after, alone ? top + 7 : top + 14)}
<text class="faint" x="${(end + 8).toFixed(1)}" y="${top + 18}">${escapedXml(label)}</text></g>`;
}

function barsOf(rows: readonly CostRow[]): Bar[] {
  const bars = rows
    .map((row) => ({
      name: row.name,
      before: dollarsOf(row.before),
      after: dollarsOf(row.after),
      isUnsure: row.after?.is === "cap" || row.after?.is === "unknown",
      label: labelOf(row),
    }))
    .sort((a, b) => Math.max(b.before, b.after) - Math.max(a.before, a.after));
  if (bars.length <= MOST_BARS) return bars;
  const rest = bars.slice(MOST_BARS - 1);
  const [before, after] = [sum(rest.map((bar) => bar.before)), sum(rest.map((bar) => bar.after))];
  const label = `${hourly(before)} → ${hourly(after)}`;
  // A bar as long as all these would dwarf the others.
  const together = { name: `${rest.length} more together`, before: 0, after: 0, isUnsure: false, label };
  return [...bars.slice(0, MOST_BARS - 1), together];
}

function labelOf(row: CostRow): string {
  const [before, after] = [row.before, row.after].map((price) => priceText(price, row));
  return before === after ? `${after}` : `${row.before === undefined ? "" : `${before} → `}${row.after ? after : "0"}`;
}

function dollarsOf(price: Price | undefined): number {
  return price?.dollarsPerHour ?? 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Cuts in the middle: many names differ at their ends. */
function cut(text: string, most: number): string {
  const half = Math.floor(most / 2);
  return text.length > most ? `${text.slice(0, most - half - 1)}…${text.slice(-half)}` : text;
}

/** Text inside an element or a quoted attribute; letters that XML does not know are left out. */
function escapedXml(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\uFFFE\uFFFF]+/gu, " ")
    .replace(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0)};`);
}
