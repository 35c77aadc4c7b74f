import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backendHints, resolveSettings } from "../../provider/account/settings.js";
import { SettingsError } from "../../provider/errors.js";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "settings-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

type Config = Partial<Record<"vastai:apiKey" | "vastai:apiUrl" | "vastai:owner", string>>;

/** Settings with this configuration and environment, in the temporary home. */
function settings(config: Config = {}, env: Record<string, string | undefined> = {}) {
  return resolveSettings((key) => config[key], { HOME: home, ...env });
}

/** The message with which settings are refused. */
function complaint(config: Config, env: Record<string, string> = {}): string {
  try {
    settings(config, env);
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    return (error as Error).message;
  }
  throw new Error("the settings were taken");
}

function write(file: string, text: string): void {
  const path = join(home, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

describe("the key", () => {
  const sources = {
    config: "the provider or stack configuration (vastai:apiKey)",
    environment: "the environment variable VAST_API_KEY",
    "XDG file": "the file HOME/.config/vastai/vast_api_key",
    "legacy file": "the file HOME/.vast_api_key",
  };
  const names = Object.keys(sources) as (keyof typeof sources)[];
  // All sixteen sets of sources: the first of the four wins.
  const sets = Array.from({ length: 16 }, (_, bits) => names.filter((_name, i) => bits & (1 << i)));

  it.each(sets.map((set) => [set.join(", ") || "nowhere", set] as const))(
    "set in %s comes from the first",
    (_, set) => {
      if (set.includes("XDG file")) write(".config/vastai/vast_api_key", "key-of-XDG-file");
      if (set.includes("legacy file")) write(".vast_api_key", "key-of-legacy-file");
      const { apiKey, keySource } = settings(
        set.includes("config") ? { "vastai:apiKey": "key-of-config" } : {},
        set.includes("environment") ? { VAST_API_KEY: "key-of-environment" } : {},
      );
      const [first] = set;
      expect(apiKey).toBe(first === undefined ? undefined : `key-of-${first.replace(" ", "-")}`);
      expect(keySource?.replace(home, "HOME")).toBe(first === undefined ? undefined : sources[first]);
    },
  );

  it("is read from XDG_CONFIG_HOME where that is set", () => {
    write("elsewhere/vastai/vast_api_key", "there");
    write(".config/vastai/vast_api_key", "here");
    expect(settings({}, { XDG_CONFIG_HOME: join(home, "elsewhere") }).apiKey).toBe("there");
    expect(settings({}, { XDG_CONFIG_HOME: "" }).apiKey).toBe("here");
  });

  it.each([
    ["a line end", "abc\n"],
    ["a Windows line end", "abc\r\n"],
    ["blanks around it", "  abc\t\n\n"],
  ])("is read from a file with %s", (_what, text) => {
    write(".vast_api_key", text);
    expect(settings().apiKey).toBe("abc");
  });

  it.each([
    ["the configuration", { "vastai:apiKey": " " }, {}],
    ["the environment", {}, { VAST_API_KEY: "" }],
  ])("that is blank in %s counts as not set", (_where, config, env) => {
    write(".vast_api_key", "abc");
    expect(settings(config, env).apiKey).toBe("abc");
  });

  it("that is blank in one file is looked for in the next", () => {
    write(".config/vastai/vast_api_key", "\n");
    write(".vast_api_key", "abc");
    expect(settings().apiKey).toBe("abc");
  });

  it("may be missing, also where its file cannot be read", () => {
    mkdirSync(join(home, ".vast_api_key"));
    expect(settings()).toEqual({
      apiKey: undefined,
      keySource: undefined,
      apiUrl: "https://console.vast.ai",
      timeScale: 1,
    });
  });

  it.each([
    ["two lines", "0123456789abcdef\n#mine", "0123456789abcdef"],
    ["the dots of the instructions", "…", "…"],
    ["a blank inside", "01234 56789", "01234"],
  ])("that no header can hold is refused without showing it: %s", (_what, text, piece) => {
    write(".vast_api_key", text);
    const message = complaint({});
    expect(message).toContain(join(home, ".vast_api_key"));
    expect(message).not.toContain(piece);
  });
});

describe("the address", () => {
  it("is Vast's own by default", () => {
    expect(settings().apiUrl).toBe("https://console.vast.ai");
  });

  it("comes from the configuration before the environment", () => {
    const env = { VAST_URL: "https://env.example" };
    expect(settings({ "vastai:apiUrl": "https://config.example" }, env).apiUrl).toBe("https://config.example");
    expect(settings({}, env).apiUrl).toBe("https://env.example");
  });

  it.each([
    ["in the configuration", { "vastai:apiUrl": "  " }, { VAST_URL: "https://env.example" }, "https://env.example"],
    ["in the environment", {}, { VAST_URL: "  " }, "https://console.vast.ai"],
  ])("that is blank %s counts as not set", (_where, config, env, expected) => {
    expect(settings(config, env).apiUrl).toBe(expected);
  });

  it.each([
    ["https://console.vast.ai/", "https://console.vast.ai"],
    ["https://Console.Vast.AI", "https://console.vast.ai"],
    ["https://vast.example:8443", "https://vast.example:8443"],
    [" https://vast.example\n", "https://vast.example"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["http://127.1.2.3", "http://127.1.2.3"],
    ["http://localhost:8080/", "http://localhost:8080"],
    ["http://[::1]:8080", "http://[::1]:8080"],
  ])("%j is taken as %s", (text, origin) => {
    expect(settings({ "vastai:apiUrl": text }).apiUrl).toBe(origin);
  });

  it.each([
    ["no URL", "console.vast.ai", "is no URL"],
    ["no URL at all", "::", "is no URL"],
    ["plain http", "http://console.vast.ai", "is not https"],
    ["plain http to a private address", "http://192.168.1.5:8080", "is not https"],
    ["plain http to all addresses", "http://0.0.0.0:8080", "is not https"],
    ["plain http to a name that begins like this machine", "http://localhost.evil.example", "is not https"],
    ["plain http to a name that begins like its address", "http://127.0.0.1.evil.example", "is not https"],
    ["another scheme", "ftp://127.0.0.1", "is not https"],
    ["a file", "file:///etc/passwd", "is not https"],
    ["a path", "https://console.vast.ai/api/v0", "more than scheme, host and port"],
    ["a query", "https://console.vast.ai/?api_key=x", "more than scheme, host and port"],
    ["a fragment", "https://console.vast.ai/#x", "more than scheme, host and port"],
    ["a user", "https://me@console.vast.ai", "more than scheme, host and port"],
    ["a user and a password", "https://me:hunter2@console.vast.ai", "more than scheme, host and port"],
  ])("with %s is refused, and nothing is sent", (_what, text, because) => {
    const message = complaint({ "vastai:apiUrl": text });
    expect(message).toContain(because);
    expect(message).toContain("nothing was sent");
    expect(message).toContain("VAST_URL");
  });

  it.each([
    "https://me:hunter2@console.vast.ai",
    "http://me:hunter2@console.vast.ai",
    "https://me:hunter2@host:port",
    "me:hunter2@host",
  ])("shows no password when it is refused: %s", (text) => {
    expect(complaint({ "vastai:apiUrl": text })).not.toContain("hunter2");
  });
});

describe("the time scale", () => {
  const local = { "vastai:apiUrl": "http://127.0.0.1:8080" };

  it.each([
    [undefined, 1],
    ["", 1],
    [" ", 1],
    ["1", 1],
    ["60", 60],
    ["1.5", 1.5],
    ["10000", 10_000],
  ])("%j is %i", (text, scale) => {
    expect(settings(local, text === undefined ? {} : { VASTAI_TIME_SCALE: text }).timeScale).toBe(scale);
  });

  it.each(["0", "0.5", "-1", "10001", "Infinity", "NaN", "fast", "60x"])("%j is refused", (text) => {
    expect(complaint(local, { VASTAI_TIME_SCALE: text })).toContain("must be a number from 1 to 10000");
  });

  it("above 1 is refused away from this machine: the service would be called too often", () => {
    expect(complaint({}, { VASTAI_TIME_SCALE: "60" })).toContain("hurrying is only for a simulator on this machine");
    expect(settings({}, { VASTAI_TIME_SCALE: "1" }).timeScale).toBe(1);
  });

  it("holds what names a PostgreSQL database, and no password", () => {
    const env = { PGHOST: "db", PGPORT: "5433", PGUSER: "ann", PGPASSWORD: "secret" };
    expect(backendHints({ ...env, PGDATABASE: "state" }).database).toEqual({ host: "db", port: "5433", name: "state" });
    expect(backendHints({ PGUSER: "ann" }).database).toEqual({ host: undefined, port: undefined, name: "ann" });
  });

  it("above 1 is fine beside any address of this machine", () => {
    for (const apiUrl of ["http://localhost:1", "http://[::1]:1", "https://localhost"]) {
      expect(settings({ "vastai:apiUrl": apiUrl }, { VASTAI_TIME_SCALE: "60" }).timeScale).toBe(60);
    }
  });
});

describe("what tells where Pulumi keeps its state", () => {
  it.each<[string, Record<string, string>, { url: string | undefined; credentialsFolder: string }]>([
    ["nothing but the home", {}, { url: undefined, credentialsFolder: "/home/me/.pulumi" }],
    ["PULUMI_HOME", { PULUMI_HOME: "/opt/pulumi" }, { url: undefined, credentialsFolder: "/opt/pulumi" }],
    [
      "PULUMI_CREDENTIALS_PATH before PULUMI_HOME",
      { PULUMI_HOME: "/opt/pulumi", PULUMI_CREDENTIALS_PATH: "/run/secrets" },
      { url: undefined, credentialsFolder: "/run/secrets" },
    ],
    [
      "PULUMI_BACKEND_URL",
      { PULUMI_BACKEND_URL: "s3://state" },
      { url: "s3://state", credentialsFolder: "/home/me/.pulumi" },
    ],
    [
      "empty variables",
      { PULUMI_BACKEND_URL: "", PULUMI_HOME: "" },
      { url: undefined, credentialsFolder: "/home/me/.pulumi" },
    ],
  ])("is read from %s", (_what, env, expected) => {
    expect(backendHints(env, "/home/me")).toEqual({ ...expected, home: "/home/me" });
  });

  it.each([{}, { HOME: "" }, { HOME: "/github/home" }])(
    "is looked for in the home of the user database, as the Pulumi CLI does, and never in the working directory: %j",
    (env) => {
      const { home, credentialsFolder } = backendHints(env);
      expect({ home, credentialsFolder }).toEqual({
        home: userInfo().homedir,
        credentialsFolder: join(userInfo().homedir, ".pulumi"),
      });
    },
  );

  it("holds where the shell was, and the server and account that object stores leave to the environment", () => {
    const connection =
      "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=secret;EndpointSuffix=core.windows.net";
    expect(backendHints({ PWD: "/srv/p" }).workingDirectory).toBe("/srv/p");
    expect(backendHints({ AWS_ENDPOINT_URL: "http://minio:9000" }).s3Endpoint).toBe("http://minio:9000");
    expect(backendHints({ AZURE_STORAGE_ACCOUNT: "acme" }).azure).toEqual({ account: "acme", domain: undefined });
    const hints = backendHints({ AZURE_STORAGE_CONNECTION_STRING: connection });
    expect(hints.azure).toEqual({ account: "acme", domain: undefined });
    expect(JSON.stringify(hints)).not.toContain("secret");
  });
});
