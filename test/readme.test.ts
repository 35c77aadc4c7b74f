// Keeps README.md and the pages of docs/ true: their tables of changes, their programs, the scripts, files and sections that they name.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, it } from "vitest";
import { files as packed, scripts, version } from "../package.json";
import { onChange as onEnvVar } from "../provider/resources/env-var/changes.js";
import { onChange } from "../provider/resources/instance/changes.js";
import { instanceFactNames } from "../provider/resources/instance/outputs.js";
import { onChange as onInstanceSshKey } from "../provider/resources/instance-ssh-key/changes.js";
import { onChange as onSshKey } from "../provider/resources/ssh-key/changes.js";
import { onChange as onTemplate } from "../provider/resources/template/changes.js";
import { onChange as onVolume } from "../provider/resources/volume/changes.js";
import { startSimulator } from "../simulator/index.js";
import { mistakesIn } from "./support/compiler.js";

const root = join(__dirname, "..");
const docs = readdirSync(join(root, "docs")).map((name) => `docs/${name}`);
const pages = ["README.md", ...docs];

/** What stands in the repository only: whoever reads of it has a clone. */
const UNPACKED = /^(examples|bench)\//;

/** Set by the resource class; nobody changes them. */
const INTERNAL = ["ownerToken", "resourceName"];

/** The tables by the name in their place. */
const tables = { instance: instanceTable(), others: othersTable() };

function read(page: string): string {
  return readFileSync(join(root, page), "utf8");
}

/** Every first group of a pattern in a text. */
function all(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].map(([, found]) => found ?? "");
}

/** A page without its programs and commands: there, nothing is a heading or a link. */
function prose(page: string): string {
  return read(page).replace(/^( *)```[\s\S]*?^\1```$/gm, "");
}

/** Where the links of a page lead inside the repository: a file, seen from the root, and a section of it or "". */
function linksOf(page: string): { link: string; file: string; section: string }[] {
  const links = all(/\]\(([^)]+)\)/g, prose(page)).filter((link) => !link.startsWith("https:"));
  return links.map((link) => {
    const [path = "", section = ""] = link.split("#");
    return { link, section, file: path === "" ? page : posix.join(posix.dirname(page), path) };
  });
}

describe.each(pages)("%s", (page) => {
  const text = read(page);

  it("has the tables of changes that each changes.ts makes", async () => {
    let made = text;
    for (const [name, table] of Object.entries(tables)) {
      made = made.replace(placeOf(name), `$1\n${table}\n\n$2`);
    }
    await expect(made).toMatchFileSnapshot(`../${page}`);
  });

  it("names npm scripts that exist", () => {
    expect(all(/npm run ([\w:-]+)/g, text).filter((script) => !(script in scripts))).toEqual([]);
  });

  it("links to files and sections that exist", () => {
    const links = linksOf(page);
    expect(links).not.toEqual([]);
    expect(links.filter(({ file }) => file.startsWith("..") || !existsSync(join(root, file)))).toEqual([]);
    const withSection = links.filter(({ link }) => link.includes("#"));
    expect(withSection.filter(({ file, section }) => !anchorsOf(file).includes(section))).toEqual([]);
  });

  it("links to what the package holds, save examples and the bench", () => {
    const files = linksOf(page).map(({ file }) => file);
    const held = (file: string) => ["README.md", ...packed].some((entry) => `${file}/`.startsWith(`${entry}/`));
    expect(files.filter((file) => !UNPACKED.test(file) && !held(file))).toEqual([]);
  });
});

describe.each(docs)("%s", (page) => {
  it("begins with what it answers and a link back", () => {
    const [title, answer] = read(page).split("\n\n");
    expect(title).toMatch(/^# .+$/);
    expect(answer).toMatch(/^[A-Z][^|<]+\.\s\[Back to the README\]\(\.\.\/README\.md\)\.$/);
  });

  it("is linked in README.md", () => {
    expect(linksOf("README.md").map(({ file }) => file)).toContain(page);
  });
});

describe("README.md and docs/", () => {
  it("have each table of changes at one place", () => {
    for (const name of Object.keys(tables)) {
      expect(pages.filter((page) => placeOf(name).test(read(page)))).toEqual(["docs/changes.md"]);
    }
    const begun = pages.flatMap((page) => all(/<!-- changes of (\w+):begin/g, read(page)));
    expect(begun.toSorted()).toEqual(Object.keys(tables).toSorted());
  });

  it("hold programs that compile against the built package", { timeout: 60_000 }, () => {
    const programs = pages.flatMap((page) => all(/^```ts\n([\s\S]*?)^```$/gm, read(page)));
    expect(programs.length).toBeGreaterThan(7);
    expect(all(/^```ts\n([\s\S]*?)^```$/gm, read("README.md"))).not.toEqual([]);
    expect(mistakesIn(programs)).toEqual([]);
  });

  it("install, as the examples do, the file that npm pack writes", () => {
    const examples = readdirSync(join(root, "examples")).map((name) => `examples/${name}/README.md`);
    const named = [...pages, ...examples].flatMap((page) => all(/pulumi-vastai-(\d[\w.-]*)\.tgz/g, read(page)));
    expect([...new Set(named)]).toEqual([version]);
  });
});

describe("README.md", () => {
  it("starts a simulator whose market has what its first program asks for", async () => {
    const [, flags = ""] = /^npx pulumi-vastai simulator(.*)$/m.exec(read("README.md")) ?? [];
    const [, seed] = /--seed (\d+)/.exec(flags) ?? [];
    const simulator = await startSimulator(seed === undefined ? {} : { seed: Number(seed) });
    const fitting = simulator.world
      .offers()
      .filter(({ gpuName, numGpus }) => gpuName === "RTX 4090" && numGpus === 1)
      .filter(({ verification, reliability }) => verification === "verified" && reliability >= 0.98)
      // The cap of half a dollar holds for the disk, too.
      .filter(({ dollarsPerHour }) => dollarsPerHour < 0.48);
    await simulator.stop();
    expect(fitting).not.toEqual([]);
  });
});

describe("docs/resources.md", () => {
  it("names outputs that exist", () => {
    const section = /^## Outputs\n([\s\S]*?)^## /m.exec(read("docs/resources.md"))?.[1] ?? "";
    const cells = [...section.matchAll(/^\| (`.*?) \|/gm)].map(([, cell]) => cell ?? "");
    const named = cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name ?? ""));
    expect(named.length).toBeGreaterThan(10);
    const own = [
      "rentedAt",
      "instanceApiKey",
      "drift",
      "driftSince",
      "expiresAt",
      "createdVolumeIds",
      "attachedSshKeys",
    ];
    expect(named.filter((name) => ![...instanceFactNames, ...own].includes(name))).toEqual([]);
  });
});

/** What a change of each input of an instance does. */
function instanceTable(): string {
  return tableOf([["input", "the instance is", "because"], ...changesIn(onChange)]);
}

/** The same of all other nouns. */
function othersTable(): string {
  const nouns = {
    Template: onTemplate,
    Volume: onVolume,
    SshKey: onSshKey,
    InstanceSshKey: onInstanceSshKey,
    EnvVar: onEnvVar,
  };
  const rows = Object.entries(nouns).flatMap(([noun, table]) =>
    changesIn(table).map((cells) => [`\`${noun}\``, ...cells]),
  );
  return tableOf([["resource", "input", "it is", "because"], ...rows]);
}

/** Inputs, what their change does, and why; inputs of one effect and one reason share a row. */
function changesIn(table: Readonly<Record<string, readonly [effect: string, why: string]>>): string[][] {
  const rows = new Map<string, string[]>();
  for (const [input, [effect, why]] of Object.entries(table)) {
    if (INTERNAL.includes(input)) continue;
    const key = JSON.stringify([effect, why]);
    rows.set(key, [...(rows.get(key) ?? []), `\`${input}\``]);
  }
  const effects = { update: "changed in place", replace: "replaced", ignore: "nothing at once" };
  const order = Object.keys(effects);
  return [...rows]
    .map(([key, inputs]) => ({ inputs, ...effectOf(key) }))
    .sort((a, b) => order.indexOf(a.effect) - order.indexOf(b.effect))
    .map(({ inputs, effect, why }) => [inputs.join(", "), effects[effect], why]);
}

function tableOf(lines: readonly string[][]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  const [head, ...body] = lines.map((line) => `| ${line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`);
  return [head, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body].join("\n");
}

function effectOf(key: string): { effect: "update" | "replace" | "ignore"; why: string } {
  const [effect, why] = JSON.parse(key) as ["update" | "replace" | "ignore", string];
  return { effect, why };
}

/** Where a table stands: between its two comments. */
function placeOf(name: string): RegExp {
  return new RegExp(`(<!-- changes of ${name}:begin[^\\n]*-->\\n)[\\s\\S]*?(<!-- changes:end -->)`);
}

/** The sections of a page, as links name them. */
function anchorsOf(page: string): string[] {
  return all(/^#+ (.*)$/gm, prose(page)).map((title) => {
    const plain = title.toLowerCase().replace(/[^\w\s-]/g, "");
    return plain.trim().replaceAll(" ", "-");
  });
}
