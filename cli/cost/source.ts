import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { codeOf, endText, runPulumi } from "../../provider/engine/pulumi-cli.js";
import { messageOf, SettingsError } from "../../provider/errors.js";
import { type Preview, readPreview } from "./preview.js";

/** Where a preview is looked for. */
export interface Where {
  /** Path of a file, "-" for standard input; undefined to find out. */
  readonly file: string | undefined;
  readonly stack: string | undefined;
}

/** Longest time for one preview, in milliseconds: a program can be slow and its backend far away. */
const PREVIEW_LIMIT_MS = 15 * 60_000;
const COMMAND = ["preview", "--json", "--show-sames", "--show-replacement-steps"];

/**
 * Reads a preview: out of the file, or what is piped in, or else by running `pulumi preview`. Throws SettingsError with the remedy when
 * there is none, or when it failed.
 */
export async function findPreview(
  { file, stack }: Where,
  stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean },
  env: NodeJS.ProcessEnv,
): Promise<Preview> {
  if (file !== undefined && file !== "-") return parsed(`the file ${file}`, await fileText(file));
  const isAsked = file === "-";
  if (!isAsked && (stdin.isTTY || stack !== undefined)) return previewOf(stack, env);
  const piped = await text(stdin);
  // Without a terminal an empty standard input says nothing about what was wanted: pipelines have one.
  return !isAsked && piped.trim() === "" ? previewOf(stack, env) : parsed("the standard input", piped);
}

async function fileText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new SettingsError(
      `The file ${path} cannot be read (${codeOf(error)}). Without a preview nobody can tell what will be billed; nothing was changed. ` +
        "Correct the path, or leave it out to run `pulumi preview`.",
    );
  }
}

async function previewOf(stack: string | undefined, env: NodeJS.ProcessEnv): Promise<Preview> {
  const args = [...COMMAND, ...(stack === undefined ? [] : [`--stack=${stack}`])];
  const command = `\`pulumi preview${stack === undefined ? "" : ` --stack ${stack}`}\``;
  // Switched on it would write the engine's events instead of a preview.
  const inOne = { ...env, PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "false" };
  const run = await runPulumi(args, inOne, PREVIEW_LIMIT_MS).catch((error: unknown) => {
    throw new SettingsError(
      `${command} ${messageOf(error)}. Without a preview nobody can tell what will be billed; nothing was changed. ` +
        "Put the Pulumi CLI on PATH (https://www.pulumi.com/docs/install/), or give a file that `pulumi preview --json --show-sames` has written.",
    );
  });
  // Of a preview that failed it writes a part, and why.
  if (run.stdout.trim() !== "") return parsed(command, run.stdout);
  throw new SettingsError(
    `${command} ${endText(run)}. Without a preview nobody can tell what will be billed; nothing was changed. ` +
      "Run this in the folder of the project, log in to its backend (`pulumi login`), or correct --stack.",
  );
}

function parsed(source: string, content: string): Preview {
  try {
    return readPreview(content);
  } catch (error) {
    throw new SettingsError(
      `What ${source} gives is no preview that can be counted: ${messageOf(error)}. Nobody can tell from it what will be billed; nothing was changed. ` +
        "Make it by `pulumi preview --json --show-sames`, after what is wrong there was corrected.",
    );
  }
}
