// What the tests of `pulumi-vastai import` share: the command inside this process, and its file read back.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect } from "vitest";
import { importCommand } from "../../cli/import.js";
import { createAccount } from "../../provider/account/account.js";
import type { DynamicProvider } from "../../provider/engine/lifecycle.js";
import type { Bag } from "../../provider/engine/values.js";
import type { TestWorld } from "../support/harness.js";
import { API_KEY, aFolder } from "./given.js";

/** A resource as the file has it. */
export interface Spec {
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** What a run of the command told and wrote. */
export interface Imported {
  readonly code: number | undefined;
  /** Standard output: the program. */
  readonly program: string;
  /** Standard error: the table and the next steps, or what went wrong. */
  readonly told: string;
  readonly file: string;
  /** What stands in the file; throws when there is none. */
  readonly specs: () => Spec[];
  readonly mode: () => number;
}

/** Runs `import` with these words on the world's clock; without `--out` among them it writes into a folder of its own. */
export async function runImport(t: TestWorld, words: readonly string[], env: object = {}): Promise<Imported> {
  const [output, complaints] = [new PassThrough(), new PassThrough()];
  const told = { code: undefined as number | undefined, program: "", told: "" };
  output.on("data", (chunk) => {
    told.program += chunk;
  });
  complaints.on("data", (chunk) => {
    told.told += chunk;
  });
  const named = words.indexOf("--out");
  const file = named < 0 ? join(aFolder(), "import.json") : (words[named + 1] ?? "");
  const command = importCommand({
    stdin: new PassThrough().end(),
    stdout: output,
    stderr: complaints,
    env: { HOME: aFolder(), VAST_API_KEY: API_KEY, VAST_URL: t.simulator.url, ...env },
    accountOf: (settings) => createAccount(settings, t.clock),
    exit: (code) => {
      told.code = code;
    },
  });
  await command.parseAsync([...words, ...(named < 0 ? ["--out", file] : [])], { from: "user" });
  return {
    ...told,
    file,
    specs: () => (JSON.parse(readFileSync(file, "utf8")) as { resources: Spec[] }).resources,
    mode: () => statSync(file).mode & 0o777,
  };
}

const SECRET_KEY = "4dabf18193072939515e22adb298388d";

/** A bag of the file as a provider gets it: the engine hands secrets over in the clear. */
export function inTheClear(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (SECRET_KEY in value) return JSON.parse((value as unknown as { plaintext: string }).plaintext);
  if (Array.isArray(value)) return value.map(inTheClear);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inTheClear(item)]));
}

/** Whether a value of the file is marked as a secret. */
export function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && SECRET_KEY in value;
}

/** What diff answers when nothing is to be done. */
export const NO_CHANGE = { changes: false, replaces: [] };

/**
 * What the engine does after the import: check of the program's arguments, and diff; then diff after a refresh. The argument that the
 * resource class fills in with the resource's name is given as well.
 */
export async function changesAfter(t: TestWorld, spec: Spec, args: Bag, ownerToken = "ffffffffffff") {
  const process = t.process(API_KEY);
  const lifecycles: Readonly<Record<string, [DynamicProvider, Bag]>> = {
    Instance: [process.instance, { label: spec.name }],
    Template: [process.template, { name: spec.name }],
    SshKey: [process.sshKey, {}],
    EnvVar: [process.envVar, {}],
  };
  const kind = spec.type.slice(spec.type.lastIndexOf(":") + 1);
  const [lifecycle, byClass] = lifecycles[kind] ?? [];
  if (lifecycle === undefined) throw new Error(`no lifecycle for ${spec.type}`);
  const { __provider } = spec.inputs;
  const [inputs, outputs] = [inTheClear(spec.inputs) as Bag, inTheClear(spec.outputs) as Bag];
  const checked = await lifecycle.check(inputs, { ...byClass, ...args, ownerToken, __provider });
  expect(checked.failures).toEqual([]);
  const wanted: Bag = { ...checked.inputs, __provider };
  const planned = await lifecycle.diff(spec.id, outputs, wanted);
  const { props = {} } = await lifecycle.read(spec.id, outputs);
  const afterRefresh = await lifecycle.diff(spec.id, props, wanted);
  return { planned, afterRefresh, wanted, props };
}

/** The arguments in a printed program of one resource, with these values for its secrets. */
export function argsIn(program: string, secrets: Readonly<Record<string, unknown>> = {}): Bag {
  const text = /new vastai\.\w+\("[^"]*", ([\s\S]*?)\);\n/.exec(program)?.[1] ?? "";
  const config = { requireSecret: (key: string) => secrets[key] };
  return new Function("config", `return (${text});`)(config) as Bag;
}
