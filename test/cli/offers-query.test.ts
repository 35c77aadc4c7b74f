import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { literal } from "../../cli/import/literal.js";
import { readOrder } from "../../cli/offers/order.js";
import { readQuery } from "../../cli/offers/query-text.js";
import { vastQueryText } from "../../cli/offers/vast-text.js";
import { conditionsOf, numberOps, textOps } from "../../provider/offer/filters.js";
import { type FieldName, fieldNames, OfferQuery, offerFields, sortableFields } from "../../provider/offer/query.js";

describe("a query in the language of Vast's client", () => {
  it.each<[string, OfferQuery]>([
    ["", {}],
    ["gpu_name=RTX_4090", { gpuName: "RTX 4090" }],
    [
      "gpu_name=RTX_4090 num_gpus>=2 reliability>0.98 geolocation in [DE,FR]",
      { gpuName: "RTX 4090", gpuCount: { gte: 2 }, reliability: { gt: 0.98 }, country: ["DE", "FR"] },
    ],
    // From the help of the client, version 1.9.1.
    [
      'reliability>0.99 gpu_name in ["RTX 4090", "RTX 3090"] geolocation notin [CN,VN]',
      { reliability: { gt: 0.99 }, gpuName: ["RTX 4090", "RTX 3090"], country: { notin: ["CN", "VN"] } },
    ],
    [
      "disk_space>146 duration>24 gpu_ram>10 cuda_vers>=12.1 direct_port_count>=2 driver_version >= 535.86.05",
      {
        diskSpaceGb: { gt: 146 },
        durationDays: { gt: 24 },
        gpuRamGb: { gt: 10 },
        cudaVersion: { gte: 12.1 },
        directPortCount: { gte: 2 },
        driverVersion: { gte: "535.86.05" },
      },
    ],
    [
      "reliability > 0.99  num_gpus>=4 verified=False",
      { reliability: { gt: 0.99 }, gpuCount: { gte: 4 }, verified: false },
    ],
    ["cpu_arch=arm64", { cpuArch: "arm64" }],
    ["geolocation not in ['XV','XZ']".replaceAll("X", "C"), { country: { notin: ["CV", "CZ"] } }],
    ["compute_cap>=890 computeCapability<9", { computeCapability: { gte: 8.9, lt: 9 } }],
    ["num_gpus == 2, dph<=0.4", { gpuCount: 2, dollarsPerHour: { lte: 0.4 } }],
    ["num_gpus=2 num_gpus neq 3", { gpuCount: { eq: 2, neq: 3 } }],
    ["dlperf_usd=100 ubuntu_version=22.04", { dlperfPerDollar: { eq: 100 }, osVersion: "22.04" }],
    ["geolocation in US,DE gpu_name nin A10", { country: ["US", "DE"], gpuName: { notin: ["A10"] } }],
    [
      "verified=any external!=true num_gpus=any gpu_name=* datacenter=true",
      { verified: "any", external: false, datacenter: true },
    ],
    ["gpu_name='RTX 4090' hosting_type=1", { gpuName: "RTX 4090", hostingType: "datacenter" }],
    [
      "hosting_type in [0, datacenter] inet_down gte 5e2",
      { hostingType: ["consumer", "datacenter"], internetDownMbps: { gte: 500 } },
    ],
    [
      'mobo_name="ROME_D8" verification=verified display_active=false',
      { motherboard: "ROME_D8", verification: "verified", gpuDisplayActive: false },
    ],
  ])("reads %s", (text, query) => {
    expect(readQuery(text)).toEqual(query);
  });

  it.each([
    ["num_gpu>=2", '"num_gpu" at position 1 is not a key of offers. Did you mean "num_gpus"?'],
    ["gpu_name=A10 relability>0.9", '"relability" at position 14 is not a key of offers. Did you mean "reliability"?'],
    ["gpu_name=RTX 4090", '"4090" at position 14 stands where a key should.'],
    ["id=123", '"id" at position 1 is no filter: an offer that is known by its id is rented with the input `offerId`'],
    ["num_gpus 2", '"2" at position 10 stands where an operator of num_gpus should'],
    ["num_gpus=>2", "=> is not an operator. Did you mean >=?"],
    ["num_gpus<>2", "<> is not an operator. Did you mean !=?"],
    ["num_gpus~2", '"~2" at position 9 stands where an operator'],
    ["num_gpus>=", "The end of the query stands where a value of gpuCount should."],
    ["num_gpus>=two", '"two" at position 11 is not a number, which gpuCount wants.'],
    ["num_gpus>=-2", '"-2" at position 11 is not a number'],
    ["num_gpus>[1,2]", "is a list, which only goes with in and notin."],
    ["geolocation in [DE,FR", '"[DE" at position 16 begins a list that has no end. Put a ] behind it.'],
    ["geolocation in []", "stands where a value of country should."],
    ['gpu_name="RTX 4090', "begins a quoted value that has no end."],
    ["verified=yes", '"yes" at position 10 does not go with verified, which is true or false.'],
    ["verified>true", "does not go with verified"],
    ["num_gpus>any", '"any" at position 10 only goes with =.'],
    ["num_gpus=2 dph<1 num_gpus=4", '"num_gpus" at position 18 asks a second time'],
    [
      "dph<1 reliability>97",
      '"reliability>97" at position 7: reliability.gt is 97, but must be a number between 0 and 1. Did you mean 0.97?',
    ],
    ["gpu_ram>=24564", '"gpu_ram>=24564" at position 1: gpuRamGb.gte is 24564'],
    ["gpu_name>=A10", '"gpu_name>=A10" at position 1: "gte" is not an operator of gpuName.'],
    ["geolocation=UK", 'Did you mean "GB"?'],
    ["gpu_name=rtx_4090", 'Did you mean "RTX 4090"?'],
    ["num_gpus>4 num_gpus<2", "can never hold"],
  ])("refuses %s", (text, words) => {
    expect(() => readQuery(text)).toThrow(words);
    expect(() => readQuery(text)).toThrow(/ Nothing was looked for\.$/);
  });
});

describe("a query as it stands in a program", () => {
  it.each<[string, OfferQuery]>([
    ["{}", {}],
    ['{ gpuName: "RTX 4090", gpuCount: 2, }', { gpuName: "RTX 4090", gpuCount: 2 }],
    [
      "offer: { gpuName: ['A10', `A40`], reliability: { gte: .98 } },",
      { gpuName: ["A10", "A40"], reliability: { gte: 0.98 } },
    ],
    ['{"country":{"notin":["CN"]},"verified":"any"}', { country: { notin: ["CN"] }, verified: "any" }],
    ["{ // where\n  country: 'DE', /* and */ staticIp: true }", { country: "DE", staticIp: true }],
  ])("reads %s", (text, query) => {
    expect(readQuery(text)).toEqual(query);
  });

  it.each([
    ["{ gpuNmae: 'A10' }", '"gpuNmae" at position 3: "gpuNmae" is not a filter of offers. Did you mean "gpuName"?'],
    [
      "{ dph: { lt: 1 }, num_gpus: 2 }",
      '"num_gpus" at position 19: "num_gpus" is not a filter of offers. Did you mean "gpuCount"?',
    ],
    ["{ reliability: { gte: 97 } }", '"gte" at position 18: reliability.gte is 97'],
    ["{ gpuName: process.env.HOME }", '"process.env.HOME" at position 12 is not a value'],
    ["{ gpuName 'A10' }", "stands where a colon should, behind gpuName."],
    ["{ gpuName: 'A10' gpuCount: 1 }", '"gpuCount" at position 18 stands where a comma or a } should.'],
    ["{ gpuName: 'A10'", "The end of the query stands where a comma or a } should."],
    ["{ gpuCount: 1, gpuCount: 2 }", '"gpuCount" at position 16 stands a second time.'],
    ["{ gpuCount: 1 } }", '"}" at position 17 stands behind the end of the object.'],
    ["{ __proto__: 1 }", '"__proto__" is not a filter of offers.'],
    ["{ 1: 2 }", '"1" at position 3 stands where a key or a } should.'],
  ])("refuses %s", (text, words) => {
    expect(() => readQuery(text)).toThrow(words);
  });
});

/** Any query that passes its check, of a few keys: one that is not refused by chance would have to be waited for. */
const queries: fc.Arbitrary<OfferQuery> = fc
  .uniqueArray(fc.constantFrom(...fieldNames), { maxLength: 4 })
  .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, validFilters(name)]))))
  .map((query) => query as OfferQuery);

function validFilters(name: FieldName): fc.Arbitrary<unknown> {
  return filters(name).filter((filter) => OfferQuery.safeParse({ [name]: filter }).success);
}

function filters(name: FieldName): fc.Arbitrary<unknown> {
  const field = offerFields[name];
  if (field.kind === "flag") return field.takesAny ? fc.constantFrom(true, false, "any") : fc.boolean();
  const value = values(name).filter((each) => field.problem(each) === undefined);
  const list = fc.array(value, { minLength: 1, maxLength: 3 });
  const ops = field.kind === "text" ? textOps : numberOps;
  const conditions = fc
    .uniqueArray(fc.constantFrom(...ops), { minLength: 1, maxLength: 2 })
    .chain((few) => fc.record(Object.fromEntries(few.map((op) => [op, op === "in" || op === "notin" ? list : value]))));
  if (field.kind === "text") return fc.oneof(value, list, conditions);
  return field.plainMeans === undefined ? fc.oneof(value, conditions) : conditions;
}

function values(name: FieldName): fc.Arbitrary<string | number> {
  if (name === "cpuArch") return fc.constantFrom("amd64", "arm64");
  if (name === "gpuArch") return fc.constantFrom("nvidia", "amd");
  if (name === "hostingType") return fc.constantFrom("datacenter", "consumer");
  if (name === "verification") return fc.constantFrom("verified", "unverified", "deverified");
  if (name === "country") return fc.constantFrom("DE", "FR", "US");
  if (name === "gpuName") return fc.constantFrom("RTX 4090", "H100_SXM", "A10", "RTX PRO 6000 WS", 'A "B"');
  const { kind } = offerFields[name];
  if (kind === "version") return fc.tuple(fc.nat(999), fc.nat(999)).map((parts) => parts.join("."));
  if (kind === "text") return fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom("any", "a_b", "*", "true"));
  return fc.oneof(fc.nat(64), fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 50, noNaN: true }));
}

/** What a query asks, without the many ways of writing it. */
function meaning(query: OfferQuery) {
  const of = (name: FieldName) => {
    const filter = query[name];
    return filter === "any" ? "any" : conditionsOf(filter, (value) => offerFields[name].normalise(value));
  };
  // "any" asks for nothing, and drops a default filter where there is one.
  const asks = (name: FieldName) => query[name] !== undefined && (query[name] !== "any" || offerFields[name].takesAny);
  return fieldNames.filter(asks).map((name) => [name, of(name)]);
}

describe("every query", () => {
  it("comes back from the language of Vast's client as it went in", () => {
    fc.assert(
      fc.property(queries, (query) => {
        const text = vastQueryText(query);
        const back = readQuery(text);
        expect(meaning(back)).toEqual(meaning(query));
        expect(vastQueryText(back)).toBe(text);
      }),
      { numRuns: 300, examples: [[{ osVersion: "- +" }]] },
    );
  });

  it("comes back from a program as it went in", () => {
    fc.assert(
      fc.property(queries, (query) => {
        expect(readQuery(`offer: ${literal(query)},`)).toEqual(query);
      }),
      { numRuns: 300 },
    );
  });

  it("has a word of Vast's client for each key, and each word is one key's", () => {
    const words = fieldNames.map((name) =>
      vastQueryText({ [name]: offerFields[name].kind === "flag" ? true : { gte: 1 } }),
    );
    expect(new Set(words.map((text) => text.split(/[=>]/)[0])).size).toBe(fieldNames.length);
  });
});

describe("an order", () => {
  it.each([
    ["dph_total", [["dollarsPerHour", "asc"]]],
    ["dph-", [["dollarsPerHour", "desc"]]],
    [
      "-dph,+reliability",
      [
        ["dollarsPerHour", "desc"],
        ["reliability", "asc"],
      ],
    ],
    [
      "num_gpus+, dlperf_usd:desc",
      [
        ["gpuCount", "asc"],
        ["dlperfPerDollar", "desc"],
      ],
    ],
    [
      "dlperfPerDollar:asc,verified-",
      [
        ["dlperfPerDollar", "asc"],
        ["verified", "desc"],
      ],
    ],
    ["", []],
  ])("reads %s", (text, order) => {
    expect(readOrder(text).map(({ field, direction }) => [field, direction])).toEqual(order);
  });

  it("knows every key that has an order by both names", () => {
    for (const field of sortableFields) {
      const word = vastQueryText({ [field]: offerFields[field].kind === "flag" ? true : { gte: 1 } }).split(/[=>]/)[0];
      expect(readOrder(`${field}-,${word}`)).toEqual([
        { field, direction: "desc" },
        { field, direction: "asc" },
      ]);
    }
  });

  it.each([
    ["dph_totl", '"dph_totl" of --order is not a key of offers. Did you mean "dph_total"?'],
    ["gpu_name", '"gpu_name" of --order has no order: gpu_name is a text.'],
    ["dph:up", '"dph:up" of --order has no direction that is known. Write dph:asc'],
    ["dph-:asc", "has no direction that is known"],
  ])("refuses %s", (text, words) => {
    expect(() => readOrder(text)).toThrow(words);
  });
});
