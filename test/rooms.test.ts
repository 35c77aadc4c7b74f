// The rules of biome.json about which room may import what, tried on small files in a folder of their own.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = join(__dirname, "..");

const IMPORTS = "lint/style/noRestrictedImports";

/** File, what stands in it, and the rule that must object. */
const refused: [string, string, string][] = [
  ["provider/api/enters-account.ts", 'import type { Account } from "../account/account.js";', IMPORTS],
  ["provider/api/loads-axios.ts", 'import axios from "axios";', IMPORTS],
  ["provider/api/loads-axios-later.ts", 'export const axios = import("axios");', IMPORTS],
  ["provider/api/loads-sdk.ts", 'import * as pulumi from "@pulumi/pulumi";', "plugin"],
  ["provider/account/enters-engine.ts", 'import { engineContext } from "../engine/context.js";', IMPORTS],
  ["provider/engine/enters-api.ts", 'import type { Client } from "../api/client.js";', IMPORTS],
  ["provider/offer/enters-resources.ts", 'import { inputs } from "../resources/instance/inputs.js";', IMPORTS],
  ["provider/offer/arms-timer.ts", 'import { setTimeout } from "node:timers/promises";', IMPORTS],
  ["provider/wait.ts", "setTimeout(() => {}, 1_000);", "lint/style/noRestrictedGlobals"],
  ["provider/errors.ts", 'export { Output } from "@pulumi/pulumi";', "plugin"],
  ["provider/index.ts", 'export { provider } from "./resources/instance/lifecycle.js";', IMPORTS],
  ["provider/resource.ts", 'import { simulate } from "../simulator/index.js";', IMPORTS],
  ["provider/resources/instance/lifecycle.ts", 'import { Instance } from "./resource.js";', IMPORTS],
  ["provider/resources/instance/readiness.ts", 'import { provider } from "../volume/lifecycle.js";', IMPORTS],
  ["provider/resources/instance/rent/rent.ts", 'import { createInstance } from "../create.js";', IMPORTS],
  ["provider/resources/instance/rent/leaves.ts", 'import { noteVolume } from "../../volume/view.js";', IMPORTS],
  ["provider/resources/instance/boot/boot.ts", 'import { output } from "@pulumi/pulumi";', "plugin"],
  ["provider/resources/instance/boot.ts", 'import { type Output, output } from "@pulumi/pulumi";', "plugin"],
  ["provider/resources/instance/resource.ts", 'import { provider } from "./lifecycle.js";', IMPORTS],
  ["provider/resources/volume/resource.ts", 'import { VolumeInputs } from "./inputs.js";', "plugin"],
  ["provider/resources/volume/outputs.ts", 'import { WireVolume } from "../../api/volumes.js";', "plugin"],
  ["provider/resources/fleet/inputs.ts", 'import { Volume } from "../volume/resource.js";', IMPORTS],
  ["provider/resources/fleet/check.ts", 'import * as pulumi from "@pulumi/pulumi";', "plugin"],
  ["provider/resources/volume/get.ts", 'import { provider } from "./lifecycle.js";', IMPORTS],
  ["provider/reads-environment.ts", "export const key = process.env.VAST_API_KEY;", "lint/style/noProcessEnv"],
  ["provider/prints.ts", 'console.log("hello");', "lint/suspicious/noConsole"],
  ["provider/forgets.ts", "async function rent() {}\nrent();", "lint/nursery/noFloatingPromises"],
  [
    "provider/cycle.ts",
    'import { b } from "./cycle-back.js";\nexport const a = () => b;',
    "lint/suspicious/noImportCycles",
  ],
  [
    "provider/cycle-back.ts",
    'import { a } from "./cycle.js";\nexport const b = () => a;',
    "lint/suspicious/noImportCycles",
  ],
  ["provider/anything.ts", "export const x: any = 1;", "lint/suspicious/noExplicitAny"],
  ["provider/surely.ts", "export const x = (y?: number) => y!;", "lint/style/noNonNullAssertion"],
  ["provider/default.ts", "export default 1;", "lint/style/noDefaultExport"],
  ["provider/everything.ts", 'export * from "./clock.js";', "lint/performance/noReExportAll"],
  ["simulator/enters-account.ts", 'import { createAccount } from "../provider/account/account.js";', IMPORTS],
  ["simulator/market/enters-cli.ts", 'import { main } from "../../cli/main.js";', IMPORTS],
  ["cli/loads-axios.ts", 'import axios from "axios";', IMPORTS],
  ["cli/enters-lifecycle.ts", 'import { provider } from "../provider/resources/instance/lifecycle.js";', IMPORTS],
  ["policy/enters-account.ts", 'import { createAccount } from "../provider/account/account.js";', IMPORTS],
  ["policy/rules/enters-api.ts", 'import { createClient } from "../../provider/api/client.js";', IMPORTS],
  ["examples/first/index.ts", 'import { Instance } from "../../provider/index.js";', IMPORTS],
];

const allowed: [string, string][] = [
  ["provider/api/transport.ts", 'import axios from "axios";\nimport { VastError } from "../errors.js";'],
  ["provider/account/settings.ts", "export const key = process.env.VAST_API_KEY;"],
  [
    "provider/engine/values.ts",
    'import type { Output } from "@pulumi/pulumi";\nimport { readFileSync } from "node:fs";',
  ],
  ["provider/clock.ts", "setTimeout(() => {}, 1_000);"],
  ["provider/resources/template/lifecycle.ts", 'import { defineLifecycle } from "../../engine/lifecycle.js";'],
  ["provider/resources/fleet/resource.ts", 'import { Instance } from "../instance/resource.js";'],
  ["provider/resources/template/resource.ts", 'import type { TemplateInputs } from "./inputs.js";'],
  [
    "simulator/market/offers.ts",
    'import { WireOffer } from "../../provider/api/offers.js";\nimport { x } from "../y.js";',
  ],
  ["test/instance/lifecycle.test.ts", 'import { provider } from "../../provider/resources/instance/lifecycle.js";'],
  ["cli/main.ts", "console.log(process.env.HOME);"],
  [
    "policy/rules/speed.ts",
    'import { countryOf } from "../../provider/offer/country.js";\nimport { defineRule } from "../define-rule.js";',
  ],
];

let folder: string;
const rulesAgainst = new Map<string, string[]>();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rooms-"));
  for (const rules of ["biome.json", "scripts/lint"])
    cpSync(join(root, rules), join(folder, rules), { recursive: true });
  for (const [path, text] of [...refused, ...allowed]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${text}\n`);
  }
  for (const { category, location } of lint()) {
    rulesAgainst.set(location.path, [...(rulesAgainst.get(location.path) ?? []), category]);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function lint(): { category: string; location: { path: string } }[] {
  const biome = createRequire(__filename).resolve("@biomejs/biome/bin/biome");
  // Linting files that hold errors exits with 1; the report on standard output is whole all the same.
  const command = ["lint", "--reporter=json", "--max-diagnostics=none", "."];
  const report = spawnSync(process.execPath, [biome, ...command], { cwd: folder, encoding: "utf8" }).stdout;
  return JSON.parse(report).diagnostics;
}

describe("the walls between the rooms", () => {
  it.each(refused)("%s: refuses %s", (path, _text, rule) => {
    expect(rulesAgainst.get(path)).toContain(rule);
  });

  it.each(allowed)("%s: allows %s", (path) => {
    const unusedAside = rulesAgainst.get(path)?.filter((rule) => !rule.includes("noUnused")) ?? [];
    expect(unusedAside).toEqual([]);
  });
});
