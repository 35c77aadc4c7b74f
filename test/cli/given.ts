// What the tests of `pulumi-vastai orphans` are given: states, a Pulumi CLI that only exports, contracts, a terminal.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { PassThrough } from "node:stream";
import { onTestFinished } from "vitest";
import { orphansCommand } from "../../cli/orphans.js";
import { createAccount } from "../../provider/account/account.js";
import type { TestWorld } from "../support/harness.js";

export const A_TOKEN = "aaaaaaaaaaaa";
export const B_TOKEN = "bbbbbbbbbbbb";
export const STRANGE_TOKEN = "cccccccccccc";
export const API_KEY = "key-of-the-orphans-tests";

/** It stands in users' states and never changes. */
const INSTANCE_TYPE = "pulumi-nodejs:dynamic/vastai:Instance";

/** One resource of a state, as Pulumi writes it. */
export type GivenResource = Record<string, unknown> & { readonly urn: string };

export interface Given {
  readonly stack?: string;
  readonly resources?: readonly GivenResource[];
  /** Names of resources whose create began and did not end in this state; their tokens. */
  readonly creating?: Readonly<Record<string, string>>;
  readonly time?: string;
}

export function urnOf(name: string, stack = "dev"): string {
  return `urn:pulumi:${stack}::garage::${INSTANCE_TYPE}::${name}`;
}

/** An instance in a state. */
export function anEntry(
  name: string,
  id: number | string,
  token: string,
  over: Record<string, unknown> = {},
): GivenResource {
  const inputs = { image: "ubuntu:22.04", ownerToken: token, timeouts: { createMinutes: 30 }, __provider: "…" };
  return { urn: urnOf(name), type: INSTANCE_TYPE, custom: true, id: String(id), inputs, outputs: inputs, ...over };
}

/** A volume in a state. */
export function aVolumeEntry(
  name: string,
  id: number | string,
  token: string,
  over: Record<string, unknown> = {},
): GivenResource {
  const type = INSTANCE_TYPE.replace("Instance", "Volume");
  return anEntry(name, id, token, { urn: urnOf(name).replace(INSTANCE_TYPE, type), type, ...over });
}

/** The text of an export. */
export function exportOf({ stack = "dev", resources = [], creating = {}, time }: Given = {}): string {
  const root = {
    urn: `urn:pulumi:${stack}::garage::pulumi:pulumi:Stack::garage-${stack}`,
    type: "pulumi:pulumi:Stack",
  };
  const operations = Object.entries(creating).map(([name, token]) => {
    const { id: _, ...resource } = anEntry(name, 0, token, { urn: urnOf(name, stack) });
    return { type: "creating", resource };
  });
  return JSON.stringify({
    version: 3,
    deployment: {
      manifest: { time: time ?? "2027-01-01T00:00:00Z", magic: "…", version: "v3.258.0" },
      secrets_providers: { type: "passphrase", state: { salt: "v1:…" } },
      resources: [root, ...resources.map((resource) => ({ ...resource, urn: inStack(resource.urn, stack) }))],
      ...(operations.length > 0 ? { pending_operations: operations } : {}),
    },
  });
}

/** A stack's URNs begin with its name; {@link anEntry} writes that of the stack dev. */
function inStack(urn: string, stack: string): string {
  return urn.replace(/^urn:pulumi:dev::/, `urn:pulumi:${stack}::`);
}

/** A folder of the test's own. */
export function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "orphans-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A file with a text. */
export function aFile(text: string, name = "state.json"): string {
  const file = join(aFolder(), name);
  writeFileSync(file, text);
  return file;
}

/**
 * A folder with a program `pulumi` that knows these stacks and notes its arguments in the file `calls`; "" is the current stack. Each
 * text of a list is exported once, the last one for ever.
 */
export function pulumiWith(stacks: Readonly<Record<string, string | readonly string[]>>): string {
  const folder = aFolder();
  for (const [stack, texts] of Object.entries(stacks)) {
    mkdirSync(join(folder, `of${stack}`), { recursive: true });
    for (const [i, text] of [texts].flat().entries()) writeFileSync(join(folder, `of${stack}`, String(i)), text);
  }
  const script = `#!/bin/sh
echo "$*" >> "${folder}/calls"
stack=; for word in "$@"; do case "$word" in --stack=*) stack="\${word#--stack=}";; esac; done
folder="${folder}/of$stack"
if [ ! -d "$folder" ]; then echo "error: no stack named '$stack' found; key $VAST_API_KEY" >&2; exit 6; fi
first=$(ls "$folder" | head -n 1)
cat "$folder/$first"
if [ "$(ls "$folder" | wc -l)" -gt 1 ]; then rm "$folder/$first"; fi
`;
  writeFileSync(join(folder, "pulumi"), script);
  chmodSync(join(folder, "pulumi"), 0o755);
  return folder;
}

/** Rents a contract with a label, on the cheapest machine, with a new volume of this name in it; answers its id. */
export async function aContract(t: TestWorld, label: string, volumeName?: string): Promise<number> {
  const { client } = t.process(API_KEY).account;
  const [offer] = t.world.offers();
  const volume = { create_new: true, volume_id: 60_000_000 + (offer?.machineId ?? 0), size: 50, mount_path: "/data" };
  const { id } = await client.instances.rent(offer?.id ?? 0, {
    client_id: "me",
    image: "ubuntu:22.04",
    disk: 10,
    env: {},
    label,
    target_state: "running",
    cancel_unavail: true,
    ...(volumeName === undefined ? {} : { volume_info: { ...volume, name: volumeName } }),
  });
  return id;
}

export const pending = (token: string) => `pulumi:${token}:pending`;
export const finished = (token: string, label = "trainer") => `${label} pulumi:${token}`;

export interface Asked {
  /** Is called at the question, and answers it. Without it there is no terminal. */
  readonly answer?: () => string;
  readonly columns?: number;
  readonly stdin?: string;
  /** Folder of the program `pulumi`. */
  readonly pulumi?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Told {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

/** Runs the command inside this process, on the world's clock. */
export async function orphans(
  t: TestWorld,
  args: string,
  { answer, columns, stdin = "", pulumi, env }: Asked = {},
): Promise<Told> {
  const isTTY = answer !== undefined || columns !== undefined;
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = Object.assign(new PassThrough(), { isTTY, columns: columns ?? 80 });
  const complaints = new PassThrough();
  const told = { code: undefined as number | undefined, out: "", err: "" };
  output.on("data", (chunk) => {
    told.out += chunk;
    if (answer && /: $/.test(String(chunk))) input.end(`${answer()}\n`);
  });
  complaints.on("data", (chunk) => {
    told.err += chunk;
  });
  if (!answer) input.end(stdin);
  const command = orphansCommand({
    stdin: input,
    stdout: output,
    stderr: complaints,
    env: {
      PATH: [pulumi ?? aFolder(), "/usr/bin", "/bin"].join(delimiter),
      HOME: aFolder(),
      VAST_API_KEY: API_KEY,
      VAST_URL: t.simulator.url,
      ...env,
    },
    accountOf: (settings) => createAccount(settings, t.clock),
    exit: (code) => {
      told.code = code;
    },
  });
  await command.parseAsync(args.split(" ").filter(Boolean), { from: "user" });
  return told;
}

/** The lines of a table's row: the row itself and what is said of it. */
export function rowOf(out: string, id: number): string {
  return new RegExp(`^ *${id} .*\\n.*`, "m").exec(out)?.[0] ?? "";
}
