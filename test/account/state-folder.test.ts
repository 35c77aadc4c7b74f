// Folders of state: two that are different must never look like one, and one must have one name, however it is written.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backendOf } from "../../provider/account/backend.js";

const STACK = { project: "gpu", stack: "dev" };
let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "state-folder-")));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A project's folder, made. */
function project(name: string): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "Pulumi.yaml"), "name: gpu\n");
  return folder;
}

/** Puts the state of the stack into a folder, as `pulumi stack init` does. */
function initialised(folder: string, file = "stacks/gpu/dev.json"): string {
  const path = join(folder, ".pulumi", file);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, "{}");
  return folder;
}

interface Caller {
  readonly home?: string;
  readonly shell?: string;
}
function addressOf(url: string, folder: string, { home = "/home/ann", shell }: Caller = {}): string {
  const hints = { url, credentialsFolder: "/nowhere", home, workingDirectory: shell };
  const { address, isOnThisMachine } = backendOf(hints, folder, STACK);
  expect(isOnThisMachine).toBe(true);
  return address;
}

describe("different folders", () => {
  it.each(["file://./state", "file://.", "file://state", "file://../state"])(
    "are those of two checkouts with the relative address %s",
    (url) => {
      const [one, two] = [project("a/one"), project("b/two")];
      expect(addressOf(url, one, { shell: one })).not.toBe(addressOf(url, two, { shell: two }));
    },
  );

  it.each(["file://~", "file://~/state"])("are those of two users with %s", (url) => {
    const folder = project("p");
    expect(addressOf(url, folder, { home: "/home/ann" })).not.toBe(addressOf(url, folder, { home: "/home/bob" }));
  });

  it("are those below a prefix", () => {
    const folder = project("p");
    expect(addressOf("file:///srv/state?prefix=a/", folder)).not.toBe(addressOf("file:///srv/state?prefix=b/", folder));
  });

  it("are those of two shells in one project, each with the stack", () => {
    const folder = project("p");
    const below = join(folder, "deeper");
    initialised(join(folder, "state"));
    initialised(join(below, "state"));
    const told = [folder, below].map((shell) => addressOf("file://./state", folder, { shell }));
    expect(told).toEqual([`file://${folder}/state`, `file://${below}/state`]);
  });
});

it("is not that of another project with a stack of this name, where the shell was when it said `pulumi -C`", () => {
  const [folder, shell] = [project("one"), project("two")];
  for (const each of [folder, shell]) initialised(join(each, "state"));
  expect(addressOf("file://./state", folder, { shell })).toBe(`file://${folder}/state`);
});

describe("one folder", () => {
  it.each([
    ["file://~", "file:///home/ann"],
    ["file://~/", "file:///home/ann"],
    ["file://~/state", "file:///home/ann/state"],
    // The CLI skips the sign behind the tilde.
    ["file://~-state", "file:///home/ann/state"],
    ["file:///srv/state/", "file:///srv/state"],
    ["file:///srv/x/../state/.", "file:///srv/state"],
    ["file:///srv/state?no_tmp_dir=true", "file:///srv/state"],
    ["file:///srv/state/?metadata=skip", "file:///srv/state"],
  ])("is meant by %s and by %s", (url, same) => {
    const folder = project("p");
    expect(addressOf(url, folder)).toBe(same);
    expect(addressOf(same, folder)).toBe(same);
  });

  it("is meant by a relative and an absolute address", () => {
    const folder = project("p");
    expect(addressOf("file://./state", folder, { shell: folder })).toBe(`file://${folder}/state`);
  });

  it("is meant by a link to it", () => {
    const folder = project("p");
    initialised(join(root, "real"));
    symlinkSync(join(root, "real"), join(root, "link"));
    expect(addressOf(`file://${root}/link`, folder)).toBe(`file://${root}/real`);
  });

  it.each(["stacks/gpu/dev.json", "stacks/gpu/dev.json.gz", "stacks/gpu/dev.json.zst", "stacks/dev.json"])(
    "is the project's with `pulumi -C` from elsewhere, for that one holds the stack (%s)",
    (file) => {
      const folder = project("p");
      initialised(join(folder, "state"), file);
      const shell = join(root, "elsewhere");
      expect(addressOf("file://./state", folder, { shell })).toBe(`file://${folder}/state`);
      expect(addressOf("file://./state", join(folder, "src"), { shell })).toBe(`file://${folder}/state`);
    },
  );
});
