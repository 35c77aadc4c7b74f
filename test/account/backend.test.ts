import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backendOf } from "../../provider/account/backend.js";
import type { BackendHints } from "../../provider/account/settings.js";

describe("the backend", () => {
  let root: string;
  let project: string;
  let credentialsFolder: string;
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "backend-")));
    project = join(root, "work/project");
    credentialsFolder = join(root, "pulumi");
    mkdirSync(join(project, "src/deep"), { recursive: true });
    mkdirSync(credentialsFolder);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const hints = (url?: string): BackendHints => ({ url, credentialsFolder, home: "/home/ann" });
  const backend = (url?: string, folder = project) => backendOf(hints(url), folder).address;
  const logIn = (current: unknown) =>
    writeFileSync(join(credentialsFolder, "credentials.json"), JSON.stringify({ current, accessTokens: {} }));
  const projectFile = (text: string, name = "Pulumi.yaml") => writeFileSync(join(project, name), text);

  it("is Pulumi Cloud when nothing says otherwise", () => {
    expect(backend()).toBe("https://api.pulumi.com");
  });

  it("is the login of the Pulumi CLI", () => {
    logIn("https://pulumi.example");
    expect(backend()).toBe("https://pulumi.example");
  });

  it("is the project's before the login's", () => {
    logIn("https://pulumi.example");
    projectFile("name: gpu\nbackend:\n  url: s3://state\n");
    expect(backend()).toBe("s3://state");
  });

  it("is that of the environment before all", () => {
    logIn("https://pulumi.example");
    projectFile("name: gpu\nbackend:\n  url: s3://state\n");
    expect(backend("azblob://state")).toBe("azblob://state");
  });

  it.each(["", "null", "{", "[]", '"text"', '{"current": ""}', '{"current": 5}'])(
    "is Pulumi Cloud when the login says nothing usable: %j",
    (text) => {
      writeFileSync(join(credentialsFolder, "credentials.json"), text);
      expect(backend()).toBe("https://api.pulumi.com");
    },
  );

  it("is that of the nearest project file upwards", () => {
    projectFile("name: gpu\nbackend:\n  url: s3://state\n");
    writeFileSync(join(root, "work/Pulumi.yaml"), "name: outer\nbackend:\n  url: s3://outer\n");
    expect(backend(undefined, join(project, "src/deep"))).toBe("s3://state");
  });

  it("is not that of a project further up, when the nearest one names none", () => {
    projectFile("name: gpu\n");
    writeFileSync(join(root, "work/Pulumi.yaml"), "name: outer\nbackend:\n  url: s3://outer\n");
    expect(backend()).toBe("https://api.pulumi.com");
  });

  it.each([
    ["Pulumi.yml", "backend:\n  url: s3://state\n"],
    ["Pulumi.json", JSON.stringify({ name: "gpu", backend: { url: "s3://state" } }, null, 2)],
  ])("is read from %s", (name, text) => {
    projectFile(text, name);
    expect(backend()).toBe("s3://state");
  });

  it.each<[string, string, string | undefined]>([
    ["plain", "name: gpu\nruntime: nodejs\nbackend:\n  url: s3://state\n", "s3://state"],
    ["at the top", "backend:\n  url: s3://state\nname: gpu\n", "s3://state"],
    ["without a line end", "backend:\n  url: s3://state", "s3://state"],
    ["indented by a tab's width", "backend:\n        url: s3://state\n", "s3://state"],
    ["in double quotes", 'backend:\n  url: "s3://state"\n', "s3://state"],
    ["in single quotes", "backend:\n  url: 's3://state'\n", "s3://state"],
    ["with a comment after it", "backend:\n  url: s3://state # the bucket of the team\n", "s3://state"],
    ["quoted, with a comment after it", 'backend:\n  url: "s3://state" # the bucket\n', "s3://state"],
    ["with a # inside", "backend:\n  url: s3://state?a#b\n", "s3://state?a#b"],
    ["with a blank inside", 'backend:\n  url: "s3://my state"\n', "s3://my state"],
    ["with a query", "backend:\n  url: s3://state?region=eu-1&awssdk=v2\n", "s3://state?region=eu-1&awssdk=v2"],
    ["with a comment behind `backend:`", "backend: # where the state is\n  url: s3://state\n", "s3://state"],
    ["with blanks behind `backend:`", "backend:  \n  url: s3://state\n", "s3://state"],
    ["with a comment line between", "backend:\n  # old: s3://old\n  url: s3://state\n", "s3://state"],
    ["with a comment line at the margin between", "backend:\n# old\n  url: s3://state\n", "s3://state"],
    ["with an empty line between", "backend:\n\n  url: s3://state\n", "s3://state"],
    ["with a commented url before it", "backend:\n  # url: s3://old\n  url: s3://state\n", "s3://state"],
    ["after another key", "backend:\n  kind: bucket\n  url: s3://state\n", "s3://state"],
    ["after an empty line and another key", "backend:\n  kind: bucket\n\n  url: s3://state\n", "s3://state"],
    ["after a key with keys of its own", "backend:\n  more:\n    url: s3://wrong\n  url: s3://state\n", "s3://state"],
    ["with Windows line ends", "name: gpu\r\nbackend:\r\n  url: s3://state\r\n", "s3://state"],
    ["with Windows line ends and a key before", "backend:\r\n  kind: x\r\n  url: s3://state\r\n", "s3://state"],
    ["in braces", "backend: { url: s3://state }\n", "s3://state"],
    ["in braces and quotes", 'backend: {"url": "s3://state"}\n', "s3://state"],
    ["in braces behind another key", "backend: {kind: bucket, url: 's3://state'} # where\n", "s3://state"],
    ["with quoted names", '"backend":\n  "url": s3://state\n', "s3://state"],
    ["with a blank before the colon", "backend :\n  url : s3://state\n", "s3://state"],

    ["of another part", "name: gpu\nplugins:\n  url: s3://wrong\n", undefined],
    ["of the part after an empty one", "backend:\nplugins:\n  url: s3://wrong\n", undefined],
    ["below another key", "backend:\n  more:\n    url: s3://wrong\n", undefined],
    ["that is commented out", "backend:\n  # url: s3://old\n", undefined],
    ["in a part that is commented out", "# backend:\n#   url: s3://old\n", undefined],
    ["that is empty", "backend:\n  url:\nname: gpu\n", undefined],
    ["that is empty text", 'backend:\n  url: ""\n', undefined],
    ["that is only a comment", "backend:\n  url: # none yet\n", undefined],
    ["of a longer name", "backend:\n  baseurl: s3://wrong\n", undefined],
    ["in a part of a longer name", "mybackend:\n  url: s3://wrong\n", undefined],
    ["in empty braces", "backend: {}\n", undefined],
    ["in a deeper part of this name", "config:\n  backend:\n    url: s3://wrong\n", undefined],
    ["in no file at all", "", undefined],
  ])("is found in a project file %s", (_how, text, url) => {
    projectFile(text);
    expect(backend()).toBe(url ?? "https://api.pulumi.com");
  });

  it.each([
    ["https://pulumi.example/", "https://pulumi.example"],
    ["https://me@pulumi.example", "https://pulumi.example"],
    ["https://me:hunter2@pulumi.example/x", "https://pulumi.example/x"],
    ["postgres://me:hunter2@db.example:5432/pulumi", "postgres://db.example:5432/pulumi"],
    ["postgres://me:hun@ter2@db.example/pulumi", "postgres://db.example:5432/pulumi"],
    ["s3://state?endpoint=me@example", "s3://state?endpoint=me@example"],
    ["s3://state/team@example", "s3://state/team@example"],
  ])("%s is known without credentials and closing slashes as %s", (url, expected) => {
    expect(backend(url)).toBe(expected);
  });

  it.each([
    "postgres://ann:secret@db.example.com/state",
    "postgres://bob:other@db.example.com:5432/state?sslmode=require",
    "postgresql://DB.example.com/state/?application_name=ci&connect_timeout=5",
    "postgres://bob:p%40ss%2Fword@db.example.com/state",
  ])("is one PostgreSQL database, whoever logs in and however: %s", (url) => {
    expect(backend(url)).toBe("postgres://db.example.com:5432/state");
  });

  it.each([
    "postgres://db.example.com/other",
    "postgres://db2.example.com/state",
    "postgres://db.example.com:5433/state",
    "postgres://db.example.com/state?table=mine",
    "postgres://db.example.com/state?search_path=mine",
  ])("is another in another table: %s", (url) => {
    expect(backend(url)).not.toBe("postgres://db.example.com:5432/state");
  });

  it("takes from the environment what a PostgreSQL address leaves to it", () => {
    const database = { host: "db.example.com", port: "5433", name: "state" };
    const { address } = backendOf({ ...hints("postgres://"), database }, project);
    expect(address).toBe("postgres://db.example.com:5433/state");
    expect(backend("postgres:///state")).toBe("postgres://localhost:5432/state");
  });

  it.each([
    ["azblob://state", "azblob://state?storage_account=acme"],
    ["azblob://state?domain=blob.example", "azblob://state?domain=blob.example&storage_account=acme"],
    ["azblob://state?storage_account=other", "azblob://state?storage_account=other"],
  ])("%s is the container of the account that the environment names, unless the address does: %s", (url, expected) => {
    const azure = { account: "acme", domain: undefined };
    expect(backendOf({ ...hints(url), azure }, project).address).toBe(expected);
  });

  it.each([
    ["s3://state?region=eu-1", "s3://state?region=eu-1&endpoint=http%3A%2F%2Fminio%3A9000"],
    ["s3://state?endpoint=other:9000", "s3://state?endpoint=other:9000"],
  ])("%s is on the server that the environment names, unless the address does: %s", (url, expected) => {
    expect(backendOf({ ...hints(url), s3Endpoint: "http://minio:9000" }, project).address).toBe(expected);
  });

  it.each(["https://pulumi.example", "s3://state", "postgres://db.example.com/state", "azblob://state"])(
    "is the same on every machine: %s",
    (url) => {
      expect(backendOf(hints(url), project).isOnThisMachine).toBe(false);
    },
  );

  it("never holds the password, also of an address that is none", () => {
    expect(backend("postgres://ann:sec ret@db.example.com:x/state")).not.toMatch(/sec|ret@/);
  });
});
