import { readFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { isLoopback } from "../api/loopback.js";
import { SettingsError } from "../errors.js";

/** Where Vast's REST API lives. */
const DEFAULT_API_URL = "https://console.vast.ai";

/** Says where a key is to be put, when a call needs one and there is none. */
export const MISSING_KEY =
  "No Vast.ai API key was found, so the Vast.ai API cannot be called; nothing was sent. Set it with " +
  "`pulumi config set --secret vastai:apiKey …` or the environment variable VAST_API_KEY (keys: https://cloud.vast.ai/manage-keys/).";

/** What one account's calls need to know. */
export interface Settings {
  readonly apiKey: string | undefined;
  /** In words, for messages: "the stack configuration (vastai:apiKey)". */
  readonly keySource: string | undefined;
  /** Address without path and without trailing slash. */
  readonly apiUrl: string;
  /** Every wait and interval is divided by it. 1 except beside a sped-up simulator. */
  readonly timeScale: number;
}

/** Values under `vastai:` from an explicit provider or the stack configuration. */
export type ReadConfig = (key: "vastai:apiKey" | "vastai:apiUrl" | "vastai:owner") => string | undefined;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Key, address and time scale. For each the first that is set wins: explicit provider or stack configuration
 * (`vastai:apiKey`, `vastai:apiUrl`), then the environment (`VAST_API_KEY`, `VAST_URL`), then for the key the files of Vast's
 * own clients (`$XDG_CONFIG_HOME/vastai/vast_api_key`, `~/.vast_api_key`). A missing key is no error here. Throws
 * SettingsError on an address that is not https, unless it is this machine, on a time scale elsewhere than there, and on
 * a key that cannot be one.
 */
export function resolveSettings(readConfig: ReadConfig, env: Environment = process.env): Settings {
  const apiUrl = checkedUrl(present(readConfig("vastai:apiUrl")) ?? present(env.VAST_URL) ?? DEFAULT_API_URL);
  return {
    ...checkedKey(findKey(readConfig, env)),
    apiUrl,
    timeScale: checkedTimeScale(env.VASTAI_TIME_SCALE, apiUrl),
  };
}

type Key = Pick<Settings, "apiKey" | "keySource">;

function findKey(readConfig: ReadConfig, env: Environment): Key {
  const configured = present(readConfig("vastai:apiKey"));
  if (configured) return { apiKey: configured, keySource: "the provider or stack configuration (vastai:apiKey)" };
  const inEnvironment = present(env.VAST_API_KEY);
  if (inEnvironment) return { apiKey: inEnvironment, keySource: "the environment variable VAST_API_KEY" };
  const home = env.HOME || homedir();
  const files = [
    join(env.XDG_CONFIG_HOME || join(home, ".config"), "vastai", "vast_api_key"),
    join(home, ".vast_api_key"),
  ];
  for (const file of files) {
    const key = present(readIfThere(file));
    if (key) return { apiKey: key, keySource: `the file ${file}` };
  }
  return { apiKey: undefined, keySource: undefined };
}

/** A key with blanks or signs beyond ASCII fails in the header, and that error would say nothing of where it came from. */
function checkedKey(key: Key): Key {
  if (key.apiKey === undefined || /^[\x21-\x7e]+$/.test(key.apiKey)) return key;
  throw new SettingsError(
    `The Vast.ai API key from ${key.keySource} holds a blank, a line end or a sign that no key has; nothing was sent. ` +
      "Copy the key again from https://cloud.vast.ai/manage-keys/.",
  );
}

function checkedUrl(text: string): string {
  const remedy = "Set `vastai:apiUrl` or VAST_URL to an address such as https://console.vast.ai, or leave both out.";
  if (!URL.canParse(text)) {
    const shown = text.replace(/\/\/.*@/s, "//…@");
    throw new SettingsError(`The API address "${shown}" is no URL; nothing was sent. ${remedy}`);
  }
  const url = new URL(text);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(text))) {
    throw new SettingsError(
      `The API address ${url.origin} is not https, and the API key must not travel in the clear; nothing was sent. ${remedy}`,
    );
  }
  // Credentials in the address would end in messages; a path would be prepended to every route.
  if (url.username || url.password || url.pathname !== "/" || url.search || url.hash) {
    throw new SettingsError(`The API address has more than scheme, host and port; nothing was sent. ${remedy}`);
  }
  return url.origin;
}

function checkedTimeScale(text: string | undefined, apiUrl: string): number {
  if (!present(text)) return 1;
  const scale = Number(text);
  if (!(scale >= 1 && scale <= 10_000)) {
    throw new SettingsError(
      `VASTAI_TIME_SCALE is "${text}"; it must be a number from 1 to 10000. Unset it or correct it.`,
    );
  }
  if (scale !== 1 && !isLoopback(apiUrl)) {
    throw new SettingsError(
      `VASTAI_TIME_SCALE is ${scale} but the API address is ${apiUrl}: hurrying is only for a simulator on this machine. ` +
        "Nothing was sent. Unset VASTAI_TIME_SCALE.",
    );
  }
  return scale;
}

function present(text: string | undefined): string | undefined {
  return text?.trim() || undefined;
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** Where Pulumi keeps the state, as far as the environment says it. */
export interface BackendHints {
  /** `PULUMI_BACKEND_URL`, or undefined. */
  readonly url: string | undefined;
  /** Folder with Pulumi's `credentials.json`. */
  readonly credentialsFolder: string;
  /** What `~` means to the Pulumi CLI. */
  readonly home: string;
  /** Where the shell was that called it, as far as that is known. */
  readonly workingDirectory?: string | undefined;
  /** What a PostgreSQL address may leave to the environment: `PGHOST`, `PGPORT` and `PGDATABASE`, else `PGUSER`. */
  readonly database?: DatabaseHints;
  /** What an `s3://` address may: the server, when it is not Amazon's. */
  readonly s3Endpoint?: string;
  /** What an `azblob://` address may: whose container it is. */
  readonly azure?: AzureHints;
}

/** Where a PostgreSQL database is, as far as the environment says. */
export interface DatabaseHints {
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly name: string | undefined;
}

/** An account of Azure Storage, as far as the environment says. */
export interface AzureHints {
  readonly account: string | undefined;
  readonly domain: string | undefined;
}

/** Reads what `account/backend.ts` needs to tell backends apart. `home` is replaced in tests only. */
export function backendHints(env: Environment = process.env, home: string = homeOf(env)): BackendHints {
  const name = present(env.PGDATABASE) ?? present(env.PGUSER);
  const database = { host: present(env.PGHOST), port: present(env.PGPORT), name };
  const s3Endpoint = present(env.AWS_ENDPOINT_URL_S3) ?? present(env.AWS_ENDPOINT_URL);
  const connection = present(env.AZURE_STORAGE_CONNECTION_STRING) ?? present(env.AZURE_STORAGEBLOB_CONNECTIONSTRING);
  const azure = {
    account: present(env.AZURE_STORAGE_ACCOUNT) ?? /(?:^|;)AccountName=([^;]+)/i.exec(connection ?? "")?.[1],
    domain: present(env.AZURE_STORAGE_DOMAIN) ?? /(?:^|;)BlobEndpoint=([^;]+)/i.exec(connection ?? "")?.[1],
  };
  return {
    url: present(env.PULUMI_BACKEND_URL),
    credentialsFolder: env.PULUMI_CREDENTIALS_PATH || env.PULUMI_HOME || join(home, ".pulumi"),
    home,
    ...(present(env.PWD) && { workingDirectory: env.PWD }),
    ...(isAny(database) && { database }),
    ...(s3Endpoint !== undefined && { s3Endpoint }),
    ...(isAny(azure) && { azure }),
  };
}

function isAny(hints: object): boolean {
  return Object.values(hints).some((value) => value !== undefined);
}

/**
 * The user's home as the Pulumi CLI finds it: that of the user database before `HOME`, which a container job may set to a folder of its own. Where
 * the database does not know the user, `HOME`.
 */
function homeOf(env: Environment): string {
  try {
    return userInfo().homedir || homedir();
  } catch {
    return env.HOME || homedir();
  }
}
