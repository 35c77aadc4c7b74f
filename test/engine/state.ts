import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A resource as it stands in the state. Secrets are encrypted. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs: Record<string, unknown>;
  readonly outputs: Record<string, unknown>;
  /** Why the engine counts it as not initialised. */
  readonly initErrors?: readonly string[];
}

/** The state of a stack, read from its file without the CLI. */
export interface State {
  readonly resources: readonly StateResource[];
  readonly pendingOperations: readonly { readonly type: string }[];
}

/** How a value that is encrypted stands in a state that was read here. */
export const ENCRYPTED = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "…" };

/** Makes a state folder with an empty stack `dev`, as `pulumi stack init` does in half a second; answers the stack's file. */
export function emptyState(folder: string, project: string): string {
  const file = join(folder, ".pulumi", "stacks", project, "dev.json");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(join(folder, ".pulumi", "meta.yaml"), "version: 1\n");
  const checkpoint = { stack: `organization/${project}/dev`, latest: null };
  writeFileSync(file, JSON.stringify({ version: 3, checkpoint }));
  return file;
}

export function readState(file: string): State {
  // Each run encrypts anew, so that equal secrets differ.
  const hidden = (key: string, value: unknown) => (key === "ciphertext" ? "…" : value);
  const { latest } = JSON.parse(readFileSync(file, "utf8"), hidden).checkpoint;
  return { resources: latest?.resources ?? [], pendingOperations: latest?.pending_operations ?? [] };
}

/** All files below a folder that hold a text. Links are not followed. */
export function filesWith(text: string, folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesWith(text, path);
    return entry.isFile() && readFileSync(path).includes(text) ? [path] : [];
  });
}
