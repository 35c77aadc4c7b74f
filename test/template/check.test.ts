import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fullImage, splitImage } from "../../provider/api/image.js";
import type { Bag } from "../../provider/engine/values.js";
import { onChange } from "../../provider/resources/template/changes.js";
import { checkTemplate } from "../../provider/resources/template/check.js";
import { markedDescription, readDescription } from "../../provider/resources/template/description-mark.js";
import { TOKEN } from "../support/harness.js";
import { MARK } from "./given.js";

const about = { exists: false, before: {}, readConfig: () => undefined };
const check = (inputs: Bag, unknown: string[] = []) =>
  checkTemplate({ name: "a", image: "ubuntu:22.04", ...inputs }, new Set(unknown), about);

describe("a template's inputs", () => {
  it("are completed, so that the state holds the whole template", () => {
    expect(check({}).inputs).toMatchObject({
      runtype: "ssh",
      connection: "direct",
      env: {},
      ports: [],
      recommendedDiskGb: 8,
      description: "",
      descriptionMark: true,
      readmeVisible: true,
      private: true,
    });
    expect(check({ args: ["a"] }).inputs.runtype).toBe("args");
    expect(check({ ports: [8000, "53/udp"] }).inputs.ports).toEqual(["8000:8000", "53:53/udp"]);
    expect(check({ image: "ubuntu", tag: "24.04" }).inputs).toMatchObject({ image: "ubuntu:24.04" });
    expect(check({ image: "ubuntu", tag: "24.04" }).inputs).not.toHaveProperty("tag");
  });

  it("are not missing while they are unknown", () => {
    const { failures } = checkTemplate({}, new Set(["name", "image"]), about);
    expect(failures).toEqual([]);
    expect(checkTemplate({}, new Set(["name"]), about).failures.map(({ property }) => property)).toEqual(["image"]);
    expect(checkTemplate({ name: "a", tag: "1" }, new Set(["image"]), about).inputs.tag).toBe("1");
  });

  it.each([
    ["imagee", { imagee: "x" }, "did you mean `image`"],
    ["image", { image: "a b" }, "without blanks"],
    ["tag", { tag: "24.04" }, 'has a tag already, and here is "24.04"'],
    ["tag", { image: "a@sha256:0", tag: "1" }, "named by its digest"],
    ["args", { args: ["x"], runtype: "ssh" }, 'runtype "ssh" does not run'],
    ["jupyterDir", { jupyterDir: "/x" }, 'no Jupyter with runtype "ssh"'],
    ["onstart", { onstart: "x".repeat(16_385) }, "16385 characters"],
    ["ports", { ports: Array.from({ length: 65 }, (_, i) => i + 1) }, "65 ports"],
    ["ports.0", { ports: ["http"] }, '"http" is no port'],
    ["env.-p 80", { env: { "-p 80": "1" } }, "ports belong into `ports`"],
    ["dockerOptions.1", { dockerOptions: ["-h", "-e"] }, "variables belong into `env`"],
    ["description", { description: `x ${MARK}` }, "this provider's own mark"],
    ["offer.gpuNam", { offer: { gpuNam: "A10" } }, 'did you mean "gpuName"'],
    ["imageLogin", { imageLogin: { username: "me", password: "p w" } }, "no blanks"],
    ["recommendedDiskGb", { recommendedDiskGb: 0 }, "in GB and above 0"],
    ["href", { href: "hub" }, "is an address"],
    ["name", { name: "" }, "needs a name"],
  ])("are refused with a reason: %s", (property, inputs, reason) => {
    const { failures } = check(inputs);
    expect(failures).toHaveLength(1);
    expect(failures[0]?.property).toContain(property);
    expect(failures[0]?.reason.toLowerCase()).toContain(reason.toLowerCase());
  });

  it("never ask for a replacement", () => {
    expect(Object.values(onChange).map(([effect]) => effect)).not.toContain("replace");
  });
});

describe("the mark in the description", () => {
  it("is read back as it was written, with the description trimmed", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(readDescription(text).token === undefined);
        const marked = markedDescription(text, TOKEN, true);
        expect(readDescription(marked)).toEqual({ description: text.trim(), token: TOKEN });
        expect(readDescription(markedDescription(text, TOKEN, false)).token).toBeUndefined();
      }),
    );
  });
});

describe("an image", () => {
  it.each([
    ["ubuntu", "ubuntu", undefined, "ubuntu:latest"],
    ["ubuntu:22.04", "ubuntu", "22.04", "ubuntu:22.04"],
    ["host:5000/a/b", "host:5000/a/b", undefined, "host:5000/a/b:latest"],
    ["host:5000/a/b:1", "host:5000/a/b", "1", "host:5000/a/b:1"],
    ["a/b@sha256:0", "a/b@sha256:0", undefined, "a/b@sha256:0"],
    [
      "vastai/base-image:@vastai-automatic-tag",
      "vastai/base-image",
      "@vastai-automatic-tag",
      "vastai/base-image:@vastai-automatic-tag",
    ],
  ])("is split as Vast splits it: %s", (reference, image, tag, full) => {
    expect(splitImage(reference)).toEqual({ image, tag });
    expect(fullImage(reference)).toBe(full);
  });
});
