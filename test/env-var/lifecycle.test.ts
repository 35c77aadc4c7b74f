import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { failureOf, type TestWorld, TOKEN, testWorld } from "../support/harness.js";
import { created, failuresOf, type Kept, plan, refreshed, updated } from "../support/steps.js";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const CREATE = "POST /api/v0/secrets/";
const UPDATE = "PUT /api/v0/secrets/";
const VALUE = "hf_S3cret-value.1";
const token = (inputs = {}) => ({ name: "hf_token", value: VALUE, ownerToken: TOKEN, ...inputs });

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld({ offers: 0 });
});
afterEach(() => t.stop());

const writes = (method: string) => t.world.view().requests.filter((request) => request.method === method);
const somebodySets = (name: string, value: string) => t.process().account.client.secrets.create(name, value);

describe("the inputs of a variable", () => {
  it("have the name in upper-case and `refuse` as the default", async () => {
    const { inputs } = await t.process().envVar.check({}, token());
    expect(inputs).toEqual({ name: "HF_TOKEN", value: VALUE, onExisting: "refuse", ownerToken: TOKEN });
  });

  it.each([
    ["a name with a dash", { name: "hf-token" }, "name", /letters, digits and _/],
    ["a name that begins with a digit", { name: "1A" }, "name", /begins with no digit/],
    ["a name that is too long", { name: "A".repeat(256) }, "name", /at most 255/],
    ["an empty value", { value: "" }, "value", /not empty/],
    ["no value", { value: undefined }, "value", /expected string/],
    ["a typo", { onExistng: "adopt" }, "onExistng", /`onExisting`/],
  ])("are refused with %s", async (_what, inputs, property, reason) => {
    expect(await failuresOf(t.process().envVar, token(inputs))).toMatchObject([
      { property, reason: expect.stringMatching(reason) },
    ]);
  });

  it("are refused without their value being repeated or handed back", async () => {
    const answer = await t.process().envVar.check({}, token({ name: "a b", value: [VALUE] }));
    expect(answer.failures).toHaveLength(2);
    expect(JSON.stringify(answer)).not.toContain(VALUE);
  });

  it("wait while they are unknown", async () => {
    const { inputs, failures } = await t.process().envVar.check({}, token({ name: UNKNOWN, value: UNKNOWN }));
    expect([inputs.name, inputs.value, failures]).toEqual([UNKNOWN, UNKNOWN, []]);
  });
});

describe("a new variable", () => {
  it("is known by its upper-case name, and has the value", async () => {
    const { id, outs } = await created(t.process().envVar, token());
    expect(id).toBe("HF_TOKEN");
    expect(outs).toMatchObject({ name: "HF_TOKEN", value: VALUE });
    expect(t.world.secrets()).toEqual({ HF_TOKEN: VALUE });
    expect(t.world.view().accounts).toMatchObject([{ envVarNames: ["HF_TOKEN"] }]);
  });

  it("is refused when there is one of its name, whose value stays, and the message has the ways out", async () => {
    await somebodySets("HF_TOKEN", "theirs");
    const failure = await failureOf(created(t.process().envVar, token()));
    expect(failure.message).toMatch(/has a variable HF_TOKEN already.*Nothing was changed.*`onExisting` to "adopt"/);
    expect(failure.id).toBeUndefined();
    expect(t.world.secrets()).toEqual({ HF_TOKEN: "theirs" });
  });

  it("takes the other's place on request, and goes with this stack", async () => {
    await somebodySets("HF_TOKEN", "theirs");
    const { id, outs } = await created(t.process().envVar, token({ onExisting: "adopt" }));
    expect(t.world.secrets()).toEqual({ HF_TOKEN: VALUE });
    await t.process().envVar.delete(id, outs);
    expect(t.world.secrets()).toEqual({});
  });

  it("cannot be told from another's when a killed run left it, so it is refused, and adopted on request", async () => {
    await created(t.process().envVar, token());
    expect((await failureOf(created(t.process().envVar, token()))).message).toContain(
      "an earlier run of this program was killed",
    );
    await created(t.process().envVar, token({ onExisting: "adopt" }));
    expect(t.world.secrets()).toEqual({ HF_TOKEN: VALUE });
  });

  it("has one resource: the second of the same name is refused, also under `adopt`", async () => {
    const process = t.process();
    const both = await Promise.allSettled(
      ["one", "two"].map((value) => created(process.envVar, token({ value, onExisting: "adopt" }))),
    );
    expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(t.world.secrets()).toEqual({ HF_TOKEN: "one" });
  });

  it("stays when the resource that had it is renamed: delete comes after create", async () => {
    const kept = await created(t.process().envVar, token());
    const next = t.process();
    await created(next.envVar, token({ onExisting: "adopt" }));
    await next.envVar.delete(kept.id, kept.outs);
    expect(t.world.secrets()).toEqual({ HF_TOKEN: VALUE });
    expect(next.lines).toMatchObject([
      { kind: "warning", text: expect.stringContaining("another resource of the stack") },
    ]);
  });

  it("can be deleted and made again by one run, as a replacement on request does", async () => {
    const kept = await created(t.process().envVar, token());
    const next = t.process();
    await plan(next.envVar, kept, token());
    expect((await failureOf(created(next.envVar, token()))).message).toContain("`deleteBeforeReplace`");
    await next.envVar.delete(kept.id, kept.outs);
    await created(next.envVar, token({ value: "again" }));
    expect(t.world.secrets()).toEqual({ HF_TOKEN: "again" });
  });
});

describe("a create whose answer is lost", () => {
  it.each(["500-after", "hang-up-after", "not-json", "truncated", "slow"] as const)(
    "finds its variable, and sets the value to be certain (%s)",
    async (then) => {
      t.simulator.faults.add({ on: CREATE, then });
      await created(t.process().envVar, token());
      expect(t.world.secrets()).toEqual({ HF_TOKEN: VALUE });
      expect([writes("POST").length, writes("PUT").length]).toEqual([1, 1]);
    },
  );

  it.each(["500-before", "hang-up-before", "502-html"] as const)("asks again after looking (%s)", async (then) => {
    t.simulator.faults.add({ on: CREATE, then });
    await created(t.process().envVar, token());
    expect(t.world.secrets()).toEqual({ HF_TOKEN: VALUE });
    expect([writes("POST").length, writes("PUT").length]).toEqual([2, 0]);
  });

  it("knows its own when that shows up after the look", async () => {
    t.simulator.faults.add(
      { on: CREATE, then: "hang-up-before" },
      // The look after it was asked before, and is answered too late.
      { on: "GET /api/v0/secrets/", then: "slow", skip: 1, seconds: 40 },
    );
    const creating = created(t.process().envVar, token());
    await t.clock.sleep(20_000);
    await somebodySets("HF_TOKEN", "late");
    await creating;
    expect(t.world.secrets()).toEqual({ HF_TOKEN: VALUE });
    expect(writes("PUT")).toHaveLength(1);
  });

  it("stays in the stack when the value cannot be confirmed, and the next run sets it", async () => {
    t.simulator.faults.add({ on: CREATE, then: "hang-up-after" }, { on: UPDATE, then: "500-before", times: "always" });
    const failure = await failureOf(created(t.process().envVar, token()));
    expect(failure.id).toBe("HF_TOKEN");
    expect(failure.properties).toMatchObject({ name: "HF_TOKEN", value: VALUE });
    expect(failure.message).toMatch(/value could not be confirmed.*costs nothing.*pulumi up/);
    expect(failure.message).not.toContain("billed");
    t.simulator.faults.clear();
    const { inputs } = await t.process().envVar.check(failure.properties, token());
    await t.process().envVar.update(failure.id, failure.properties, inputs);
    expect(writes("PUT").at(-1)?.status).toBe(200);
  });

  it("says what is unsure when nothing helps, and records nothing", async () => {
    t.simulator.faults.add({ on: CREATE, then: "hang-up-before", times: "always" });
    const failure = await failureOf(created(t.process().envVar, token()));
    expect(failure.message).toMatch(/did not show, so it is not in the stack.*"adopt"/);
    expect([failure.id, writes("POST").length]).toEqual([undefined, 3]);
  });
});

describe("a variable in the stack", () => {
  const fresh = () => created(t.process().envVar, token());

  it.each([
    ["its name in another case", { name: "Hf_Token" }, "same"],
    ["another way of adopting", { onExisting: "adopt" }, "same"],
    ["another value", { value: "new" }, "update"],
    ["another name", { name: "other" }, "replace"],
    ["a value that is not known yet", { value: UNKNOWN }, "update"],
  ])("with %s is planned as it should be", async (_what, inputs, planned) => {
    expect(await plan(t.process().envVar, await fresh(), token(inputs))).toBe(planned);
  });

  it("gets a new value in place", async () => {
    const { outs } = await updated(t.process().envVar, await fresh(), token({ value: "new" }));
    expect(t.world.secrets()).toEqual({ HF_TOKEN: "new" });
    expect(outs.value).toBe("new");
  });

  it("is made again when somebody deleted it before its value changed", async () => {
    const kept = await fresh();
    await t.process().account.client.secrets.delete("HF_TOKEN");
    await updated(t.process().envVar, kept, token({ value: "new" }));
    expect(t.world.secrets()).toEqual({ HF_TOKEN: "new" });
  });

  it("refreshes without a change, and is gone when it is not there", async () => {
    const kept = await fresh();
    expect(await refreshed(t.process().envVar, kept)).toEqual(kept);
    await t.process().account.client.secrets.delete("hf_token");
    expect(await refreshed(t.process().envVar, kept)).toBeUndefined();
  });

  it.each(["auth-error", "500-before", "not-json"] as const)(
    "is not gone because of an odd answer (%s)",
    async (then) => {
      const kept = await fresh();
      t.simulator.faults.add({ on: "GET /api/v0/secrets/", then, times: "always" });
      await expect(t.process().envVar.read(kept.id, kept.outs)).rejects.toThrow();
    },
  );

  it("is deleted, also when the first answer is lost and when it is gone already", async () => {
    const { id, outs } = await fresh();
    t.simulator.faults.add({ on: "DELETE /api/v0/secrets/", then: "hang-up-after" });
    await t.process().envVar.delete(id, outs);
    expect(t.world.secrets()).toEqual({});
    await t.process().envVar.delete(id, outs);
  });

  it("is read by its name alone, in any case; a name that is none is an error and not absence", async () => {
    const kept = await fresh();
    expect((await t.process().envVar.read("hf_token", {})).props).toMatchObject({ name: "HF_TOKEN" });
    await expect(t.process().envVar.read("NOBODY", {})).rejects.toThrow("There is no variable NOBODY");
    expect(await plan(t.process().envVar, { id: kept.id, outs: { name: "HF_TOKEN" } } satisfies Kept, token())).toBe(
      "update",
    );
  });
});

describe("the value", () => {
  const odd = "p@ss word/#1";

  it("that Vast refuses is not in the message, although Vast repeats it; the inputs are", async () => {
    const failure = await failureOf(created(t.process().envVar, token({ value: odd })));
    expect(failure.message).toMatch(/refused the variable HF_TOKEN.*invalid_characters.*`value`/);
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain("p@ss");
  });

  it("of three letters is not cut out of Vast's words, where the holes would show it", async () => {
    const failure = await failureOf(created(t.process().envVar, token({ value: "a b" })));
    expect(failure.message).toContain("words that are not shown");
  });

  it("that an update is refused for stays what it was, and is in no message", async () => {
    const kept = await created(t.process().envVar, token());
    const failure = await failureOf(updated(t.process().envVar, kept, token({ value: odd })));
    expect(failure.message).toContain("invalid_characters");
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain("p@ss");
    expect(t.world.secrets()).toEqual({ HF_TOKEN: VALUE });
  });

  it("is in no line, request path or message of whatever goes wrong", async () => {
    const process = t.process();
    t.simulator.faults.add(
      { on: CREATE, then: "truncated", times: 2 },
      { on: UPDATE, then: "not-json", times: "always" },
    );
    const failure = await failureOf(created(process.envVar, token()));
    const { properties: _, ...rest } = { ...failure };
    expect(inspect([failure.message, rest, process.lines, t.world.view()], { depth: 9 })).not.toContain(VALUE);
  });
});

describe("other refusals", () => {
  it.each([
    [
      "a name that Vast does not allow",
      () => t.world.settings.blacklistedEnvVars.push("HF_TOKEN"),
      /refused the variable HF_TOKEN.*blacklisted/,
    ],
    ["too many variables", () => (t.world.settings.mostEnvVars = 0), /as many variables as Vast allows/],
  ])("are told in words: %s", async (_what, arrange, words) => {
    arrange();
    const failure = await failureOf(created(t.process().envVar, token()));
    expect(failure.message).toMatch(words);
    expect(failure.id).toBeUndefined();
    expect(t.world.secrets()).toEqual({});
  });
});
