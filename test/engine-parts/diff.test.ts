import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ChangeTable, diffByTable, isSameInput, type Sameness } from "../../provider/engine/diff.js";
import type { Bag } from "../../provider/engine/values.js";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

interface Inputs {
  image: string;
  diskGb: number;
  label?: string;
  offer?: unknown;
}

const onChange: ChangeTable<Inputs> = {
  image: ["update", "the container is made anew"],
  diskGb: ["replace", "fixed for the life of the contract"],
  label: ["update", "set in place"],
  offer: ["ignore", "matters only when renting"],
};
const same: Sameness<Inputs> = {
  diskGb: (before, wanted) => Math.abs(before - wanted) <= 1,
  label: (before = "", wanted = "") => before === wanted,
};
const before: Bag = {
  image: "a:1",
  diskGb: 10,
  label: "x",
  offer: { gpuName: "RTX 4090" },
  status: "running",
  __provider: "text",
};
const diff = (wanted: Bag, then: Bag = before) => diffByTable(onChange, same, then, { ...before, ...wanted });

const none = { changes: false, replaces: [] };
const update = { changes: true, replaces: [] };
const replace = (...replaces: string[]) => ({ changes: true, replaces });

describe("the difference of inputs", () => {
  it.each<[string, Bag, ReturnType<typeof diff>]>([
    ["nothing changed", {}, none],
    ["an update input changed", { image: "a:2" }, update],
    ["a replace input changed", { diskGb: 20 }, replace("diskGb")],
    ["both changed", { image: "a:2", diskGb: 20 }, replace("diskGb")],
    ["an ignored input changed", { offer: { gpuName: "H100" } }, none],
    ["values differ that mean the same", { diskGb: 10.08 }, none],
    ["an output changed, which is no input", { status: "exited" }, none],
    ["an update input is unknown", { image: UNKNOWN }, update],
    ["a replace input is unknown", { diskGb: UNKNOWN }, replace("diskGb")],
    ["an unknown is deep in a replace input", { diskGb: { a: [UNKNOWN] } }, replace("diskGb")],
    ["an ignored input is unknown", { offer: UNKNOWN }, none],
    ["an unknown is deep in an ignored input", { offer: { gpuName: UNKNOWN } }, none],
    ["an input is null that was absent", { unheardOf: null }, none],
    ["an input is removed", { label: undefined }, update],
    ["an input is null", { label: null }, update],
    ["the provider's text changed", { __provider: "other text" }, update],
    ["the provider's text is gone", { __provider: undefined }, update],
  ])("where %s", (_what, wanted, expected) => {
    expect(diff(wanted)).toEqual(expected);
  });

  it.each<[string, unknown, unknown]>([
    ["null and absent", null, undefined],
    ["absent and null", undefined, null],
    ["null and null", null, null],
    ["absent and empty, which this input takes for one", undefined, ""],
    ["empty and null, which this input takes for one", "", null],
  ])("is none between %s", (_what, then, wanted) => {
    expect(diff({ label: wanted }, { ...before, label: then })).toEqual(none);
  });

  it("is one where an input is unknown, whatever would count as the same", () => {
    const anything: Sameness<Inputs> = { diskGb: () => true };
    expect(diffByTable(onChange, anything, before, { ...before, diskGb: UNKNOWN })).toEqual(replace("diskGb"));
    const unknownBefore = { ...before, image: UNKNOWN };
    expect(diffByTable(onChange, same, unknownBefore, unknownBefore)).toEqual(update);
  });

  it("is one between empty and absent where the input does not say otherwise", () => {
    expect(diff({ image: "" }, { ...before, image: undefined })).toEqual(update);
  });

  it("is none for equal inputs, whatever they are", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (image, diskGb) => {
        const bag = { image, diskGb, __provider: "text" };
        expect(diffByTable(onChange, {}, structuredClone(bag), bag)).toEqual(none);
      }),
    );
  });

  it("names inputs that are to be replaced in the order of the table", () => {
    const all: ChangeTable<Inputs> = { ...onChange, image: ["replace", ""], label: ["replace", ""] };
    expect(diffByTable(all, same, before, { ...before, label: "y", image: "b", diskGb: 20 }).replaces).toEqual([
      "image",
      "diskGb",
      "label",
    ]);
  });
});

describe("an input that is as wanted", () => {
  it.each<[string, unknown, unknown, boolean]>([
    ["equal lists", ["a", "b"], ["a", "b"], true],
    ["lists in another order", ["a", "b"], ["b", "a"], false],
    ["objects in another order", { a: 1, b: 2 }, { b: 2, a: 1 }, true],
    ["a number and its text", 1, "1", false],
    ["false and absent", false, undefined, false],
    ["nought and absent", 0, undefined, false],
  ])("is told apart: %s", (_what, then, wanted, expected) => {
    expect(isSameInput<Inputs, "image">({}, "image", { image: then }, { image: wanted })).toBe(expected);
  });
});
