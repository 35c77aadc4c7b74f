import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holdsUnknown, splitUnknown, toWire } from "../../provider/engine/values.js";

/** What the Node SDK sends for everything that is not known yet, and the engine's typed ones. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const sentinels = {
  "bool or Node's for all": "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  number: "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  string: UNKNOWN,
  array: "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  asset: "030794c1-ac77-496b-92df-f27374a8bd58",
  archive: "e48ece36-62e2-4504-bad9-02848725956a",
  object: "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
};

describe("something unknown", () => {
  it.each(Object.entries(sentinels))("is the engine's marker: %s", (_type, marker) => {
    expect(holdsUnknown(marker)).toBe(true);
  });

  it.each<[string, unknown]>([
    ["a list", [1, UNKNOWN]],
    ["an object", { a: UNKNOWN }],
    ["a list of objects of lists", [{ a: [{ b: [UNKNOWN] }] }]],
    ["an object beside what is known", { a: 1, b: null, c: { d: UNKNOWN } }],
  ])("is found in %s", (_where, value) => {
    expect(holdsUnknown(value)).toBe(true);
  });

  it.each<[string, unknown]>([
    ["a text that holds the marker", `id-${UNKNOWN}`],
    ["a key that is the marker", { [UNKNOWN]: 1 }],
    ["an empty text", ""],
    ["null", null],
    ["undefined", undefined],
    ["a number", 0],
    ["an empty list", []],
    ["an empty object", {}],
    ["nested knowns", { a: [{ b: null }] }],
  ])("is not %s", (_what, value) => {
    expect(holdsUnknown(value)).toBe(false);
  });

  it("is found at any depth, wherever it is put", () => {
    const path = fc.array(fc.oneof(fc.constant("list"), fc.string()), { maxLength: 20 });
    fc.assert(
      fc.property(path, fc.jsonValue(), (steps, beside) => {
        const nested = steps.reduce<unknown>(
          (inner, step) => (step === "list" ? [beside, inner] : { other: beside, [step]: inner }),
          UNKNOWN,
        );
        expect(holdsUnknown(nested)).toBe(true);
      }),
    );
  });
});

describe("a property bag", () => {
  it("is split into what is known and what is not", () => {
    const bag = { image: "a:b", diskGb: 10, label: UNKNOWN, env: { A: UNKNOWN, B: "c" } };
    expect(splitUnknown(bag)).toEqual({
      known: { image: "a:b", diskGb: 10 },
      unknown: { label: UNKNOWN, env: { A: UNKNOWN, B: "c" } },
    });
  });

  it("is read without nulls, which mean that nothing is given, and without the provider's text", () => {
    const bag = { image: null, label: undefined, diskGb: 0, flag: false, text: "", __provider: "exports.handler = …" };
    expect(splitUnknown(bag)).toEqual({ known: { diskGb: 0, flag: false, text: "" }, unknown: {} });
  });
});

describe("a value on its way to the engine", () => {
  it.each<[string, unknown, unknown]>([
    ["an undefined property is left out", { a: 1, b: undefined }, { a: 1 }],
    ["an undefined property is left out at any depth", { a: [{ b: { c: undefined } }] }, { a: [{ b: {} }] }],
    ["an undefined item keeps its place", [1, undefined, 3], [1, null, 3]],
    ["null stays", { a: null }, { a: null }],
    ["a date becomes ISO text", { at: new Date(0) }, { at: "1970-01-01T00:00:00.000Z" }],
    ["a date that is none becomes null", { at: new Date(Number.NaN) }, { at: null }],
    ["NaN becomes null", { price: Number.NaN }, { price: null }],
    ["infinity becomes null", [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], [null, null]],
    ["an object without prototype is an object", Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ["an unknown stays", { a: UNKNOWN }, { a: UNKNOWN }],
    [
      "a key of Object.prototype is a key like any other",
      { constructor: 1, toString: "x" },
      { constructor: 1, toString: "x" },
    ],
  ])("%s", (_rule, value, wire) => {
    expect(toWire(value)).toEqual(wire);
    expect(JSON.stringify(toWire(value))).toBe(JSON.stringify(wire));
  });

  it.each<[string, unknown, string]>([
    ["a function", { a: [{ b: () => {} }] }, "outputs.a[0].b is a function"],
    ["a symbol", { a: Symbol("x") }, "outputs.a is a symbol"],
    ["a bigint", { a: 1n }, "outputs.a is a bigint"],
    ["a map", { a: new Map() }, "outputs.a is a object"],
    ["an instance of a class", { a: new URL("https://vast.ai") }, "outputs.a is a object"],
    ["undefined as the whole", undefined, "outputs is a undefined"],
  ])("that has no JSON form is an error with its place: %s", (_what, value, message) => {
    expect(() => toWire(value)).toThrow(`${message} and cannot be stored in the Pulumi state`);
  });

  it("comes out as JSON would have it, without undefined at any depth", () => {
    fc.assert(
      fc.property(
        fc.object({ values: [fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.constant(undefined)] }),
        (value) => {
          expect(JSON.stringify(toWire(value))).toBe(JSON.stringify(value));
          const holdsUndefined = (v: unknown): boolean =>
            v === undefined || (typeof v === "object" && v !== null && Object.values(v).some(holdsUndefined));
          expect(holdsUndefined(toWire(value))).toBe(false);
        },
      ),
    );
  });
});
