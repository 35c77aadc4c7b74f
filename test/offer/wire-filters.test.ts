import { describe, expect, it } from "vitest";
import { addCondition, searchType, toWireFilters } from "../../provider/offer/wire-filters.js";

const defaults = { verified: { eq: true }, external: { eq: false }, rentable: { eq: true }, rented: { eq: false } };

describe("the filters on the wire", () => {
  it("hold Vast's default filters unless they are switched off", () => {
    expect(toWireFilters({ gpuCount: 2 }, { defaultFilters: true })).toEqual({ ...defaults, num_gpus: { eq: 2 } });
    expect(toWireFilters({ gpuCount: 2 }, { defaultFilters: false })).toEqual({ num_gpus: { eq: 2 } });
  });

  it("let the query override a default, or drop it by asking for any", () => {
    const { verified: _, external: __, ...others } = defaults;
    const filters = toWireFilters({ verified: false, external: "any" }, { defaultFilters: true });
    expect(filters).toEqual({ ...others, verified: { eq: false } });
  });

  it("drop the default on verified when the verdict is asked for in Vast's words", () => {
    const filters = toWireFilters({ verification: ["verified", "unverified"] }, { defaultFilters: true });
    expect(filters).not.toHaveProperty("verified");
  });

  it("keep a default whose key is there but undefined", () => {
    expect(toWireFilters({ verified: undefined }, { defaultFilters: true })).toEqual(defaults);
  });

  it("keep several conditions on one key", () => {
    const filters = toWireFilters({ reliability: { gte: 0.9, lt: 1, neq: 0.95 } }, { defaultFilters: false });
    expect(filters).toEqual({ reliability: { gte: 0.9, lt: 1, neq: 0.95 } });
  });

  it("turn compute capability and versions into whole numbers without noise", () => {
    const filters = toWireFilters(
      { computeCapability: { in: [8.9, 12, 8.6] }, driverVersion: { gte: "550", lt: "580.65.6" } },
      { defaultFilters: false },
    );
    expect(filters).toEqual({
      compute_cap: { in: [890, 1200, 860] },
      driver_version: { gte: 550000000, lt: 580065006 },
    });
  });

  it("keep the tighter of two bounds", () => {
    const filters = {};
    addCondition(filters, "disk_space", "gte", 10);
    addCondition(filters, "disk_space", "gte", 5);
    addCondition(filters, "dph_total", "lte", 1);
    addCondition(filters, "dph_total", "lte", 2);
    addCondition(filters, "cpu_ghz", "lt", 5);
    addCondition(filters, "cpu_ghz", "lt", 4);
    addCondition(filters, "num_gpus", "eq", 1);
    addCondition(filters, "num_gpus", "eq", 2);
    expect(filters).toEqual({
      disk_space: { gte: 10 },
      dph_total: { lte: 1 },
      cpu_ghz: { lt: 4 },
      num_gpus: { eq: 2 },
    });
  });

  it("are searched under Vast's word for the way of renting", () => {
    expect([searchType("on-demand"), searchType("interruptible"), searchType("reserved")]).toEqual([
      "on-demand",
      "bid",
      "reserved",
    ]);
  });
});
