import { describe, expect, it } from "vitest";
import { type Column, table } from "../../cli/table.js";

type Row = readonly [string, string, string];

const COLUMNS: readonly Column<Row>[] = [
  { title: "NAME", cell: ([name]) => name, align: "left", shrinks: true },
  { title: "WHAT", cell: ([, what]) => what, align: "left", shrinks: true },
  { title: "$", cell: ([, , price]) => price, align: "right" },
];
const ROWS: readonly Row[] = [
  ["n".repeat(30), "w".repeat(40), "0.304"],
  ["short", "", "12.5"],
];
const widest = (text: string) => Math.max(...text.split("\n").map((line) => line.length));
const paper = (columns: number | undefined) => ({ columns, colors: false });

describe("table", () => {
  it("is as wide as it needs to be where nothing limits it", () => {
    expect(table(COLUMNS, ROWS, paper(undefined))).toBe(
      [
        `NAME${" ".repeat(28)}WHAT${" ".repeat(42)}$`,
        `${"n".repeat(30)}  ${"w".repeat(40)}  0.304`,
        `short${" ".repeat(69)} 12.5`,
      ].join("\n"),
    );
  });

  it("cuts the widest column first, and the next only when that is not enough", () => {
    const cutOne = table(COLUMNS, ROWS, paper(60));
    expect(widest(cutOne)).toBe(60);
    expect(cutOne).toContain("n".repeat(30));
    expect(cutOne).toContain(` ${"w".repeat(20)}… `);
    const cutBoth = table(COLUMNS, ROWS, paper(40));
    expect(widest(cutBoth)).toBe(40);
    expect(cutBoth).toContain(` ${"w".repeat(11)}… `);
    // Nothing is cut until nobody knows it.
    expect(table(COLUMNS, ROWS, paper(10))).toContain(`${"n".repeat(11)}…  ${"w".repeat(11)}…  0.304`);
  });

  it("says beneath a row what there is to say, within the width", () => {
    const text = table(COLUMNS, ROWS, paper(60), ([name]) => (name === "short" ? "why ".repeat(30).trim() : ""));
    const lines = text.split("\n");
    expect(lines.slice(3).every((line) => line.startsWith("    why") && line.length <= 60)).toBe(true);
    expect(lines.length).toBeGreaterThan(4);
  });
});
