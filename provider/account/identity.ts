import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { backendUrlIn } from "./project-file.js";
import type { BackendHints, DatabaseHints } from "./settings.js";

/** What makes one resource of one stack unlike every other in the world. */
export interface Identity {
  /** Stands for the place of the state: `vastai:owner` if set, else {@link backendOf}. */
  readonly owner: string;
  readonly organization: string;
  /** Pulumi URN: stack, project, parents, type and name. */
  readonly urn: string;
}

/**
 * The token that marks a resource's contracts on Vast: 12 hex digits, the same in every run of the same resource. Two
 * stacks, two backends or two resources never share one, so nobody adopts or destroys another's machine.
 */
export function ownerToken(identity: Identity): string {
  const text = JSON.stringify([identity.owner, identity.organization, identity.urn]);
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/**
 * The address of the Pulumi backend without credentials, found where the Pulumi CLI looks: `PULUMI_BACKEND_URL`, the
 * project's `backend.url`, the login in `credentials.json`, else Pulumi Cloud. State in local files is told apart by the
 * host's name as well, since every machine has a `file://~`. Of a PostgreSQL address only what names the table counts: runners may log in as
 * different users.
 */
export function backendOf(hints: BackendHints, programDirectory: string): string {
  const stored = projectBackend(programDirectory) ?? loggedIn(hints.credentialsFolder);
  const url = hints.url ?? stored ?? "https://api.pulumi.com";
  if (/^postgres(ql)?:/.test(url)) return databaseOf(url, hints.database);
  const plain = url.replace(/\/\/[^/?#]*@/, "//").replace(/\/+$/, "");
  return plain.startsWith("file:") ? `${plain} on ${hostname()}` : plain;
}

/** Parameters that can lead to another table. */
const NAMING_PARAMETERS = ["dbname", "host", "hostaddr", "options", "port", "search_path", "table"];

function databaseOf(address: string, hints: DatabaseHints | undefined): string {
  if (!URL.canParse(address)) return address.replace(/\/\/.*@/, "//");
  const { hostname: host, port, pathname, username, searchParams } = new URL(address);
  const name = pathname.replace(/^\/|\/$/g, "") || hints?.name || username;
  const place = `${(host || hints?.host || "localhost").toLowerCase()}:${port || hints?.port || "5432"}`;
  const parameters = NAMING_PARAMETERS.flatMap((key) => searchParams.getAll(key).map((value) => `${key}=${value}`));
  return [`postgres://${place}/${name}`, ...parameters].join("&");
}

/** Only the nearest project counts, also when it names no backend. */
function projectBackend(programDirectory: string): string | undefined {
  for (let folder = programDirectory; ; folder = dirname(folder)) {
    const names = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"];
    const file = names.map((name) => join(folder, name)).find((path) => existsSync(path));
    if (file) {
      const text = readFileSync(file, "utf8");
      return file.endsWith(".json") ? textAt(text, ["backend", "url"]) : backendUrlIn(text);
    }
    if (folder === dirname(folder)) return undefined;
  }
}

function loggedIn(credentialsFolder: string): string | undefined {
  const file = join(credentialsFolder, "credentials.json");
  return existsSync(file) ? textAt(readFileSync(file, "utf8"), ["current"]) : undefined;
}

/** The text at a path of a JSON file, undefined when it is not there. */
function textAt(json: string, path: readonly string[]): string | undefined {
  try {
    const found = path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], JSON.parse(json));
    return typeof found === "string" && found !== "" ? found : undefined;
  } catch {
    return undefined;
  }
}
