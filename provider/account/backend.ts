import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { backendUrlIn } from "./project-file.js";
import type { BackendHints, DatabaseHints } from "./settings.js";
import { type StackName, stateFolder } from "./state-folder.js";

/** Where a stack's state is kept. */
export interface Backend {
  /** Its address without credentials, one for all spellings that the Pulumi CLI takes for the same place. */
  readonly address: string;
  /** It is a folder of the machine that runs the program: another machine can have another one of this address. */
  readonly isOnThisMachine: boolean;
}

/**
 * The Pulumi backend, found where the Pulumi CLI looks: `PULUMI_BACKEND_URL`, the project's `backend.url`, the login in
 * `credentials.json`, else Pulumi Cloud. Of a PostgreSQL address only what names the table counts: runners may log in as different users.
 */
export function backendOf(hints: BackendHints, programDirectory: string, stack?: StackName): Backend {
  const project = projectFileOf(programDirectory);
  const stored = (project && backendIn(project)) ?? loggedIn(hints.credentialsFolder);
  const url = hints.url ?? stored ?? "https://api.pulumi.com";
  if (url.startsWith("file://")) {
    const root = project === undefined ? programDirectory : dirname(project);
    // A shell elsewhere says that the CLI was told by `-C` where to go, or by a program.
    const { workingDirectory: shell } = hints;
    const folders = shell !== undefined && projectFileOf(shell) === project ? [shell, root] : [root];
    return { address: `file://${stateFolder(url, hints.home, folders, stack)}`, isOnThisMachine: true };
  }
  return { address: sharedAddress(url, hints), isOnThisMachine: false };
}

function sharedAddress(url: string, { database, s3Endpoint, azure }: BackendHints): string {
  if (/^postgres(ql)?:/.test(url)) return databaseOf(url, database);
  const plain = url.replace(/\/\/[^/?#]*@/, "//").replace(/\/+$/, "");
  if (plain.startsWith("s3://")) return withParameters(plain, { endpoint: s3Endpoint });
  if (plain.startsWith("azblob://")) {
    return withParameters(plain, { storage_account: azure?.account, domain: azure?.domain });
  }
  return plain;
}

/** An address with what it leaves to the environment. */
function withParameters(address: string, environment: Readonly<Record<string, string | undefined>>): string {
  const [place = "", query = ""] = address.split("?");
  const parameters = new URLSearchParams(query);
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && !parameters.has(name)) parameters.set(name, value);
  }
  return parameters.toString() === new URLSearchParams(query).toString() ? address : `${place}?${parameters}`;
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
function projectFileOf(programDirectory: string): string | undefined {
  for (let folder = programDirectory; ; folder = dirname(folder)) {
    const names = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"];
    const file = names.map((name) => join(folder, name)).find((path) => existsSync(path));
    if (file !== undefined || folder === dirname(folder)) return file;
  }
}

function backendIn(projectFile: string): string | undefined {
  const text = readFileSync(projectFile, "utf8");
  return projectFile.endsWith(".json") ? textAt(text, ["backend", "url"]) : backendUrlIn(text);
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
