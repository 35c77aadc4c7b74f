import { chmodSync, writeFileSync } from "node:fs";
import type { Bag } from "../../provider/engine/values.js";
import { messageOf, SettingsError } from "../../provider/errors.js";
import { stateTexts } from "../../provider/import.js";
import { type PlannedResource, valueAt } from "./plan.js";
import { withValue } from "./program.js";

/** How Pulumi marks a secret in its files (pulumi sdk/go/common/resource: SigKey, SecretSig). */
const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

/**
 * What `pulumi import --file` takes. With outputs given, Pulumi asks no provider about the resource, which it could not do for a dynamic one.
 * Secrets are marked, so that the state holds them encrypted; the file itself cannot.
 */
export function importFileText(resources: readonly PlannedResource[]): string {
  const specs = resources.map(({ kind, name, record }) => {
    const { type, provider } = stateTexts(kind);
    const whole = (bag: Bag) => withSecrets({ ...bag, ...provider }, record.secrets ?? []);
    return { type, name, id: record.id, inputs: whole(record.inputs), outputs: whole(record.outputs) };
  });
  return `${JSON.stringify({ resources: specs }, null, 2)}\n`;
}

/** Writes the file for its owner's eyes only. Throws SettingsError when it is there already, unless told to overwrite it. */
export function writeImportFile(path: string, text: string, { force }: { force: boolean }): void {
  try {
    writeFileSync(path, text, { flag: force ? "w" : "wx", mode: 0o600 });
    // A file that was there keeps its mode.
    chmodSync(path, 0o600);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : messageOf(error);
    if (code === "EEXIST") throw overwriteProblem(path);
    throw new SettingsError(`The file ${path} cannot be written (${code}). Nothing was changed. Correct --out.`);
  }
}

/** Why a file that exists is not written. */
export function overwriteProblem(path: string): SettingsError {
  return new SettingsError(
    `The file ${path} is there already. Nothing was written. Give another name with --out, or --force to overwrite it.`,
  );
}

function withSecrets(bag: Bag, paths: readonly (readonly string[])[]): Bag {
  return paths.reduce((marked, path) => {
    const value = valueAt(bag, path);
    return value === undefined ? marked : withValue(marked, path, { ...SECRET, plaintext: JSON.stringify(value) });
  }, bag);
}
