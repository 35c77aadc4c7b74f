import { existsSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";

/** A stack and its project: a state folder has a file of these names. */
export interface StackName {
  readonly project: string;
  readonly stack: string;
}

/**
 * The folder that a `file://` address means to the Pulumi CLI (pkg/v3.258.0/backend/diy/backend.go, massageBlobPath): `~` is the user's home,
 * and a relative path begins where the CLI was called. The CLI tells nobody where that was: of the folders where it may have been, the first that
 * holds the stack counts, else the last. Links are followed, so that one folder has one name.
 */
export function stateFolder(
  address: string,
  home: string,
  calledFrom: readonly string[],
  stack: StackName | undefined,
): string {
  const [path = "", query = ""] = address.slice("file://".length).split("?");
  // Exactly what the CLI does: it skips the sign behind the tilde, whatever that is.
  const own = path === "~" ? home : path.startsWith("~") ? join(home, path.slice(2)) : withoutDriveSlash(path);
  const candidates = calledFrom.map((folder) => realPath(resolve(folder, own)));
  const folder = candidates.find((candidate) => holds(candidate, stack)) ?? candidates.at(-1) ?? own;
  // The only parameter that leads elsewhere.
  const prefix = new URLSearchParams(query).get("prefix");
  return prefix ? `${folder}?prefix=${prefix}` : folder;
}

/** `/C:/state` of an address on Windows is `C:/state`. */
function withoutDriveSlash(path: string): string {
  return path.replace(/^\/(?=[A-Za-z]:)/, "");
}

function holds(folder: string, stack: StackName | undefined): boolean {
  if (stack === undefined) return false;
  const stacks = join(folder, ".pulumi", "stacks");
  const files = [join(stacks, stack.project, stack.stack), join(stacks, stack.stack)];
  return files.some((file) => ["", ".gz", ".zst"].some((end) => existsSync(`${file}.json${end}`)));
}

function realPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
