import { describe, expect, it } from "vitest";
import { describeQuery } from "../../provider/offer/describe.js";
import { gpuNameHints } from "../../provider/offer/gpu-names.js";
import type { OfferQuery } from "../../provider/offer/query.js";

describe("a query in one line", () => {
  const lines: [OfferQuery, string][] = [
    [
      { gpuName: "RTX_4090", gpuCount: 1, country: "DE", reliability: { gte: 0.99 } },
      "1x RTX 4090, DE, reliability ≥ 0.99",
    ],
    [{ gpuName: ["RTX 4090", "RTX 3090"], gpuCount: { gte: 2 } }, "RTX 4090 or RTX 3090, gpuCount ≥ 2"],
    [{ gpuCount: 2, gpuRamGb: 24 }, "2x GPU, gpuRamGb = 24"],
    [{ country: { notin: ["CN", "RU"] }, gpuName: { neq: "A40" } }, "gpuName ≠ A40, country none of CN, RU"],
    [{ staticIp: true, gpuDisplayActive: false, verified: "any" }, "not gpuDisplayActive, staticIp, verified = any"],
    [{ dollarsPerHour: { gte: 0.1, lt: 0.5 } }, "dollarsPerHour ≥ 0.1 and < 0.5"],
    [{}, "any offer"],
  ];
  it.each(lines)("%j", (query, line) => {
    expect(describeQuery(query)).toBe(line);
  });
});

describe("hints on GPU names", () => {
  it.each([
    ["A100", ["A100 PCIE", "A100 SXM4"]],
    ["A6000", ["RTX A6000"]],
    ["RTX 6000 Ada", ["RTX 6000Ada"]],
    ["RTX 4090", []],
    ["RTX 9090", []],
  ])("for %s are Vast's own names", (name, hints) => {
    expect(gpuNameHints(name)).toEqual(hints);
  });
});
