// The pieces of the printed program: values and names.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Code, literal } from "../../cli/import/literal.js";
import { configKey, identifier, resourceName, uniqueNames } from "../../cli/import/names.js";

const texts = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(fc.constantFrom("`", "$", "{", "}", "\\", "\n", "\r", '"', "\u2028", "__proto__", "a "))
    .map((parts) => parts.join("")),
);
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    texts,
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
    fc.boolean(),
    fc.constant(null),
    tie("list"),
    tie("bag"),
  ),
  list: fc.array(tie("value"), { maxLength: 5 }),
  bag: fc.dictionary(texts, tie("value"), { maxKeys: 5 }),
})).value;

describe("a literal", () => {
  it("means the value that it was made of", () => {
    fc.assert(
      fc.property(values, fc.boolean(), (value, mayBeShort) => {
        const read = new Function(`return (${literal(value, { mayBeShort })});`)() as unknown;
        expect(JSON.stringify(read)).toBe(JSON.stringify(value));
      }),
    );
  });

  it("is broken where a line gets too long", () => {
    const value = {
      short: [1, 2],
      long: Array.from({ length: 30 }, (_, i) => `item ${i}`),
      secret: new Code("config.x"),
    };
    const lines = literal(value).split("\n");
    expect(lines.slice(0, 4)).toEqual(["{", "  short: [1, 2],", "  long: [", '    "item 0",']);
    expect(lines.at(-2)).toBe("  secret: config.x,");
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(101);
  });
});

describe("names", () => {
  it.each([
    ["trainer", "trainer", "trainerInstance"],
    ["my 2nd box!", "my-2nd-box", "my2ndBoxInstance"],
    ["HF_TOKEN", "HF_TOKEN", "hfTokenInstance"],
    ["4090", "4090", "instance4090"],
    ["new", "new", "newInstance"],
    ["训练", "训练", "训练Instance"],
    ["", "instance-7", "instance7Instance"],
    [" -- ", "instance-7", "instance7Instance"],
  ])("of %j are %j and %j", (knownAs, name, constant) => {
    expect(resourceName(knownAs, "instance", "7")).toBe(name);
    expect(identifier(name, "Instance")).toBe(constant);
  });

  it("are words of the language and of Pulumi's configuration, whatever stands on Vast", () => {
    fc.assert(
      fc.property(texts, (knownAs) => {
        const name = resourceName(knownAs, "env-var", "7");
        const constant = identifier(name, "EnvVar");
        expect(new Function(`const ${constant} = 7; return ${constant};`)()).toBe(7);
        expect(configKey(name, ["value"])).toMatch(/^[A-Za-z0-9]+$/);
      }),
    );
  });

  it("are given once", () => {
    const once = uniqueNames("-");
    expect(["a", "a", "a-2", "a"].map(once)).toEqual(["a", "a-2", "a-2-2", "a-3"]);
  });
});
