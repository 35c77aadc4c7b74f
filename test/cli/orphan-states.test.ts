import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TestWorld, testWorld } from "../support/harness.js";
import {
  A_TOKEN,
  API_KEY,
  aContract,
  aFile,
  aFolder,
  anEntry,
  exportOf,
  finished,
  orphans,
  pending,
  pulumiWith,
} from "./given.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

/** The complaint of a run that could not read its states: one paragraph, and nothing said or changed. */
async function complaint(args: string, given: Parameters<typeof orphans>[2] = {}): Promise<string> {
  const { code, out, err } = await orphans(t, args, given);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(/^error: .*\n$/);
  expect(err).not.toContain(API_KEY);
  expect(t.world.view().requests.filter(({ method }) => method === "DELETE")).toEqual([]);
  return err;
}

describe("a state that cannot be had", () => {
  it("tells how to go on without the Pulumi CLI", async () => {
    expect(await complaint("--stack dev")).toMatch(
      /`pulumi stack export --stack dev` could not be started \(ENOENT\)\. Without the state .* Put the Pulumi CLI on PATH .*--state\.\n$/,
    );
  });

  it("repeats what the Pulumi CLI said, without the key", async () => {
    const said = await complaint("--stack nope", { pulumi: pulumiWith({}) });
    expect(said).toContain(
      "`pulumi stack export --stack nope` failed with exit code 6: no stack named 'nope' found; key [API key]. Without the state",
    );
    expect(said).toMatch(/pulumi login.*--state\.\n$/);
  });

  it("judges nothing when one of several states is missing", async () => {
    await aContract(t, finished(A_TOKEN));
    await complaint("--destroy --all --yes --stack one --stack nope", { pulumi: pulumiWith({ one: exportOf() }) });
    expect(t.world.billedContracts()).toHaveLength(1);
  });

  it("names a file that is not there", async () => {
    const file = join(aFolder(), "absent.json");
    expect(await complaint(`--state ${file}`)).toContain(`The state file ${file} cannot be read (ENOENT).`);
    expect(await complaint(`--state ${aFolder()}`)).toContain("cannot be read (EISDIR)");
  });

  it.each([
    ["", "it is not JSON"],
    ["passphrase=hunter2", "it is not JSON"],
    ["[1]", "it is JSON, but not the export of a stack"],
    ['{"name":"garage"}', "it is JSON, but not the export of a stack"],
    ['{"version":3,"checkpoint":{"latest":null}}', "it is a checkpoint out of a state folder and not an export"],
    ['{"version":9,"deployment":{}}', "its version is not 3 or 4"],
    [
      '{"version":3,"deployment":{"resources":[{"urn":"u","type":7}]}}',
      "it has something unexpected at `deployment.resources.0.type`",
    ],
    ['{"version":3,"deployment":{"resources":"hunter2"}}', "it has something unexpected at `deployment.resources`"],
  ])("says what %j is instead of an export, without repeating it", async (text, flaw) => {
    const file = aFile(text);
    const said = await complaint(`--state ${file}`);
    expect(said).toContain(`What the file ${file} holds cannot be taken for a state: ${flaw}`);
    expect(said).toMatch(/pulumi stack export --file state\.json/);
    expect(said).not.toContain("hunter2");
    expect(await complaint("--state -", { stdin: text })).toContain(
      `What the standard input holds cannot be taken for a state: ${flaw}`,
    );
    expect(await complaint("", { pulumi: pulumiWith({ "": text }) })).toContain("`pulumi stack export` holds");
  });
});

describe("settings", () => {
  it.each([
    [{ VAST_API_KEY: "" }, /^error: No Vast\.ai API key was found.*VAST_API_KEY.*pulumi config get vastai:apiKey/],
    [{ VAST_URL: "http://vast.example" }, /^error: The API address http:\/\/vast\.example is not https/],
  ])("ends with 2 on %j", async (env, words) => {
    expect(await complaint("", { pulumi: pulumiWith({ "": exportOf() }), env })).toMatch(words);
    expect(t.world.view().requests).toEqual([]);
  });

  it.each(["--yes", "--all", "--yes --json", "--only 7", "--volumes"])(
    "refuses %s without --destroy",
    async (flags) => {
      expect(await complaint(flags)).toMatch(/none is ended without --destroy/);
      expect(t.world.view().requests).toEqual([]);
    },
  );

  it("refuses --only beside --all", async () => {
    expect(await complaint("--destroy --yes --all --only 7")).toMatch(
      /--only ends what it names, and --all everything/,
    );
    expect(t.world.view().requests).toEqual([]);
  });
});

describe("a state that can be had", () => {
  it("is asked of the Pulumi CLI without questions", async () => {
    const pulumi = pulumiWith({ "": exportOf(), dev: exportOf() });
    expect(await orphans(t, "--stack dev", { pulumi })).toMatchObject({ code: 0 });
    expect(await orphans(t, "", { pulumi })).toMatchObject({ code: 0 });
    expect(readFileSync(join(pulumi, "calls"), "utf8")).toBe(
      "stack export --stack=dev --non-interactive --color=never\nstack export --non-interactive --color=never\n",
    );
  });

  it.each([
    [
      "encrypted secrets",
      (id: number) =>
        exportOf({
          resources: [
            anEntry("trainer", id, A_TOKEN, {
              outputs: {
                jupyterToken: {
                  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
                  ciphertext: "v1:…",
                },
              },
            }),
          ],
        }),
    ],
    ["a byte order mark", (id: number) => `\uFEFF${exportOf({ resources: [anEntry("trainer", id, A_TOKEN)] })}`],
    [
      "version 4",
      (id: number) =>
        exportOf({ resources: [anEntry("trainer", id, A_TOKEN)] }).replace(
          '"version":3',
          '"version":4,"features":["x"]',
        ),
    ],
    [
      "a token in the outputs only",
      (id: number) => exportOf({ resources: [anEntry("trainer", id, A_TOKEN, { inputs: {} })] }),
    ],
  ])("may have %s", async (_, text) => {
    const inState = await aContract(t, finished(A_TOKEN));
    const beside = await aContract(t, finished(A_TOKEN));
    t.clock.advance(3_600_000);
    const { code, out } = await orphans(t, `--json --state ${aFile(text(inState))}`);
    expect(code).toBe(1);
    expect(JSON.parse(out).orphans).toMatchObject([
      { id: beside, doubt: null, resource: { name: "trainer", instanceId: inState } },
    ]);
  });

  it.each([
    '{"version":3,"deployment":{"manifest":{"time":"2026-11-21T08:00:00Z"}}}',
    '{"version":3,"deployment":null}',
  ])("may be empty: %s", async (text) => {
    expect(await orphans(t, "", { pulumi: pulumiWith({ "": text }) })).toMatchObject({ code: 0 });
  });

  it("is read after the account: what is made in between must not look like an orphan", async () => {
    expect(await orphans(t, "--stack nope", { pulumi: pulumiWith({}) })).toMatchObject({ code: 2 });
    expect(t.world.view().requests).toMatchObject([
      { method: "GET", path: "/api/v1/instances/" },
      { method: "GET", path: "/api/v0/volumes/" },
    ]);
  });

  it.each([
    [{ pendingReplacement: true }, true],
    [{ delete: true }, true],
    [{}, false],
  ])("tells by %j whether the next up creates the resource", async (over, takenUpByNextUp) => {
    await aContract(t, pending(A_TOKEN));
    const state = exportOf({ resources: [anEntry("trainer", 4711, A_TOKEN, over)] });
    const { out } = await orphans(t, "--json", { pulumi: pulumiWith({ "": state }) });
    expect(JSON.parse(out).orphans).toMatchObject([{ takenUpByNextUp, resource: { name: "trainer" } }]);
  });

  /** The stack dev: one machine in it, one that only an older export of it has, one in neither. */
  async function threeAges() {
    const [inStack, formerly, never] = [
      await aContract(t, finished(A_TOKEN)),
      await aContract(t, finished(A_TOKEN)),
      await aContract(t, finished(A_TOKEN)),
    ];
    t.clock.advance(3_600_000);
    const old = (over = {}) =>
      aFile(exportOf({ resources: [anEntry("trainer", formerly, A_TOKEN)], time: "2026-11-21T09:30:00Z", ...over }));
    return { inStack, formerly, never, old, now: exportOf({ resources: [anEntry("trainer", inStack, A_TOKEN)] }) };
  }

  it("counts the newest of several exports of one stack, and an older one hides nothing", async () => {
    const { inStack, formerly, never, old, now } = await threeAges();
    const pulumi = pulumiWith({ dev: now });
    const { out } = await orphans(t, `--json --stack dev --state ${old()}`, { pulumi });
    expect(JSON.parse(out).orphans).toMatchObject([
      {
        id: formerly,
        doubt: "in an older state",
        advice: expect.stringContaining("An older export has it as trainer (stack dev), and that stack as it is now"),
      },
      { id: never, doubt: null, resource: { instanceId: inStack } },
    ]);
    const { code, out: told } = await orphans(t, `--destroy --yes --stack dev --state ${old()}`, { pulumi });
    expect(code).toBe(1);
    expect(told).toContain("in no state that was given (stack dev, stack dev (older))");
    expect(told).toContain(`Left out: ${formerly}: an older export has it`);
    expect(t.world.billedContracts().map(({ id }) => id)).toEqual([inStack, formerly]);
  });

  it.each(["dev", "acme/dev", "acme/garage/dev"])(
    "knows the newer state of %s also when the stack holds nothing any more",
    async (stack) => {
      const { inStack, formerly, never, old } = await threeAges();
      const pulumi = pulumiWith({ [stack]: '{"version":3,"deployment":{}}' });
      const { code, out } = await orphans(t, `--json --stack ${stack} --state ${old()}`, { pulumi });
      expect(code).toBe(1);
      expect(JSON.parse(out).orphans).toMatchObject([
        { id: inStack, doubt: "unknown token" },
        { id: formerly, doubt: "in an older state" },
        { id: never, doubt: "unknown token" },
      ]);
    },
  );

  it.each([
    ["a stack of another name", "--stack prod", { prod: exportOf({ stack: "prod" }) }],
    ["a stack of another project", "--stack acme/factory/dev", { "acme/factory/dev": '{"version":3,"deployment":{}}' }],
    ["an export that is no newer", "--stack dev", undefined],
  ])("keeps what a saved state has beside %s", async (_, flags, stacks) => {
    const { formerly, old, now } = await threeAges();
    const saved = stacks === undefined ? `--state ${aFile(now)}` : flags;
    const pulumi = pulumiWith(stacks ?? {});
    const { out } = await orphans(t, `--json ${saved} --state ${old({ time: "2027-01-01T00:00:00Z" })}`, { pulumi });
    expect(JSON.parse(out).orphans.map(({ id }: { id: number }) => id)).not.toContain(formerly);
  });
});
