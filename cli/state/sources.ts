import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { codeOf, endText, runPulumi } from "../../provider/engine/pulumi-cli.js";
import { messageOf, SettingsError } from "../../provider/errors.js";
import { readExport, type StackName, type StateReading } from "./export.js";

/** Where one state is read from. */
export type StateSource =
  | { readonly from: "pulumi"; readonly stack: string | undefined }
  | { readonly from: "file"; readonly path: string }
  | { readonly from: "stdin"; readonly text: () => Promise<string> };

/** A state that was read, with its name for the report. */
export interface GivenState extends StateReading {
  readonly name: string;
}

/** Longest time for one export, in milliseconds: a state can be large and its backend far away. */
const EXPORT_LIMIT_MS = 5 * 60_000;

/** Where the flags say that states are; without any, the current stack of the folder. */
export function stateSources(
  { stack: stacks = [], state: files = [] }: { stack?: readonly string[]; state?: readonly string[] },
  stdin: NodeJS.ReadableStream,
): StateSource[] {
  let read: Promise<string> | undefined;
  const readOnce = () => {
    read ??= text(stdin);
    return read;
  };
  const sources: StateSource[] = [
    ...stacks.map((stack) => ({ from: "pulumi", stack }) as const),
    ...files.map((path) =>
      path === "-" ? ({ from: "stdin", text: readOnce } as const) : ({ from: "file", path } as const),
    ),
  ];
  return sources.length > 0 ? sources : [{ from: "pulumi", stack: undefined }];
}

/** Reads one state. Throws SettingsError with the remedy when it cannot be had: what a missing one holds would look like nobody's. */
export async function readState(source: StateSource, env: NodeJS.ProcessEnv): Promise<GivenState> {
  const content = await contentOf(source, env);
  try {
    const reading = readExport(content, source.from === "pulumi");
    const [stack] = reading.stacks;
    const asked = source.from === "pulumi" ? source.stack : undefined;
    const isNamed = stack === undefined || asked !== undefined;
    return {
      ...reading,
      // A stack that holds nothing tells its name no more.
      stacks: stack === undefined && asked !== undefined ? [readStackName(asked)] : reading.stacks,
      name: isNamed ? nameOfSource(source) : `stack ${stack.name}`,
    };
  } catch (error) {
    const what = source.from === "pulumi" ? commandText(source.stack) : nameOfSource(source);
    throw new SettingsError(
      `What ${what} holds cannot be taken for a state: ${messageOf(error)}. Without it nobody can tell what the stack has; nothing was changed. ` +
        (source.from === "pulumi"
          ? "Use a release of this package that knows this version of Pulumi."
          : "Make it anew with `pulumi stack export --file state.json`, or name the stack itself with --stack."),
    );
  }
}

/** Whether a newer state of the same stack stands beside it: what an older one has may have left the stack since. */
export function isOutdated(state: GivenState, states: readonly GivenState[]): boolean {
  return states.some(
    (other) =>
      other.trueUntil > state.trueUntil && other.stacks.some((a) => state.stacks.some((b) => isSameStack(a, b))),
  );
}

function isSameStack(a: StackName, b: StackName): boolean {
  return a.name === b.name && (a.project === b.project || a.project === undefined || b.project === undefined);
}

/** As Pulumi takes it: `dev`, `org/dev`, `org/project/dev`. */
function readStackName(text: string): StackName {
  const [name = text, project, organization] = text.split("/").reverse();
  return { name, project: organization === undefined ? undefined : project };
}

async function contentOf(source: StateSource, env: NodeJS.ProcessEnv): Promise<string> {
  switch (source.from) {
    case "pulumi":
      return exportStack(source.stack, env);
    case "stdin":
      return source.text();
    case "file":
      try {
        return await readFile(source.path, "utf8");
      } catch (error) {
        throw new SettingsError(
          `The state file ${source.path} cannot be read (${codeOf(error)}). Without it nobody can tell what the stack has; nothing was changed. ` +
            "Correct --state, or name the stack itself with --stack.",
        );
      }
  }
}

async function exportStack(stack: string | undefined, env: NodeJS.ProcessEnv): Promise<string> {
  const args = ["stack", "export", ...(stack === undefined ? [] : [`--stack=${stack}`])];
  const run = await runPulumi(args, env, EXPORT_LIMIT_MS).catch((error: unknown) => {
    throw new SettingsError(
      `${commandText(stack)} ${messageOf(error)}. Without the state nobody can tell what the stack has; nothing was changed. ` +
        "Put the Pulumi CLI on PATH (https://www.pulumi.com/docs/install/), or give an export with --state.",
    );
  });
  if (run.exitCode === 0) return run.stdout;
  throw new SettingsError(
    `${commandText(stack)} ${endText(run)}. Without the state nobody can tell what the stack has; nothing was changed. ` +
      "Run this in the folder of the project, log in to its backend (`pulumi login`), correct --stack, or give an export with --state.",
  );
}

function commandText(stack: string | undefined): string {
  return `\`pulumi stack export${stack === undefined ? "" : ` --stack ${stack}`}\``;
}

function nameOfSource(source: StateSource): string {
  switch (source.from) {
    case "pulumi":
      return source.stack === undefined ? "the current stack" : `stack ${source.stack}`;
    case "file":
      return `the file ${source.path}`;
    case "stdin":
      return "the standard input";
  }
}
