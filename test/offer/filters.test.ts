import { describe, expect, it } from "vitest";
import { type Condition, holds } from "../../provider/offer/filters.js";

describe("a condition", () => {
  const conditions: [Condition, actual: number, boolean][] = [
    [{ op: "eq", wanted: 0.3 }, 0.1 + 0.2, true],
    [{ op: "lte", wanted: 0.3 }, 0.1 + 0.2, true],
    [{ op: "gt", wanted: 0.3 }, 0.1 + 0.2, false],
    [{ op: "gte", wanted: 0.1 + 0.2 }, 0.3, true],
    [{ op: "lt", wanted: 0.1 + 0.2 }, 0.3, false],
    [{ op: "neq", wanted: 0.3 }, 0.1 + 0.2, false],
    [{ op: "notin", wanted: [0.3] }, 0.1 + 0.2, false],
    [{ op: "eq", wanted: 100_000.5 * 1000.3 }, 100_030_500.15, true],
    [{ op: "eq", wanted: 595_058_003 }, 595_058_004, false],
    [{ op: "lte", wanted: 0.3 }, 0.3000001, false],
  ];
  it.each(conditions)("%j on %d: %s, the noise of floating point apart", (condition, actual, expected) => {
    expect(holds(actual, condition)).toBe(expected);
  });

  it("keeps numbers, texts and flags apart", () => {
    expect(holds("1", { op: "eq", wanted: 1 })).toBe(false);
    expect(holds(true, { op: "eq", wanted: 1 })).toBe(false);
    expect(holds("A40", { op: "in", wanted: ["A40", "A10"] })).toBe(true);
  });
});
