// Keeps README.md true: its table of changes, its programs, the scripts and files that it names.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
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
const readme = readFileSync(join(root, "README.md"), "utf8");

/** Set by the resource class; nobody changes them. */
const INTERNAL = ["ownerToken", "resourceName"];

describe("README.md", () => {
  it("has the tables of changes that each changes.ts makes", async () => {
    let made = readme;
    for (const [name, table] of [
      ["instance", instanceTable()],
      ["others", othersTable()],
    ] as const) {
      const place = new RegExp(`(<!-- changes of ${name}:begin[^\\n]*-->\\n)[\\s\\S]*?(<!-- changes:end -->)`);
      expect(readme).toMatch(place);
      made = made.replace(place, `$1\n${table}\n\n$2`);
    }
    await expect(made).toMatchFileSnapshot("../README.md");
  });

  it("holds programs that compile against the built package", { timeout: 60_000 }, () => {
    const programs = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, program]) => program ?? "");
    expect(programs.length).toBeGreaterThan(3);
    expect(mistakesIn(programs)).toEqual([]);
  });

  it("names npm scripts, files and sections that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
    const named = [...readme.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script ?? "");
    expect(named.filter((script) => !(script in scripts))).toEqual([]);

    const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target ?? "");
    const files = links.filter((target) => !/^(https:|#)/.test(target));
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
    const anchors = [...readme.matchAll(/^#+ (.*)$/gm)].map(([, title]) => anchorOf(title ?? ""));
    expect(links.filter((target) => target.startsWith("#") && !anchors.includes(target))).toEqual([]);
  });

  it("starts a simulator whose market has what its first program asks for", async () => {
    const [, flags = ""] = /^npx pulumi-vastai simulator(.*)$/m.exec(readme) ?? [];
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

  it("names outputs that exist", () => {
    const section = /^## Outputs\n([\s\S]*?)^## /m.exec(readme)?.[1] ?? "";
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

function anchorOf(title: string): string {
  const plain = title.toLowerCase().replace(/[^\w\s-]/g, "");
  return `#${plain.trim().replaceAll(" ", "-")}`;
}
