import { describe, expect, expectTypeOf, it } from "vitest";
import { OfferQuery } from "../../provider/offer/query.js";

/** `path: message` of each thing wrong with a query. */
function wrongWith(query: unknown): string[] {
  const result = OfferQuery.safeParse(query);
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("an offer query", () => {
  it("takes plain values, lists, conditions and flags", () => {
    const query = {
      gpuName: ["RTX 4090", "RTX_3090"],
      gpuCount: 1,
      gpuRamGb: { gte: 24, lt: 80 },
      computeCapability: { gte: 8.9 },
      driverVersion: { gte: "535.86.05" },
      country: { notin: ["CN"] },
      reliability: { gte: 0.99 },
      staticIp: true,
      verified: "any",
      hostingType: "datacenter",
      minBidDollarsPerHour: undefined,
    } satisfies OfferQuery;
    expect(OfferQuery.parse(query)).toEqual(query);
  });

  it("comes out of the check as it went in, so that checking twice changes nothing", () => {
    const query = { gpuName: "RTX_4090", country: ["DE"] } satisfies OfferQuery;
    expect(OfferQuery.parse(OfferQuery.parse(query))).toEqual(query);
    expectTypeOf<OfferQuery>().toMatchTypeOf<{ reliability?: { gte?: number } }>();
  });

  it("takes conditions that leave something over", () => {
    const query = { gpuCount: { in: [1, 8], gte: 4 }, pciGeneration: { gte: 4, lte: 4 }, gpuLanes: { gte: 1, neq: 4 } };
    expect(wrongWith(query)).toEqual([]);
  });

  it("takes nothing as anything", () => {
    expect(wrongWith({})).toEqual([]);
  });

  const refused: [name: string, query: object, path: string, words: string[]][] = [
    ["a share in percent", { reliability: { gte: 97 } }, "reliability.gte", ["is 97", "between 0 and 1", "mean 0.97?"]],
    ["a measure in percent, without condition", { reliability: 97 }, "reliability", ["is 97", "mean 0.97?"]],
    ["a negative size", { gpuRamGb: { gte: -24 } }, "gpuRamGb.gte", ["is -24", "between 0 and 2048"]],
    ["a size in MB", { gpuRamGb: { gte: 24564 } }, "gpuRamGb.gte", ["is 24564", "mean 24?"]],
    ["main memory in MB", { cpuRamGb: { gte: 128000 } }, "cpuRamGb.gte", ["mean 128?"]],
    ["a compute capability times 100", { computeCapability: 890 }, "computeCapability", ["is 890", "mean 8.9?"]],
    ["a CUDA version times 10", { cudaVersion: { gte: 124 } }, "cudaVersion.gte", ["mean 12.4?"]],
    ["days in seconds", { durationDays: { gte: 604800 } }, "durationDays.gte", ["mean 7?"]],
    ["half a GPU", { gpuCount: 0.5 }, "gpuCount", ["is 0.5", "a whole number"]],
    ["not a number", { gpuCount: Number.NaN }, "gpuCount", ["is NaN"]],
    ["no bound at all", { dlperf: { gte: Number.POSITIVE_INFINITY } }, "dlperf.gte", ["is Infinity"]],
    ["a number in quotes", { gpuCount: "2" }, "gpuCount", ['is "2"', "must be a number"]],
    ["a number for a text", { gpuName: 4090 }, "gpuName", ["is 4090", "must be a text"]],
    ["a text for a flag", { staticIp: "yes" }, "staticIp", ['is "yes"', "true or false."]],
    ["a flag with conditions", { verified: { eq: true } }, "verified", ['true or false or "any"']],
    ["any for a flag without a default", { staticIp: "any" }, "staticIp", ["true or false."]],
    ["null", { gpuCount: null }, "gpuCount", ["Leave it out"]],
    ["exactly so much of a measure", { reliability: 0.99 }, "reliability", ["{ gte: 0.99 }", "{ eq: 0.99 }"]],
    ["exactly such a price", { dollarsPerHour: 0.4 }, "dollarsPerHour", ["{ lte: 0.4 } for at most"]],
    ["exactly such a driver", { driverVersion: "550" }, "driverVersion", ['{ gte: "550" }']],
    ["a list of numbers", { gpuCount: [1, 2] }, "gpuCount", ["{ in: [1,2] }"]],
    ["another word for an operator", { gpuRamGb: { min: 24 } }, "gpuRamGb.min", ['"min" is not', 'mean "gte"?']],
    ["the command line's operator", { country: { nin: ["CN"] } }, "country.nin", ['mean "notin"?']],
    ["an operator that is no one's", { gpuCount: { zyx: 1 } }, "gpuCount.zyx", ["Use eq, neq, gt, gte, lt"]],
    ["the name of an inherited property", { gpuCount: { constructor: 1 } }, "gpuCount.constructor", ["Use eq, neq"]],
    ["a bound on a text", { gpuName: { gte: "RTX 4090" } }, "gpuName.gte", ["Use eq, neq, in or notin"]],
    ["a word for an operator that texts lack", { gpuName: { min: "A40" } }, "gpuName.min", ["Use eq, neq, in"]],
    ["no condition", { gpuCount: {} }, "gpuCount", ["no condition"]],
    ["an empty list", { country: [] }, "country", ["empty list"]],
    ["an empty text", { gpuName: " " }, "gpuName", ["must not be empty"]],
    ["one value where a list belongs", { country: { in: "DE" } }, "country.in", ['["DE"]']],
    ["bounds that cross", { reliability: { gte: 0.9, lte: 0.5 } }, "reliability", ["can never hold"]],
    ["bounds that touch and exclude", { gpuCount: { gt: 2, lte: 2 } }, "gpuCount", ["can never hold"]],
    ["a value that is shut out", { gpuName: { eq: "A40", neq: "A40" } }, "gpuName", ["can never hold"]],
    ["a list outside of the bounds", { gpuCount: { in: [1, 2], gte: 4 } }, "gpuCount", ["can never hold"]],
    ["driver bounds that cross", { driverVersion: { gte: "550", lt: "535.9" } }, "driverVersion", ["can never hold"]],
    ["a driver that is no version", { driverVersion: { gte: "latest" } }, "driverVersion.gte", ["535.86.05"]],
    ["a country by name", { country: "Germany" }, "country", ['is "Germany"', "two-letter", 'mean "DE"?']],
    ["a country in small letters", { country: ["FR", "de"] }, "country.1", ['mean "DE"?']],
    ["a code that is not the official one", { country: "UK" }, "country", ['mean "GB"?']],
    ["a country that is none", { country: "XQ" }, "country", ["two-letter country code."]],
    ["a union of countries", { country: "EU" }, "country", ["not a country"]],
    ["a GPU in small letters", { gpuName: "rtx 4090" }, "gpuName", ['is "rtx 4090"', 'mean "RTX 4090"?']],
    ["a GPU without its blank", { gpuName: { in: ["A40", "RTX4090"] } }, "gpuName.in.1", ['mean "RTX 4090"?']],
    ["a GPU with its maker", { gpuName: "NVIDIA GeForce RTX 3090" }, "gpuName", ['mean "RTX 3090"?']],
    ["another word for an architecture", { cpuArch: "x86_64" }, "cpuArch", ['"amd64" or "arm64"', 'mean "amd64"?']],
    ["a known word in capitals", { gpuArch: "AMD" }, "gpuArch", ['is "AMD"', 'mean "amd"?']],
    ["a verdict that Vast doesn't know", { verification: "trusted" }, "verification", ['"deverified"']],
    ["a typo", { gpuNam: "A40" }, "", ['"gpuNam" is not a filter', 'mean "gpuName"?']],
    ["Vast's name for a key", { num_gpus: 1 }, "", ['mean "gpuCount"?']],
    ["the command line's name for a key", { cuda_vers: 12 }, "", ['mean "cudaVersion"?']],
    ["something far from every key", { flavour: "sweet" }, "", ['"flavour" is not a filter of offers.']],
  ];

  it.each(refused)("refuses %s and says what to write", (_name, query, path, words) => {
    const [problem, ...others] = wrongWith(query);
    expect(others).toEqual([]);
    expect(problem?.slice(0, path.length + 2)).toBe(`${path}: `);
    for (const word of words) expect(problem).toContain(word);
  });

  it.each([
    ["min ge >=", "gte"],
    ["max le <=", "lte"],
    [">", "gt"],
    ["<", "lt"],
    ["= ==", "eq"],
    ["ne != not", "neq"],
    ["nin notIn", "notin"],
  ])("takes %s for other people's words for %s", (words, op) => {
    for (const word of words.split(" ")) {
      expect(wrongWith({ gpuCount: { [word]: 1 } })).toEqual([
        `gpuCount.${word}: "${word}" is not an operator of gpuCount. Did you mean "${op}"?`,
      ]);
    }
  });

  it("names everything that is wrong at once", () => {
    expect(wrongWith({ gpuNam: "A40", gpuCount: -1, reliability: { gte: 2, lte: 3 } })).toHaveLength(4);
  });

  it("takes names of GPUs that it has never heard of", () => {
    expect(wrongWith({ gpuName: ["RTX 9090 Ti", "A100", "MI300X", "A10g"] })).toEqual([]);
  });
});
