import { describe, expect, it } from "vitest";
import { z } from "zod";
import { checkBySchema } from "../../provider/engine/check.js";
import type { Bag } from "../../provider/engine/values.js";

const Range = z.strictObject({ gte: z.number().optional(), lte: z.number().optional() });
const Inputs = z
  .strictObject({
    image: z.string().min(1, "an image is a docker reference such as ubuntu:22.04").optional(),
    diskGb: z.number().min(8, "diskGb is in GB and at least 8").default(10),
    offer: z
      .strictObject({
        gpuName: z.string().optional(),
        gpuCount: z.union([z.number(), Range]).optional(),
        country: z.union([z.string(), z.array(z.string()), z.strictObject({ notin: z.array(z.string()) })]).optional(),
      })
      .optional(),
    machine: z
      .union([z.strictObject({ in: z.array(z.number()) }), z.strictObject({ notin: z.array(z.number()) })])
      .optional(),
    codes: z.union([z.array(z.string()), z.array(z.number())]).optional(),
    orderBy: z.array(z.strictObject({ field: z.string(), direction: z.enum(["asc", "desc"]) })).optional(),
    ports: z.array(z.union([z.number(), z.string()])).default([]),
    volumes: z.record(z.string(), z.strictObject({ sizeGb: z.number() })).optional(),
    env: z.record(z.string(), z.string()).default({}),
    imageLogin: z.strictObject({ user: z.string(), password: z.string() }).optional(),
    waitFor: z.preprocess((value) => value, z.strictObject({ path: z.string() })).optional(),
  })
  .refine(({ image, offer }) => image !== "none" || offer === undefined, "an offer without an image makes no sense");

const SECRET = ["imageLogin", "env"];

const failuresOf = (bag: Bag) => checkBySchema(Inputs, bag, SECRET).failures;

describe("inputs that are right", () => {
  it("come out complete", () => {
    expect(checkBySchema(Inputs, { image: "a:b" }, SECRET)).toEqual({
      inputs: { image: "a:b", diskGb: 10, ports: [], env: {} },
      failures: [],
    });
  });
});

describe("a failure", () => {
  it.each<[string, Bag, string, string]>([
    ["an input", { diskGb: 5 }, "diskGb", "diskGb is in GB and at least 8 (it is 5)"],
    ["an input of another type", { diskGb: "10" }, "diskGb", 'expected number, received string (it is "10")'],
    [
      "an input in an object",
      { offer: { gpuName: 4090 } },
      "offer.gpuName",
      "expected string, received number (it is 4090)",
    ],
    ["an item of a list", { ports: [80, true] }, "ports.1", "expected number or string (it is true)"],
    [
      "an input in an item",
      { orderBy: [{ field: "x", direction: "up" }] },
      "orderBy.0.direction",
      'Invalid option: expected one of "asc"|"desc" (it is "up")',
    ],
    ["a missing input", { orderBy: [{ direction: "asc" }] }, "orderBy.0.field", "expected string, received undefined"],
    ["null", { image: null }, "image", "expected string, received null (it is null)"],
  ])("names %s by its dotted path, with the value and what would be right", (_what, bag, property, reason) => {
    expect(failuresOf(bag)).toEqual([{ property, reason }]);
  });

  it("is there for each thing that is wrong", () => {
    expect(
      failuresOf({ image: "", diskGb: 5, disk: 5 })
        .map(({ property }) => property)
        .sort(),
    ).toEqual(["disk", "diskGb", "image"]);
  });

  it("shows a long value only in part", () => {
    const [failure] = failuresOf({ diskGb: "x".repeat(5000) });
    expect(failure?.reason.length).toBeLessThan(150);
  });
});

describe("a name that there is not", () => {
  it.each<[string, Bag, string, string]>([
    ["at the top", { diskGB: 10 }, "diskGB", "diskGb"],
    ["with underscores, as on the wire", { image_login: {} }, "image_login", "imageLogin"],
    ["with a letter wrong", { imaje: "a:b" }, "imaje", "image"],
    ["in an object", { offer: { gpu_name: "x" } }, "offer.gpu_name", "gpuName"],
    ["in a branch of a union", { offer: { gpuCount: { gteq: 1 } } }, "offer.gpuCount.gteq", "gte"],
    ["in an item of a list", { orderBy: [{ field: "x", direction: "asc", fielt: 1 }] }, "orderBy.0.fielt", "field"],
    ["in a value of a record", { volumes: { data: { sizeGb: 5, sizegb: 5 } } }, "volumes.data.sizegb", "sizeGb"],
    ["behind a preprocessing", { waitFor: { path: "/", pathh: "/" } }, "waitFor.pathh", "path"],
    ["in a secret input", { imageLogin: { user: "a", password: "b", pasword: "c" } }, "imageLogin.pasword", "password"],
  ])("is answered with the nearest one %s", (_where, bag, property, meant) => {
    expect(failuresOf(bag)).toEqual([
      { property, reason: `there is no input of this name; did you mean \`${meant}\`?` },
    ]);
  });

  it("is answered with all that there are when none is near", () => {
    expect(failuresOf({ offer: { wheels: 4 } })).toEqual([
      { property: "offer.wheels", reason: "there is no input of this name; known are gpuName, gpuCount, country." },
    ]);
  });

  it("is named once for each", () => {
    expect(failuresOf({ diskGB: 10, imaje: "x" }).map(({ property }) => property)).toEqual(["diskGB", "imaje"]);
  });
});

describe("a union", () => {
  it("complains about what was meant: the branch that got furthest", () => {
    expect(failuresOf({ offer: { gpuCount: { gte: "1" } } })).toEqual([
      { property: "offer.gpuCount.gte", reason: 'expected number, received string (it is "1")' },
    ]);
    expect(failuresOf({ offer: { country: ["DE", 5] } })).toEqual([
      { property: "offer.country.1", reason: "expected string, received number (it is 5)" },
    ]);
  });

  it("complains about the deepest of several branches that were tried", () => {
    expect(failuresOf({ machine: { in: [5, "6"] } })).toEqual([
      { property: "machine.in.1", reason: 'expected number, received string (it is "6")' },
    ]);
    expect(failuresOf({ machine: { notin: [5, "6"] } })).toEqual([
      { property: "machine.notin.1", reason: 'expected number, received string (it is "6")' },
    ]);
  });

  it("names each kind once that it takes", () => {
    expect(failuresOf({ codes: 5 })).toEqual([{ property: "codes", reason: "expected array (it is 5)" }]);
  });

  it("names what it takes when no branch fits", () => {
    expect(failuresOf({ offer: { country: 49 } })).toEqual([
      { property: "offer.country", reason: "expected string or array or object (it is 49)" },
    ]);
  });
});

describe("a secret value is not repeated", () => {
  it.each<[string, Bag, string]>([
    ["as an input in a secret object", { imageLogin: { user: "me", password: ["hunter2"] } }, "imageLogin.password"],
    ["as the secret input itself", { imageLogin: "hunter2" }, "imageLogin"],
    ["as a value of a secret record", { env: { TOKEN: ["hunter2"] } }, "env.TOKEN"],
  ])("%s", (_where, bag, property) => {
    const failures = failuresOf(bag);
    expect(failures.map((failure) => failure.property)).toEqual([property]);
    expect(JSON.stringify(failures)).not.toContain("hunter2");
  });

  it("by a complaint about the whole, of which it is part", () => {
    const bag = { image: "none", offer: {}, env: { TOKEN: "hunter2" } };
    expect(failuresOf(bag)).toEqual([{ property: "", reason: "an offer without an image makes no sense" }]);
  });

  it("but others are, as this test would notice", () => {
    expect(JSON.stringify(failuresOf({ image: ["hunter2"] }))).toContain("hunter2");
  });
});
