import type { Name } from "./contenders/contender.mts";
import type { Figures } from "./figures.mts";
import { makespanRatio, tooFrequent } from "./targets.mts";

/** One bar; `part` of it is drawn darker. */
interface Bar {
  readonly who: Name;
  readonly value: number;
  readonly part: number;
}

interface Panel {
  readonly title: string;
  readonly digits: number;
  /** A value at which a line is drawn. */
  readonly line?: number;
  readonly barsOf: (figures: Figures) => Bar | undefined;
}

const WHO: readonly (readonly [name: Name, words: string])[] = [
  ["ours", "this provider"],
  ["plain", "plain dynamic provider"],
  ["official", "script over the official client"],
];
const WIDTH = 760;
const LEFT = 30;
const PANEL_HEIGHT = 230;
const BAR_AREA = 150;
const TOP = 78;

const STYLE = `
.ground { fill: #ffffff; stroke: #d0d7de; }
.title { fill: #1f2328; font-size: 16px; font-weight: 600; }
.text { fill: #1f2328; font-size: 13px; }
.faint { fill: #59636e; font-size: 11px; }
.line { stroke: #59636e; stroke-dasharray: 4 3; }
.ours { fill: #0969da; } .plain { fill: #9aa4af; } .official { fill: #d4a72c; }
.part { fill: #1f2328; fill-opacity: 0.45; }
@media (prefers-color-scheme: dark) {
.ground { fill: #0d1117; stroke: #3d444d; }
.title, .text { fill: #f0f6fc; }
.faint { fill: #9198a1; }
.line { stroke: #9198a1; }
.ours { fill: #58a6ff; } .plain { fill: #6e7681; } .official { fill: #bb8009; }
.part { fill: #f0f6fc; }
}`;

const PANELS: readonly Panel[] = [
  {
    title: "Time until all machines run ÷ the least that is possible (line: 1)",
    digits: 2,
    line: 1,
    barsOf: (figures) => {
      const value = makespanRatio(figures);
      return value === null ? undefined : { who: figures.contender, value, part: 0 };
    },
  },
  {
    title: "Seconds from running to noticed, of which 95 of 100 machines need no more",
    digits: 1,
    barsOf: ({ contender, lag }) => (lag.seconds.length > 0 ? { who: contender, value: lag.p95, part: 0 } : undefined),
  },
  {
    title: "Requests per machine in its whole life (darker: refused with 429)",
    digits: 1,
    barsOf: (figures) => {
      const { up, refresh, destroy, count, contender } = figures;
      const value = (up.calls + refresh.calls + destroy.calls) / count;
      return { who: contender, value, part: tooFrequent(figures) / count };
    },
  },
];

/** Groups of bars by numbers of machines: a picture that stands alone, for light and dark pages. */
export function chart(all: readonly Figures[]): string {
  const height = TOP + PANELS.length * PANEL_HEIGHT;
  const legend = WHO.map(
    ([name, words], i) =>
      `<rect class="${name}" x="${LEFT + i * 215}" y="46" width="10" height="10" rx="2"/><text class="faint" x="${LEFT + 15 + i * 215}" y="55">${words}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title" font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif">
<title id="title">Bench of pulumi-vastai on its simulator</title>
<style>${STYLE}</style>
<rect class="ground" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="6"/>
<text class="title" x="${LEFT}" y="30">Machines of one run, on the simulator</text>
${legend.join("\n")}
${PANELS.map((panel, i) => panelText(panel, all, TOP + i * PANEL_HEIGHT)).join("\n")}
</svg>
`;
}

function panelText({ title, digits, line, barsOf }: Panel, all: readonly Figures[], top: number): string {
  const counts = [...new Set(all.map(({ count }) => count))].sort((a, b) => a - b);
  const most = Math.max(1, ...all.flatMap((figures) => barsOf(figures)?.value ?? []));
  const scale = BAR_AREA / most;
  const bottom = top + 30 + BAR_AREA;
  const group = (WIDTH - 2 * LEFT) / Math.max(1, counts.length);
  const width = Math.min(40, (group - 16) / WHO.length);
  const parts = counts.flatMap((count, i) => {
    const left = LEFT + i * group;
    const bars = WHO.map(([name], place) => {
      const figures = all.find((candidate) => candidate.count === count && candidate.contender === name);
      const bar = figures && barsOf(figures);
      const x = left + place * width;
      return bar ? barText(bar, { x, bottom, width: width - 4, scale, digits }) : "";
    });
    return [
      ...bars,
      `<text class="text" x="${left}" y="${bottom + 18}">${count} ${count === 1 ? "machine" : "machines"}</text>`,
    ];
  });
  const y = line === undefined ? undefined : (bottom - line * scale).toFixed(1);
  if (y !== undefined) parts.push(`<line class="line" x1="${LEFT}" x2="${WIDTH - LEFT}" y1="${y}" y2="${y}"/>`);
  return `<g><text class="text" x="${LEFT}" y="${top + 10}">${title}</text>
${parts.filter(Boolean).join("\n")}</g>`;
}

interface Place {
  readonly x: number;
  readonly bottom: number;
  readonly width: number;
  readonly scale: number;
  readonly digits: number;
}

function barText({ who, value, part }: Bar, { x, bottom, width, scale, digits }: Place): string {
  const rect = (kind: string, of: number) =>
    `<rect class="${kind}" x="${x.toFixed(1)}" y="${(bottom - of * scale).toFixed(1)}" width="${width.toFixed(1)}" height="${(of * scale).toFixed(1)}"/>`;
  const label = `<text class="faint" x="${(x + width / 2).toFixed(1)}" y="${(bottom - value * scale - 4).toFixed(1)}" text-anchor="middle">${value.toFixed(digits)}</text>`;
  return `${rect(who, value)}${part > 0 ? rect("part", part) : ""}${label}`;
}
