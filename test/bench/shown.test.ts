import { expect, it } from "vitest";
import { chart } from "../../bench/chart.mts";
import { tableText, verdictText } from "../../bench/table.mts";
import { judge } from "../../bench/targets.mts";
import { effort, figures } from "./given.js";

const PLAIN = figures({
  contender: "plain",
  makespanSeconds: 1475,
  up: effort({ calls: 900, tooFrequent: 400, requests: { show: 900 } }),
  previewRatio: null,
});
const OFFICIAL = figures({
  contender: "official",
  makespanSeconds: null,
  state: null,
  ticks: null,
  peakKb: null,
  liveKb: null,
});

it("shows one line for each contender and size, in columns, with a dash for what was not measured", () => {
  const text = tableText(
    [figures({ count: 20, rented: 20, liveKb: 59_200 }), figures(), PLAIN, OFFICIAL],
    [{ contender: "official", count: 500, because: "left out" }],
  );
  const [head = "", one = "", ...lines] = text.split("\n");
  expect(new Set([head, one, ...lines.slice(0, 3)].map(({ length }) => length)).size).toBe(1);
  const cells = (line = "") => line.trim().split(/ {2,}/);
  const cell = (line: string | undefined, title: string) => cells(line)[cells(head).indexOf(title)];
  expect(cells(head)).toHaveLength(cells(one).length);
  expect(cell(lines[0], "who")).toBe("ours");
  expect(cell(lines[0], "makespan÷bound")).toBe("1.017");
  expect(cell(lines[0], "rent")).toBe("100");
  expect(cell(lines[0], "list")).toBe("208");
  expect(cell(lines[0], "held kB/machine")).toBe("10");
  expect(cell(lines[1], "429s")).toBe("400");
  expect(cell(lines[1], "makespan÷bound")).toBe("2.500");
  expect(cell(lines[2], "makespan÷bound")).toBe("–");
  expect(lines[3]).toBe("official with 500: not run: left out");
});

it("says of each target whether it is met", () => {
  const lines = verdictText(judge([figures({ makespanSeconds: 1180 })])).split("\n");
  expect(lines).toContain("missed        makespan ÷ bound, 100 machines: 2.00 (wanted: at most 1.05)");
  expect(lines).toContain("met           calls to refresh 100: 4.00 (wanted: at most 5)");
  expect(lines).toContain("not measured  makespan ÷ bound, 20 machines: – (wanted: at most 1.05)");
});

it("draws a picture in well-formed XML with a bar for each figure, inside its frame", () => {
  const svg = chart([figures(), PLAIN, OFFICIAL]);
  const open: string[] = [];
  for (const [tag, slash, name = "", end] of svg.matchAll(/<(\/?)([a-z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (slash) expect(open.pop(), tag).toBe(name);
    else if (!end) open.push(name);
  }
  expect(open).toEqual([]);
  expect(svg.replace(/<[^<>]*>/g, "")).not.toMatch(/[<>&]|NaN|undefined/);
  expect(svg).not.toMatch(/NaN|Infinity/);
  expect(svg.match(/<rect class="ours"/g)).toHaveLength(4);
  // The makespan of the script was not measured.
  expect(svg.match(/<rect class="official"/g)).toHaveLength(3);
  const [, height] = /height="(\d+)" viewBox/.exec(svg) ?? [];
  for (const [, y, tall] of svg.matchAll(/ y="([\d.-]+)" width="[\d.]+" height="([\d.-]+)"/g)) {
    expect(Number(y)).toBeGreaterThanOrEqual(0);
    expect(Number(y) + Number(tall)).toBeLessThanOrEqual(Number(height));
  }
});

it("draws nothing for nothing", () => {
  expect(chart([])).not.toMatch(/NaN|Infinity/);
});
