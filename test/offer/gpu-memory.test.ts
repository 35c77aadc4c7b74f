import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FilterOp } from "../../provider/api/offers.js";
import { holds } from "../../provider/offer/filters.js";
import { soldGb, soldGbToWire } from "../../provider/offer/gpu-memory.js";

describe("the memory of a card", () => {
  it.each([
    ["RTX 4090", 24564, 24],
    ["RTX 3090", 24576, 24],
    ["A10, error correction on", 23028, 24],
    ["L4", 23034, 24],
    ["RTX 2080 Ti rebuilt with 22 GB", 22528, 22],
    ["RTX 2080 Ti", 11264, 11],
    ["RTX 3060", 12288, 12],
    ["Tesla K80, error correction on", 11441, 12],
    ["Tesla T4", 15360, 16],
    ["RTX 5090", 32607, 32],
    ["A40", 46068, 48],
    ["A100 40 GB", 40536, 40],
    ["A100 80 GB", 81920, 80],
    ["H100 SXM", 81559, 80],
    ["H100 NVL", 95830, 94],
    ["exactly 94 GB", 96256, 94],
    ["a hair more than it is sold with", 96257, 94],
    ["RTX PRO 6000 WS", 97887, 96],
    ["H200", 143771, 141],
    ["B200", 183359, 180],
    ["a card of a size that no one sells", 18432, 18],
  ])("of %s is what stands on the box", (_name, mib, gb) => {
    expect(soldGb(mib)).toBe(gb);
  });

  it("never shrinks when a card reports more", () => {
    fc.assert(
      fc.property(fc.integer({ min: 512, max: 400_000 }), fc.nat(5000), (mib, more) => {
        expect(soldGb(mib + more)).toBeGreaterThanOrEqual(soldGb(mib));
      }),
    );
  });

  it("is asked for loosely enough that the server hides no card that fits", () => {
    const ops: FilterOp[] = ["eq", "neq", "gt", "gte", "lt", "lte", "in", "notin"];
    const mib = fc.oneof(fc.integer({ min: 512, max: 400_000 }), fc.constantFrom(23028, 24564, 15360, 81559));
    fc.assert(
      fc.property(
        mib,
        fc.constantFrom(...ops),
        fc.constantFrom(6, 8, 11, 12, 16, 18, 22, 24, 48, 80, 141),
        (ram, op, gb) => {
          const wanted = op === "in" || op === "notin" ? [gb, 40] : gb;
          fc.pre(holds(soldGb(ram), { op, wanted }));
          for (const [wireOp, bound] of Object.entries(soldGbToWire(op, wanted))) {
            expect(holds(ram, { op: wireOp as FilterOp, wanted: Number(bound) })).toBe(true);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
