import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { permissionsDocument } from "../../provider/api/permissions.js";
import { anInstance, failureOf, type TestWorld, testWorld } from "../support/harness.js";
import {
  A_TOKEN,
  API_KEY,
  aContract,
  aFile,
  anEntry,
  B_TOKEN,
  exportOf,
  finished,
  orphans,
  pending,
  pulumiWith,
  rowOf,
  STRANGE_TOKEN,
  urnOf,
} from "./given.js";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const billedIds = () => t.world.billedContracts().map(({ id }) => id);
const hours = (number: number) => t.clock.advance(number * 3_600_000);

describe("what it lists", () => {
  it("names a pending contract of a resource whose create was cut off, and who takes it up", async () => {
    const id = await aContract(t, pending(A_TOKEN));
    hours(3);
    const { code, out } = await orphans(t, "", {
      pulumi: pulumiWith({ "": exportOf({ creating: { trainer: A_TOKEN } }) }),
    });
    expect(code).toBe(1);
    expect(rowOf(out, id)).toMatch(/pulumi:aaaaaaaaaaaa:pending +pending +3 h 0 m +running +0\.30\d +0\.9\d/);
    expect(rowOf(out, id)).toContain(
      "Same resource as trainer (stack dev): a `pulumi up` may be at work on it; if none is, the next one takes it up.",
    );
    expect(out).toContain(`Left out: ${id}: a \`pulumi up\` may be at work on it.`);
  });

  it("names a finished contract of a known resource, which blocks renting, and both ways out", async () => {
    const inState = await aContract(t, finished(A_TOKEN));
    const id = await aContract(t, finished(A_TOKEN));
    const state = exportOf({ resources: [anEntry("trainer", inState, A_TOKEN)] });
    const { code, out } = await orphans(t, "", { pulumi: pulumiWith({ "": state }) });
    expect(code).toBe(1);
    expect(rowOf(out, id)).toContain(
      `Same resource as trainer (stack dev), which has instance ${inState}: no replacement is rented beside it. ` +
        `Set \`adoptInstanceId: ${id}\` for the next replacement to take it over, or end it.`,
    );
    expect(rowOf(out, inState)).toBe("");
  });

  it("names what step 2 of a create refuses to rent beside", async () => {
    const id = await aContract(t, finished(A_TOKEN));
    hours(1);
    const { out } = await orphans(t, "", { pulumi: pulumiWith({ "": exportOf({ creating: { trainer: A_TOKEN } }) }) });
    expect(rowOf(out, id)).toContain(
      "Same resource as trainer (stack dev): a `pulumi up` may be at work on it; nothing is rented beside it. " +
        `Set \`adoptInstanceId: ${id}\` to take it over, or end it.`,
    );
    const refusal = await failureOf(t.process(API_KEY, []).up(anInstance({ ownerToken: A_TOKEN })));
    expect(refusal.message).toContain(`contract of this very resource that the Pulumi state does not know: ${id}`);
  });

  it("takes one with a time to live for an orphan like any other", async () => {
    const [ends, never, inState] = [
      await aContract(t, `${finished(A_TOKEN)}:until:1900000000`),
      await aContract(t, `${finished(A_TOKEN)}:until:never`),
      await aContract(t, `${finished(A_TOKEN)}:until:1900000000`),
    ];
    hours(1);
    const pulumi = pulumiWith({ "": exportOf({ resources: [anEntry("trainer", inState, A_TOKEN)] }) });
    const { out } = await orphans(t, "--json", { pulumi });
    const found = { token: A_TOKEN, kind: "finished", doubt: null, resource: { name: "trainer", instanceId: inState } };
    expect(JSON.parse(out).orphans).toMatchObject([
      { id: ends, ...found },
      { id: never, ...found },
    ]);
    expect(await orphans(t, "--destroy --yes", { pulumi })).toMatchObject({ code: 0 });
    expect(billedIds()).toEqual([inState]);
  });

  it("needs no more than a key with instance_read, which cannot end anything", async () => {
    const inState = await aContract(t, finished(A_TOKEN));
    const id = await aContract(t, finished(A_TOKEN), `trainer_${A_TOKEN}`);
    hours(1);
    const { key: VAST_API_KEY } = await t.process(API_KEY).account.client.apiKeys.create({
      name: "ci",
      permissions: permissionsDocument(["instance_read"]),
    });
    const pulumi = pulumiWith({ "": exportOf({ resources: [anEntry("trainer", inState, A_TOKEN)] }) });
    const listed = await orphans(t, "", { pulumi, env: { VAST_API_KEY } });
    expect(listed).toMatchObject({
      code: 1,
      err: "",
      out: expect.stringContaining("1 orphan and 1 orphaned volume in"),
    });
    const ended = await orphans(t, "--destroy --volumes --yes", { pulumi, env: { VAST_API_KEY } });
    expect(ended.code).toBe(1);
    expect(ended.out).toMatch(
      new RegExp(`${id} could not be ended .*"This key lacks the permission instance_write\\."`),
    );
    expect(billedIds()).toEqual([inState, id]);
    expect(t.world.billedVolumes()).toHaveLength(1);
  });

  it("warns that a contract of an unknown token may have an owner elsewhere", async () => {
    const id = await aContract(t, finished(STRANGE_TOKEN, "theirs"));
    const { code, out } = await orphans(t, "", { pulumi: pulumiWith({ "": exportOf() }) });
    expect(code).toBe(1);
    expect(rowOf(out, id)).toMatch(/theirs pulumi:cccccccccccc +finished/);
    expect(rowOf(out, id)).toContain("another stack, or somebody else's state, may own it");
    expect(out).toContain(`Left out: ${id}: no given state knows the token`);
    expect(out).not.toContain("--destroy ends");
  });

  it("leaves out contracts without a mark and contracts that stand in a state", async () => {
    const named = await aContract(t, "somebody's own");
    const withColon = await aContract(t, "pulumi:not-a-token");
    const inState = await aContract(t, finished(A_TOKEN));
    const state = exportOf({ resources: [anEntry("trainer", inState, A_TOKEN)] });
    const { code, out } = await orphans(t, "", { pulumi: pulumiWith({ "": state }) });
    expect({ code, out }).toEqual({
      code: 0,
      out: "No orphans: 1 marked contract in the account of the key from the environment variable VAST_API_KEY, and each stands in stack dev.\n",
    });
    expect(billedIds()).toEqual([named, withColon, inState]);
  });

  it("counts as standing in a state what is not initialised, waits for its end, or has an operation under way", async () => {
    const unready = await aContract(t, pending(A_TOKEN));
    const leaving = await aContract(t, finished(A_TOKEN));
    const updating = await aContract(t, finished(B_TOKEN));
    const state = JSON.parse(
      exportOf({
        resources: [
          anEntry("trainer", unready, A_TOKEN, { initErrors: ["not ready"] }),
          anEntry("trainer", leaving, A_TOKEN, { delete: true }),
        ],
      }),
    );
    state.deployment.pending_operations = [{ type: "updating", resource: anEntry("other", updating, B_TOKEN) }];
    const { code } = await orphans(t, "", { pulumi: pulumiWith({ "": JSON.stringify(state) }) });
    expect(code).toBe(0);
  });

  it("does not take a resource that a program only reads for an owner", async () => {
    const id = await aContract(t, finished(STRANGE_TOKEN));
    const state = exportOf({ resources: [anEntry("reader", id, A_TOKEN, { external: true })] });
    const { code, out } = await orphans(t, "", { pulumi: pulumiWith({ "": state }) });
    expect(code).toBe(1);
    expect(rowOf(out, id)).toContain("No given state knows its token");
  });

  it("puts several states together: stacks, files and standard input", async () => {
    const [a, b, c] = [
      await aContract(t, finished(A_TOKEN)),
      await aContract(t, finished(B_TOKEN)),
      await aContract(t, finished(STRANGE_TOKEN)),
    ];
    const pulumi = pulumiWith({
      one: exportOf({ stack: "one", resources: [anEntry("x", a, A_TOKEN)] }),
      two: exportOf({ stack: "two" }),
    });
    const file = aFile(exportOf({ resources: [anEntry("y", b, B_TOKEN)] }));
    const stdin = exportOf({ resources: [anEntry("z", c, STRANGE_TOKEN)] });
    expect(await orphans(t, `--stack one --stack two --state ${file} --state -`, { pulumi, stdin })).toMatchObject({
      code: 0,
    });
    const without = await orphans(t, `--stack one --stack two --state ${file}`, { pulumi });
    expect(without.code).toBe(1);
    expect(without.out).toContain("1 orphan in");
    expect(without.out).toContain("(stack one, stack two, stack dev)");
    expect(rowOf(without.out, c)).not.toBe("");
  });

  it("calls nothing but GET", async () => {
    await aContract(t, pending(A_TOKEN));
    const before = t.world.view().requests.length;
    await orphans(t, "", { pulumi: pulumiWith({ "": exportOf({ creating: { trainer: A_TOKEN } }) }) });
    const requests = t.world.view().requests.slice(before);
    expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /api/v1/instances/",
      "GET /api/v0/volumes/",
    ]);
  });

  it("reads lists of several pages", async () => {
    for (let i = 0; i < 60; i += 1) t.world.addOffer();
    const ids: number[] = [];
    for (let i = 0; i < 30; i += 1) ids.push(await aContract(t, finished(STRANGE_TOKEN, `w${i}`)));
    const { out } = await orphans(t, "--json", { pulumi: pulumiWith({ "": exportOf() }) });
    expect(JSON.parse(out).orphans.map(({ id }: { id: number }) => id)).toEqual(ids);
  });

  it("says what a stopped and a loading contract cost now", async () => {
    const loading = await aContract(t, pending(STRANGE_TOKEN));
    const { out } = await orphans(t, "--json", { pulumi: pulumiWith({ "": exportOf() }) });
    const disk = t.world.contract(loading)?.dollarsPerHourNow ?? 0;
    expect(JSON.parse(out).orphans[0].dollarsPerHourNow).toBeCloseTo(disk, 9);
    expect(disk).toBeLessThan(0.01);

    hours(1);
    t.world.act(loading, { do: "stop" });
    hours(1);
    const later = JSON.parse((await orphans(t, "--json", { pulumi: pulumiWith({ "": exportOf() }) })).out).orphans[0];
    expect(later).toMatchObject({ status: "exited", ageHours: expect.closeTo(2, 1) });
    expect(later.dollarsPerHourNow).toBeCloseTo(disk, 9);
  });

  it("asks whether it is the right account when it has none of the instances in the states", async () => {
    const state = exportOf({ resources: [anEntry("trainer", 4711, A_TOKEN)] });
    const { code, err } = await orphans(t, "", { pulumi: pulumiWith({ "": state }) });
    expect(code).toBe(0);
    expect(err).toMatch(
      /^warning: the given states hold 1 instance, and the account of .*VAST_API_KEY has none of them/,
    );
  });
});

describe("--destroy", () => {
  /** A stack with one machine. */
  async function aStack() {
    const inState = await aContract(t, finished(A_TOKEN));
    return { inState, pulumi: pulumiWith({ "": exportOf({ resources: [anEntry("trainer", inState, A_TOKEN)] }) }) };
  }

  /** A finished orphan of a known token, one of an unknown token, one without a mark, one in the state. */
  async function four() {
    const [known, unknown, unmarked, inState] = [
      await aContract(t, finished(A_TOKEN)),
      await aContract(t, finished(STRANGE_TOKEN)),
      await aContract(t, "somebody's own"),
      await aContract(t, finished(A_TOKEN)),
    ];
    hours(1);
    const pulumi = pulumiWith({ "": exportOf({ resources: [anEntry("trainer", inState, A_TOKEN)] }) });
    return { known, unknown, unmarked, inState, pulumi };
  }

  it("ends what is known after the word yes, says so, and leaves the unknown alone", async () => {
    const { known, unknown, unmarked, inState, pulumi } = await four();
    const { code, out } = await orphans(t, "--destroy", { pulumi, answer: () => "yes" });
    expect(billedIds()).toEqual([unknown, unmarked, inState]);
    expect(out).toContain(`End ${known}? What is on their disks is lost.`);
    expect(out).toContain(`${known} is gone.\nEnded 1 contract: 0.3`);
    expect(out).toContain(`Left out: ${unknown}: no given state knows the token`);
    expect(code).toBe(1);
  });

  it.each(["y", "no", "", "YES", "yes please"])("ends nothing when the answer is %j", async (word) => {
    const { pulumi } = await four();
    const { code, out } = await orphans(t, "--destroy", { pulumi, answer: () => word });
    expect(code).toBe(1);
    expect(out).toContain("Nothing was ended.");
    expect(t.world.billedContracts()).toHaveLength(4);
  });

  it("ends without a question when told --yes, and with --all also what is unknown", async () => {
    const { unmarked, inState, pulumi } = await four();
    const { code, out } = await orphans(t, "--destroy --all --yes", { pulumi });
    expect(code).toBe(0);
    expect(out).toMatch(/Ended 2 contracts: 0\.6\d\d \$\/h saved\./);
    expect(out).not.toMatch(/\?|Left out/);
    expect(billedIds()).toEqual([unmarked, inState]);
  });

  it("ends exactly what --only names, also what is doubted", async () => {
    const { known, unknown, unmarked, inState, pulumi } = await four();
    const { code, out } = await orphans(t, `--destroy --only ${unknown} --yes`, { pulumi });
    expect(code).toBe(1);
    expect(out).toContain(`${unknown} is gone.\nEnded 1 contract`);
    expect(billedIds()).toEqual([known, unmarked, inState]);
    expect(await orphans(t, `--destroy --only ${known} --yes`, { pulumi })).toMatchObject({ code: 0 });
    expect(billedIds()).toEqual([unmarked, inState]);
  });

  it("refuses --only for what is no orphan, and ends nothing of what it names beside", async () => {
    const { known, unmarked, inState, pulumi } = await four();
    for (const id of [unmarked, inState, 4711, "trainer"]) {
      const { code, err } = await orphans(t, `--destroy --only ${known} --only ${id} --yes`, { pulumi });
      expect(code).toBe(2);
      expect(err).toMatch(new RegExp(`^error: --only names ${id}, which is none of the orphans found: .*Name ids`));
    }
    expect(t.world.billedContracts()).toHaveLength(4);
  });

  it.each(["--destroy", "--destroy --all", "--destroy --json"])(
    "refuses without a terminal and without --yes: %s",
    async (args) => {
      const { pulumi } = await four();
      const before = t.world.view().requests.length;
      const { code, out, err } = await orphans(t, args, { pulumi });
      expect({ code, out }).toEqual({ code: 2, out: "" });
      expect(err).toMatch(/^error: --destroy asks before it ends anything, .* Add --yes/);
      expect(t.world.view().requests).toHaveLength(before);
    },
  );

  it("refuses to ask when the standard input holds a state", async () => {
    expect(await orphans(t, "--destroy --state -", { answer: () => "yes" })).toMatchObject({ code: 2 });
  });

  it("leaves alone what a run has taken into its state while the person thought", async () => {
    const [inState, id] = [await aContract(t, finished(A_TOKEN)), await aContract(t, pending(A_TOKEN))];
    hours(1);
    const before = exportOf({ resources: [anEntry("trainer", inState, A_TOKEN)] });
    const after = exportOf({ resources: [anEntry("trainer", inState, A_TOKEN), anEntry("trainer", id, A_TOKEN)] });
    const pulumi = pulumiWith({ "": [before, after] });
    const { code, out } = await orphans(t, "--destroy", { pulumi, answer: () => "yes" });
    expect(code).toBe(1);
    expect(out).toContain(`Left alone: ${id} changed in the meantime.`);
    expect(billedIds()).toEqual([inState, id]);
  });

  it("says nothing of ending when there is nothing to end", async () => {
    const { code, out } = await orphans(t, "--destroy --yes", { pulumi: pulumiWith({ "": exportOf() }) });
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(/^No orphans: no contract .* carries the mark/),
    });
  });

  it("names what could not be ended, and why", async () => {
    const { inState, pulumi } = await aStack();
    const [first, second] = [await aContract(t, finished(A_TOKEN)), await aContract(t, finished(A_TOKEN))];
    t.simulator.faults.add(
      { on: "DELETE /api/v0/instances/", then: "v0-410", times: "always" },
      { on: `DELETE /api/v0/instances/${first}/`, then: "500-before", times: "always" },
    );
    const { code, out } = await orphans(t, "--destroy --yes", { pulumi });
    expect(code).toBe(1);
    expect(out).toMatch(
      new RegExp(`${first} could not be ended and may still be billed: DELETE .* was refused with 500`),
    );
    expect(out).toContain(`${second} is gone.\n`);
    expect(out).toContain("Ended 1 contract:");
    expect(billedIds()).toEqual([inState, first]);
  });

  it("says that the key was refused when it is revoked before the end", async () => {
    const { inState, pulumi } = await aStack();
    const id = await aContract(t, finished(A_TOKEN));
    t.simulator.faults.add({ on: "DELETE /api/v0/instances/*", then: "auth-error", times: "always" });
    const { code, out } = await orphans(t, "--destroy --yes", { pulumi });
    expect(code).toBe(1);
    expect(out).toMatch(
      new RegExp(`${id} could not be ended and may still be billed: DELETE .*--destroy instance_write.*VAST_API_KEY`),
    );
    expect(out).not.toContain("saved");

    t.simulator.faults.clear();
    const revoke = () => {
      t.world.revokeKey(API_KEY);
      return "yes";
    };
    const asked = await orphans(t, "--destroy", { pulumi, answer: revoke });
    expect(asked.code).toBe(2);
    expect(asked.err).toMatch(/error: GET .*"Invalid user key".* Set a valid one in VAST_API_KEY\.\n$/);
    expect(billedIds()).toEqual([inState, id]);
  });

  it("takes a contract that is gone by itself for ended", async () => {
    const { inState, pulumi } = await aStack();
    const id = await aContract(t, finished(A_TOKEN));
    t.simulator.faults.add({ on: `DELETE /api/v0/instances/${id}/`, then: "hang-up-after" });
    expect(await orphans(t, "--destroy --yes", { pulumi })).toMatchObject({ code: 0 });
    expect(billedIds()).toEqual([inState]);
  });
});

describe("faults of the account", () => {
  const state = () => pulumiWith({ "": exportOf() });

  it("gets over passing faults", async () => {
    await aContract(t, finished(STRANGE_TOKEN));
    t.simulator.faults.add(
      { on: "GET /api/v1/instances/", then: "500-before", times: 2 },
      { on: "GET /api/v1/instances/", then: "429" },
    );
    expect(await orphans(t, "", { pulumi: state() })).toMatchObject({ code: 1, err: "" });
  });

  it.each([
    [
      "500-before",
      /^error: GET \/api\/v1\/instances\/ was refused with 500: an HTML page\. This call changed nothing\. Run this again\.\n$/,
    ],
    ["hang-up-before", /^error: GET \/api\/v1\/instances\/ got no answer: .*Check the connection/],
    ["not-json", /^error: GET \/api\/v1\/instances\/ answered something unexpected/],
    [
      "auth-error",
      /^error: GET .*The API key from the environment variable VAST_API_KEY is wrong, revoked, or lacks .*instance_read/,
    ],
  ] as const)("ends with 2 and one paragraph on %s", async (then, words) => {
    t.simulator.faults.add({ on: "GET /api/v1/instances/", then, times: "always" });
    const { code, out, err } = await orphans(t, "", { pulumi: state() });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(words);
    expect(err).not.toMatch(/\n\s+at |key-of-the-orphans-tests/);
  });
});

describe("what it writes", () => {
  it("keeps to the width of a terminal", async () => {
    const inState = await aContract(t, finished(A_TOKEN));
    await aContract(t, finished(A_TOKEN, "a rather long label of a trainer for the night"));
    await aContract(t, pending(B_TOKEN));
    hours(50);
    const pulumi = pulumiWith({ "": exportOf({ resources: [anEntry("trainer", inState, A_TOKEN)] }) });
    for (const columns of [80, 100]) {
      const { out } = await orphans(t, "", { pulumi, columns, env: { NO_COLOR: "1" } });
      expect(out).toContain("…");
      expect(Math.max(...out.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(columns);
    }
    const piped = (await orphans(t, "", { pulumi })).out;
    expect(piped).toContain("a rather long label of a trainer for the night pulumi:aaaaaaaaaaaa");
    expect(piped).not.toContain("\u001B");
    expect((await orphans(t, "", { pulumi, columns: 80 })).out).toContain("\u001B[1m");
  });

  it("lets no escape sequence of a label through", async () => {
    await aContract(t, finished(STRANGE_TOKEN, "\u001B[2Jgone\nnew line"));
    const { out } = await orphans(t, "", { pulumi: pulumiWith({ "": exportOf() }) });
    expect(out).toContain(" [2Jgone new line pulumi:cccccccccccc");
  });

  it("writes JSON that says what was found and what became of it", async () => {
    const inState = await aContract(t, finished(A_TOKEN));
    const known = await aContract(t, finished(A_TOKEN, "second"));
    const unknown = await aContract(t, pending(STRANGE_TOKEN));
    hours(2);
    const pulumi = pulumiWith({ "": exportOf({ resources: [anEntry("trainer", inState, A_TOKEN)] }) });
    const listed = await orphans(t, "--json", { pulumi });
    expect(listed.code).toBe(1);
    const report = JSON.parse(listed.out);
    const price = t.world.contract(known)?.dollarsPerHourNow ?? 0;
    expect(report).toEqual({
      apiUrl: t.simulator.url,
      keySource: "the environment variable VAST_API_KEY",
      states: [{ name: "stack dev", instances: 1, volumes: 0, isOutdated: false }],
      markedContracts: 3,
      markedVolumes: 0,
      orphanVolumes: [],
      orphans: [
        {
          id: known,
          label: finished(A_TOKEN, "second"),
          token: A_TOKEN,
          kind: "finished",
          status: "running",
          startedAt: t.world.contract(known)?.createdAt,
          ageHours: expect.closeTo(2, 1),
          dollarsPerHourNow: expect.closeTo(price, 9),
          dollarsBilledEstimate: expect.closeTo(2 * price, 1),
          resource: { name: "trainer", stack: "dev", urn: urnOf("trainer"), instanceId: inState },
          takenUpByNextUp: false,
          doubt: null,
          advice: expect.stringContaining("Same resource as trainer"),
          outcome: "listed",
        },
        expect.objectContaining({
          id: unknown,
          kind: "pending",
          resource: null,
          doubt: "unknown token",
          outcome: "listed",
        }),
      ],
      dollarsPerHour: expect.closeTo(2 * price, 1),
      dollarsPerHourSaved: 0,
    });

    const ended = JSON.parse((await orphans(t, "--json --destroy --yes", { pulumi })).out);
    expect(ended.orphans.map(({ outcome }: { outcome: string }) => outcome)).toEqual(["ended", "listed"]);
    expect(ended.dollarsPerHourSaved).toBeCloseTo(price, 9);
    expect(billedIds()).toEqual([inState, unknown]);
  });
});
