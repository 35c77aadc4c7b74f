// What the tests of `pulumi-vastai cost` share: real previews, previews made up of them, and the command inside this process.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { costCommand } from "../../cli/cost.js";
import { createAccount } from "../../provider/account/account.js";
import { typeToken } from "../../provider/kinds.js";
import type { TestWorld } from "../support/harness.js";
import { aFile, aFolder } from "./given.js";

/** Pulumi's marker for a value that is not known yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

type Bag = Readonly<Record<string, unknown>>;

/** Path of a preview that the real CLI has written (see test/fixtures/preview). */
export function realPreview(name: string): string {
  return join(__dirname, "../fixtures/preview", name.includes(".") ? name : `${name}.json`);
}

/** The text of one. */
export function realPreviewText(name: string): string {
  return readFileSync(realPreview(name), "utf8");
}

export function urnOf(name: string, kind: "Instance" | "Volume" = "Instance"): string {
  return `urn:pulumi:dev::garage::${typeToken(kind)}::${name}`;
}

/** The inputs of an instance as check completes them. */
export const INPUTS: Bag = {
  offer: { gpuName: "RTX 4090" },
  image: "ubuntu:22.04",
  diskGb: 10,
  rentalType: "on-demand",
  defaultFilters: true,
  targetState: "running",
  volumes: [],
  keepVolumes: true,
};

/** What a running instance tells of its price. */
export const OUTPUTS: Bag = {
  instanceId: 77,
  machineId: 900_001,
  dollarsPerHour: 0.3,
  dollarsPerHourStopped: 0.01,
  storageDollarsPerGbMonth: 0.144,
  gpuName: "RTX 4090",
  gpuCount: 1,
  geolocation: "Sweden, SE",
};

interface Given {
  readonly kind?: "Instance" | "Volume";
  /** Inputs and outputs as the state has them; none for a resource that is new. */
  readonly old?: { readonly inputs?: Bag; readonly outputs?: Bag; readonly id?: string };
  /** Inputs as the program wants them; none for a resource that is to go. */
  readonly wanted?: Bag;
  readonly parent?: string;
  readonly dependencies?: Bag;
}

/** One step of a preview. */
export function step(op: string, name: string, { kind = "Instance", old, wanted, parent, dependencies }: Given): Bag {
  const own = { urn: urnOf(name, kind), type: typeToken(kind), custom: true, ...(parent && { parent }) };
  const before = kind === "Instance" ? { inputs: INPUTS, outputs: OUTPUTS } : { inputs: { sizeGb: 50 }, outputs: {} };
  return {
    op,
    urn: own.urn,
    ...(old && {
      oldState: {
        ...own,
        id: old.id ?? "77",
        inputs: { ...before.inputs, ...old.inputs },
        outputs: { ...before.outputs, ...old.outputs },
      },
    }),
    ...(wanted && {
      newState: {
        ...own,
        inputs: { ...(kind === "Instance" ? INPUTS : {}), ...wanted },
        propertyDependencies: dependencies ?? {},
      },
    }),
  };
}

/** The text of a preview of these steps. */
export function previewOf(...steps: readonly Bag[]): string {
  return JSON.stringify({ steps, changeSummary: {} });
}

export interface Told {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

interface Asked {
  /** A text that is piped in; without one there is a terminal. */
  readonly piped?: string;
  /** Width of the terminal that is written to; without one it is a pipe. */
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `cost` with these words against the world, without an API key. */
export async function cost(
  t: TestWorld,
  words: readonly string[],
  { piped, columns, env = {} }: Asked = {},
): Promise<Told> {
  const input = Object.assign(new PassThrough(), { isTTY: piped === undefined });
  if (piped !== undefined) input.end(piped);
  const output = Object.assign(new PassThrough(), columns === undefined ? {} : { isTTY: true, columns });
  const complaints = new PassThrough();
  const told = { code: undefined as number | undefined, out: "", err: "" };
  output.on("data", (chunk) => {
    told.out += chunk;
  });
  complaints.on("data", (chunk) => {
    told.err += chunk;
  });
  const command = costCommand({
    stdin: input,
    stdout: output,
    stderr: complaints,
    env: { HOME: aFolder(), VAST_URL: t.simulator.url, ...env },
    accountOf: (settings) => createAccount(settings, t.clock),
    exit: (code) => {
      told.code = code;
    },
  });
  await command.parseAsync([...words], { from: "user" });
  return told;
}

/** What `--format json` tells of some steps. */
export async function costJson(t: TestWorld, steps: readonly Bag[], words: readonly string[] = [], env = {}) {
  const { out, err, code } = await cost(t, [aFile(previewOf(...steps), "preview.json"), "--format", "json", ...words], {
    env,
  });
  if (out === "") throw new Error(`it ended with ${code}: ${err}`);
  return JSON.parse(out) as CostJson;
}

interface PriceJson {
  readonly is: string;
  readonly dollarsPerHour: number;
  readonly dollarsPerMonth: number;
  readonly because: string | null;
}

interface TotalJson {
  readonly dollarsPerHour: number;
  readonly dollarsPerMonth: number;
  readonly estimatedDollarsPerHour: number;
  readonly cappedDollarsPerHour: number;
  readonly capped: number;
  readonly unknown: number;
}

/** The documented shape. */
export interface CostJson {
  readonly version: 1;
  readonly project: string | null;
  readonly stack: string | null;
  readonly resources: readonly {
    readonly urn: string;
    readonly kind: string;
    readonly name: string;
    readonly change: string;
    readonly what: string;
    readonly before: PriceJson | null;
    readonly after: PriceJson | null;
  }[];
  readonly totals: {
    readonly before: TotalJson;
    readonly after: TotalJson;
    readonly changeDollarsPerHour: number;
    readonly changeDollarsPerMonth: number;
  };
  readonly limit: { readonly dollarsPerHour: number; readonly isExceeded: boolean; readonly text: string } | null;
  readonly notes: readonly string[];
}
