// How `pulumi-vastai cost` shows it: for terminals, comments, pages and pipelines.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readLimit } from "../../cli/cost/limit.js";
import { escaped } from "../../cli/cost/markdown.js";
import { type TestWorld, testWorld } from "../support/harness.js";
import { cost, previewOf, realPreview, realPreviewText, step } from "./cost-given.js";
import { aFolder, pulumiWith } from "./given.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const NASTY = "x`|*_<img src=x>[a](http://b.c)@team #12 www.d.e\n| --- |\u202E&amp;\"'";

/** Many instances that exist, dearest last. */
function many(count: number, nameOf = (i: number) => `instance-number-${String(i).padStart(3, "0")}`) {
  const steps = Array.from({ length: count }, (_, i) =>
    step("same", nameOf(i), { old: { outputs: { dollarsPerHour: 0.1 + i / 1000 } }, wanted: {} }),
  );
  return previewOf(...steps);
}

describe("the text", () => {
  it("is a table with totals, what they leave out, and why", async () => {
    const { out } = await cost(t, [realPreview("new")]);
    expect(out).toBe(`Vast.ai cost of project garage, stack dev

RESOURCE  WHAT                                                                                $/H      $/MONTH  CHANGE
data      volume of 50 GB                                                                 unknown      unknown  new
inner     RTX 4090, 10 GB disk, bid 0.2 $/h, ends by itself after 8 h, at most 1.62 $  from 0.202  from 147.52  new +0.202
store     volume of 100 GB                                                                ≤ 0.056      ≤ 40.56  new ≤ +0.056
trainer   RTX 4090, 20 GB disk                                                         from 0.304  from 222.04  new +0.304
worker    RTX 4090, 20 GB disk                                                         from 0.304  from 222.04  new +0.304

TOTAL      $/H  $/MONTH
now      0.000     0.00
after    0.810   591.60
    0.810 of it estimated, + 1 resource for ≤ 0.056, + 1 unknown
change  +0.810  +591.60

data, store: its search needs an API key, and there is none.
Traffic is in no price. A month has 730 hours.
`);
  });

  it("fits a terminal, with colours there and nowhere else", async () => {
    const wide = await cost(t, [realPreview("new")], { columns: 80 });
    const lines = stripVTControlCharacters(wide.out).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(wide.out).toContain("\u001b[32m");
    expect(lines.find((line) => line.startsWith("inner"))).toMatch(/…\s+from 0\.202/);
    const plain = await cost(t, [realPreview("new")], { columns: 80, env: { NO_COLOR: "1" } });
    expect(plain.out).not.toContain("\u001b");
  });

  it("of a stack without anything that is billed says so", async () => {
    const { code, out } = await cost(t, ["-"], { piped: '{"steps": [], "changeSummary": {}}' });
    expect({ code, out }).toEqual({ code: 0, out: "The preview shows nothing that Vast bills.\n" });
  });

  it("has no control characters out of names", async () => {
    const { out } = await cost(t, ["-"], { piped: many(1, () => "a\u001b[31mb\nc") });
    expect(out).not.toContain("\u001b");
    expect(out).toContain("a [31mb c");
  });
});

describe("the markdown", () => {
  const markdown = (piped: string) => cost(t, ["-", "--format", "markdown"], { piped });

  it("begins with the marker and the totals, and shows few rows openly", async () => {
    const { out } = await markdown(realPreviewText("update"));
    expect(out).toMatch(/^<!-- pulumi-vastai cost -->\n### Vast\.ai cost of <code>garage\/dev<\/code>\n/);
    expect(out.indexOf("**0.319**")).toBeLessThan(out.indexOf("| <code>worker</code> |"));
    expect(out).toContain("| change | −0.310 | −226.30 |  |");
    expect(out).not.toContain("<details>");
  });

  it("folds more than ten rows away", async () => {
    const { out } = await markdown(many(11));
    expect(out).toContain("<details><summary>11 resources</summary>\n\n| resource |");
    expect(out).toMatch(/\|\n\n<\/details>\n$/);
  });

  it("holds 200 instances whole, in less than 60 kB", async () => {
    const { out } = await markdown(many(200));
    expect(Buffer.byteLength(out)).toBeLessThan(60_000);
    expect(out.match(/<code>instance&#45;|<code>instance-/g)).toHaveLength(200);
    expect(out).not.toContain("were cut here");
  });

  it("of names of any length stays below 60 kB, and says what was cut", async () => {
    const { out } = await markdown(many(200, (i) => `${"*".repeat(200)}${i}`));
    expect(Buffer.byteLength(out)).toBeLessThan(60_000);
    expect(Buffer.byteLength(out)).toBeGreaterThan(50_000);
    const [, cut, dollars] = /\n(\d+) more resources were cut here for length, together ([\d.]+) \$\/h/.exec(out) ?? [];
    const shown = out.match(/^\| <code>/gm)?.length ?? 0;
    expect(shown + Number(cut)).toBe(200);
    expect(Number(dollars)).toBeGreaterThan(0);
    expect(out).toMatch(/<\/details>\n$/);
  });

  it("shows names as they stand: none makes a cell, a link, a picture or a mention", async () => {
    const { out } = await markdown(many(1, () => NASTY));
    const row = out.split("\n").find((line) => line.startsWith("| <code>")) ?? "";
    expect(row.split("|")).toHaveLength(7);
    expect(row).toContain("&#64;<!-- -->team &#35;<!-- -->12");
    expect(row).not.toMatch(/<img|\]\(|http:|@team|www\.|`|\u202E/);
  });

  it("escapes reversibly whatever the text is", () => {
    const text = fc.string({ unit: "grapheme-ascii" });
    fc.assert(
      fc.property(text, (original) => {
        const safe = escaped(original);
        expect(safe.replaceAll("<!-- -->", "")).not.toMatch(/[<>|`*_[\]@"'\\~]/);
        const back = safe
          .replaceAll("<!-- -->", "")
          .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
        expect(back).toBe(original);
      }),
    );
  });
});

describe("the chart", () => {
  async function chart(piped: string): Promise<string> {
    const file = join(aFolder(), "cost.svg");
    const { code } = await cost(t, ["-", "--chart", file], { piped });
    expect(code).toBe(0);
    return readFileSync(file, "utf8");
  }

  it("has a bar for each side of each resource, as long as it is dear, with its values", async () => {
    const svg = await chart(realPreviewText("delete-before-replace"));
    const widths = (kind: string) =>
      [...svg.matchAll(new RegExp(`class="${kind}" x="230" y="\\d+" width="([\\d.]+)"`, "g"))].map(([, w]) =>
        Number(w),
      );
    const [trainer, inner, store, data] = widths("before");
    expect(widths("after")).toEqual([340]);
    expect(trainer).toBeCloseTo((340 * 0.304167) / 0.308333, 0);
    expect(inner).toBeCloseTo((340 * 0.202083) / 0.308333, 0);
    expect([store, data].every((width) => (width ?? 0) < 30)).toBe(true);
    expect(svg).toContain("0.304 → from 0.308");
    expect(svg).toContain('<desc id="desc">0.538 $/h now, 0.308 $/h after the change.');
    expect(svg).toContain("prefers-color-scheme: dark");
  });

  it("stands alone and holds any name: nothing is loaded, nothing runs", async () => {
    const svg = await chart(many(1, () => `${NASTY}\uFFFE</svg><script>`));
    expect(svg.match(/<\/svg>/g)).toHaveLength(1);
    expect(svg).not.toMatch(/<script|<img|<a |href|url\(|@import/);
    const texts = svg.replace(/<style>[\s\S]*<\/style>/, "").replace(/<[^<>]*>/g, "");
    expect(texts).not.toMatch(/[<>]|&(?!#\d+;)/);
  });

  it("cuts long names and keeps them whole in a title; puts the cheapest of many together", async () => {
    const svg = await chart(many(60, (i) => `${"long-".repeat(10)}${i}`));
    expect(svg).toContain(">long-long-lon…g-long-long-59</text>");
    expect(svg).toContain(`<title>${"long-".repeat(10)}59: 0.159</title>`);
    expect(svg.match(/<g>/g)).toHaveLength(40);
    // 0.100 to 0.120.
    expect(svg).toContain("21 more together: 2.310 → 2.310");
    const widths = [...svg.matchAll(/class="after" x="230" y="\d+" width="([\d.]+)"/g)].map(([, width]) =>
      Number(width),
    );
    expect(widths).toHaveLength(39);
    expect(Math.max(...widths)).toBe(340);
  });

  it("that cannot be written ends with 2", async () => {
    const { code, err } = await cost(t, ["-", "--chart", "/no/such/folder/a.svg"], { piped: realPreviewText("same") });
    expect(code).toBe(2);
    expect(err).toContain("cannot be written to /no/such/folder/a.svg (ENOENT)");
  });
});

describe("--fail-over", () => {
  it.each([
    ["3", 3],
    ["3.00/h", 3],
    ["$3.5/h", 3.5],
    ["3 $/h", 3],
    ["48/day", 2],
    ["730/month", 1],
    ["0/h", 0],
    ["-1/h", undefined],
    ["3/year", undefined],
    ["much", undefined],
    ["", undefined],
    ["1e3/h", undefined],
  ])("reads %j as %s $/h", (text, dollarsPerHour) => {
    expect(readLimit(text)).toBe(dollarsPerHour);
  });

  const limited = (limit: string, name = "same", format = "json") =>
    cost(t, [realPreview(name), "--fail-over", limit, "--format", format]);

  it("lets pass what costs exactly that, and ends with 1 above", async () => {
    const kept = await limited("0.851667/h");
    expect({ code: kept.code, err: kept.err }).toEqual({ code: 0, err: "" });
    expect(JSON.parse(kept.out).limit).toMatchObject({ dollarsPerHour: 0.851667, isExceeded: false });
    const exceeded = await limited("0.85/h");
    expect(exceeded.code).toBe(1);
    expect(JSON.parse(exceeded.out).limit).toMatchObject({ isExceeded: true });
    expect(exceeded.err).toBe(
      "error: The limit of 0.850 $/h is exceeded by 0.002 $/h: all costs 0.852 $/h afterwards.\n",
    );
  });

  it("counts caps in full and names what it cannot count", async () => {
    const { code, out } = await limited("0.86/h", "new");
    expect(code).toBe(1);
    expect(JSON.parse(out).limit.text).toBe(
      "The limit of 0.860 $/h is exceeded by 0.006 $/h: all costs 0.866 $/h afterwards, of which 0.056 are caps of what has no price. " +
        "Not counted, for want of a price and a cap: data.",
    );
    expect((await limited("0.87/h", "new")).code).toBe(0);
  });

  it("stands in every form", async () => {
    for (const format of ["text", "markdown"]) {
      expect((await limited("0.5", "same", format)).out).toMatch(/limit of 0(\.|&#46;)500 (\$|&#36;)\/h is exceeded/);
    }
  });

  it("that is no price ends with 2, before anything is read", async () => {
    const { code, err, out } = await limited("cheap");
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain('--fail-over is "cheap", which is no price. Write $ an hour such as 3.00/h');
  });
});

describe("where the preview comes from", () => {
  const run = (stacks: Readonly<Record<string, string>>, words: readonly string[], piped?: string) => {
    const folder = pulumiWith(stacks);
    const env = { PATH: `${folder}:/usr/bin:/bin` };
    return { folder, told: cost(t, words, { env, ...(piped === undefined ? {} : { piped }) }) };
  };
  const ARGS = "preview --json --show-sames --show-replacement-steps";

  it("on a terminal it is made here, with what does not change", async () => {
    const { folder, told } = run({ "": realPreviewText("same") }, []);
    expect((await told).out).toContain("stack dev");
    expect(readFileSync(join(folder, "calls"), "utf8")).toBe(`${ARGS} --non-interactive --color=never\n`);
  });

  it("of another stack too, and where standard input is empty, as in a pipeline", async () => {
    const { folder, told } = run({ prod: realPreviewText("same") }, ["--stack", "prod"], "");
    expect((await told).code).toBe(0);
    expect(readFileSync(join(folder, "calls"), "utf8")).toContain(`${ARGS} --stack=prod `);
    expect((await run({ "": realPreviewText("same") }, [], " \n").told).code).toBe(0);
  });

  it("what went wrong there is said, without the key", async () => {
    const { code, err } = await cost(t, ["--stack", "nope"], {
      env: { PATH: `${pulumiWith({})}:/usr/bin:/bin`, VAST_API_KEY: "key-of-the-test" },
    });
    expect(code).toBe(2);
    expect(err).toContain("`pulumi preview --stack nope` failed with exit code 6: no stack named 'nope' found");
    expect(err).not.toContain("key-of-the-test");
    const failed = run({ "": realPreviewText("bad-input") }, []);
    expect((await failed.told).err).toContain("the preview failed: ");
  });

  it("without Pulumi it says what to do", async () => {
    const { code, err } = await cost(t, [], { env: { PATH: aFolder() } });
    expect(code).toBe(2);
    expect(err).toContain("could not be started (ENOENT)");
    expect(err).toContain("Put the Pulumi CLI on PATH");
  });

  it("is not asked for twice", async () => {
    const { code, err } = await cost(t, [realPreview("same"), "--stack", "dev"]);
    expect(code).toBe(2);
    expect(err).toContain("Leave one of them out.");
  });
});
