import { describe, expect, it } from "vitest";
import { type DynamicProvider, defineLifecycle, type Noun, type Operation } from "../../provider/engine/lifecycle.js";
import { CancelledError, NotReadyError, VastError } from "../../provider/errors.js";
import { failureOf } from "../support/harness.js";

const HANDLER = "exports.handler = …";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

interface Inputs {
  size: number;
  color?: string;
  token?: string;
}

interface Shown {
  readonly text: string;
  readonly kind: string;
}

/** The lifecycle of a noun that does what a test says, in an engine whose lines are kept. */
function lifecycleOf(noun: Partial<Noun<Inputs>> = {}): { provider: DynamicProvider; lines: Shown[]; cancel(): void } {
  const cancelled = new AbortController();
  const lines: Shown[] = [];
  const provider = defineLifecycle<Inputs>(
    {
      name: "Thing",
      check: (known) => ({ inputs: { size: 1, ...known }, failures: [] }),
      onChange: { size: ["replace", ""], color: ["update", ""], token: ["ignore", ""] },
      same: {},
      kept: ["token"],
      shown: () => {},
      create: async () => ({ id: "7", outputs: {} }),
      read: async () => ({}),
      update: async () => ({}),
      delete: async () => {},
      ...noun,
    },
    () => ({ signal: cancelled.signal, log: (text: string, kind: string) => lines.push({ text, kind }) }),
  );
  return { provider, lines, cancel: () => cancelled.abort(new CancelledError()) };
}

describe("check", () => {
  it("sees known inputs without the provider's text, and the names of those that are unknown", async () => {
    const seen: unknown[] = [];
    const { provider } = lifecycleOf({
      check: (known, unknown) => {
        seen.push(known, [...unknown]);
        return { inputs: known, failures: [] };
      },
    });
    await provider.check({}, { size: 5, color: UNKNOWN, token: null, __provider: HANDLER });
    expect(seen).toEqual([{ size: 5 }, ["color"]]);
  });

  it("gives back completed inputs, and unknown ones as they came", async () => {
    const { provider } = lifecycleOf();
    expect(await provider.check({}, { color: UNKNOWN })).toEqual({ inputs: { size: 1, color: UNKNOWN }, failures: [] });
  });

  it("keeps what an input was when the resource was made", async () => {
    const { provider } = lifecycleOf();
    const { inputs } = await provider.check({ token: "old", color: "red" }, { token: "new", color: "blue" });
    expect(inputs).toEqual({ size: 1, token: "old", color: "blue" });
  });

  it.each([undefined, null, UNKNOWN])("does not keep what was not there: %j", async (old) => {
    const { provider } = lifecycleOf();
    expect((await provider.check({ token: old }, { token: "new" })).inputs.token).toBe("new");
  });

  it.each([
    ["what is new", {}, [], 1],
    ["nothing of what is in the state", { size: 1 }, [], 0],
    ["nothing of what it refuses", {}, [{ property: "size", reason: "is too large" }], 0],
  ])("has foretold %s", async (_what, olds, failures, times) => {
    let foretold = 0;
    const { provider } = lifecycleOf({
      check: () => ({ inputs: { size: 1 }, failures }),
      foretell: async () => {
        foretold += 1;
      },
    });
    await provider.check(olds, { size: 1 });
    expect(foretold).toBe(times);
  });

  it.each([
    ["a new resource", {}, false],
    ["a new resource whose old inputs hold only the provider's text", { __provider: HANDLER }, false],
    ["one that is in the state", { size: 1, __provider: HANDLER }, true],
  ])("knows whether it is about %s", async (_what, olds, exists) => {
    const seen: boolean[] = [];
    const { provider } = lifecycleOf({
      check: (known, _unknown, about) => {
        seen.push(about.exists);
        return { inputs: known, failures: [] };
      },
    });
    await provider.check(olds, { size: 1 });
    expect(seen).toEqual([exists]);
  });

  it("hands failures on", async () => {
    const failures = [{ property: "size", reason: "too big" }];
    const { provider } = lifecycleOf({ check: (known) => ({ inputs: known, failures }) });
    expect((await provider.check({}, {})).failures).toEqual(failures);
  });

  it("leaves no undefined in the inputs: the engine would refuse them", async () => {
    const { provider } = lifecycleOf({ check: () => ({ inputs: { size: 1, color: undefined }, failures: [] }) });
    expect(Object.keys((await provider.check({}, {})).inputs)).toEqual(["size"]);
  });
});

describe("diff", () => {
  it("follows the table", async () => {
    const { provider } = lifecycleOf();
    const before = { size: 1, color: "red", __provider: HANDLER };
    expect(await provider.diff("7", before, before)).toEqual({ changes: false, replaces: [] });
    expect(await provider.diff("7", before, { ...before, color: "blue" })).toEqual({ changes: true, replaces: [] });
    expect(await provider.diff("7", before, { ...before, size: 2 })).toEqual({ changes: true, replaces: ["size"] });
  });

  it("adds what the noun finds besides", async () => {
    const { provider } = lifecycleOf({ alsoChanges: () => ({ changes: true, replaces: ["status"] }) });
    const before = { size: 1, __provider: HANDLER };
    expect(await provider.diff("7", before, { ...before, size: 2 })).toEqual({
      changes: true,
      replaces: ["size", "status"],
    });
    expect(await provider.diff("7", before, before)).toEqual({ changes: true, replaces: ["status"] });
  });
});

it("shows the noun every id that the engine shows, before anything else is done", async () => {
  const seen: string[] = [];
  const { provider } = lifecycleOf({
    shown: (id) => seen.push(`shown ${id}`),
    read: async (id) => {
      seen.push(`read ${id}`);
      return {};
    },
    update: async (id) => {
      seen.push(`update ${id}`);
      return {};
    },
    delete: async (id) => {
      seen.push(`delete ${id}`);
    },
  });
  await provider.diff("1", {}, {});
  await provider.read("2", {});
  await provider.update("3", {}, {});
  await provider.delete("4", {});
  expect(seen).toEqual(["shown 1", "shown 2", "read 2", "shown 3", "update 3", "shown 4", "delete 4"]);
});

describe("what goes into the state", () => {
  it("is the inputs, the outputs over them, and the provider's text", async () => {
    const { provider } = lifecycleOf({
      create: async () => ({ id: "7", outputs: { status: "running", color: "green" } }),
    });
    expect(await provider.create({ size: 1, color: "red", __provider: HANDLER })).toEqual({
      id: "7",
      outs: { size: 1, color: "green", status: "running", __provider: HANDLER },
    });
  });

  it.each(["create", "read", "update"] as const)(
    "has the provider's text after %s, without which nothing finds us again",
    async (call) => {
      const { provider } = lifecycleOf();
      const bag = { size: 1, __provider: HANDLER };
      const calls = {
        create: async () => (await provider.create(bag)).outs,
        read: async () => (await provider.read("7", bag)).props,
        update: async () => (await provider.update("7", { __provider: "older text" }, bag)).outs,
      };
      expect((await calls[call]())?.__provider).toBe(HANDLER);
    },
  );

  it("is without values that there are no longer, and without undefined", async () => {
    const { provider } = lifecycleOf({ read: async () => ({ address: null, port: undefined, status: "exited" }) });
    expect(await provider.read("7", { size: 1, address: "192.0.2.1", port: 22 })).toEqual({
      id: "7",
      props: { size: 1, status: "exited" },
    });
  });

  it("is nothing at all when the thing is gone", async () => {
    const { provider } = lifecycleOf({ read: async () => undefined });
    expect(await provider.read("7", { size: 1 })).toEqual({});
  });

  it("is not shown to the noun with the provider's text", async () => {
    const seen: unknown[] = [];
    const { provider } = lifecycleOf({
      create: async (inputs) => {
        seen.push(inputs);
        return { id: "7", outputs: {} };
      },
      update: async (_id, before, wanted) => {
        seen.push(before, wanted);
        return {};
      },
    });
    await provider.create({ size: 1, __provider: HANDLER });
    await provider.update("7", { size: 1, __provider: HANDLER }, { size: 2, __provider: HANDLER });
    expect(seen).toEqual([{ size: 1 }, { size: 1 }, { size: 2 }]);
  });
});

describe("a failure after something billed exists", () => {
  const failing = (error: unknown) =>
    lifecycleOf({
      create: async (_inputs, operation) => {
        operation.exists("4711", { instanceId: 4711 });
        operation.exists("4711", { status: "loading" });
        throw error;
      },
    }).provider;
  const bag = { size: 1, __provider: HANDLER };

  it("keeps it in the stack: id, everything that is known of it, the provider's text, and the reason", async () => {
    const error = await failureOf(failing(new NotReadyError("timeout", "It was not ready in time.")).create(bag));
    expect(error.id).toBe("4711");
    expect(error.properties).toEqual({ size: 1, instanceId: 4711, status: "loading", __provider: HANDLER });
    expect(error.reasons).toEqual(["It was not ready in time."]);
    expect(error.message).toBe("It was not ready in time.");
  });

  it.each<[string, unknown]>([
    ["an error that does not say so itself", new VastError("x", "The service said no.")],
    ["a mistake in our code", new TypeError("The service said no.")],
    ["something thrown that is no error", "The service said no."],
  ])("says that it may be billed and how to go on: %s", async (_what, thrown) => {
    const { message, reasons, id } = await failureOf(failing(thrown).create(bag));
    expect(message).toMatch(/^The service said no\. Thing 4711 exists .*may be billed.*`pulumi up`.*`pulumi destroy`/);
    expect([reasons, id]).toEqual([[message], "4711"]);
  });

  it("says that it costs nothing where Vast bills nothing for it", async () => {
    const { provider } = lifecycleOf({
      isFree: true,
      create: async (_inputs, operation) => {
        operation.exists("4711", {});
        throw new VastError("x", "The service said no.");
      },
    });
    const { message } = await failureOf(provider.create(bag));
    expect(message).toMatch(/^The service said no\. Thing 4711 exists .*it costs nothing\. Run `pulumi up`/);
  });

  it("is the same for an update that replaced it by another one", async () => {
    const { provider } = lifecycleOf({
      update: async (_id, _before, _wanted, operation) => {
        operation.exists("4711", { a: 1 });
        operation.exists("4712", { b: 2 });
        throw new NotReadyError("timeout", "Not ready.");
      },
    });
    const error = await failureOf(provider.update("4711", bag, { ...bag, size: 2 }));
    expect(error.id).toBe("4712");
    expect(error.properties).toEqual({ size: 2, b: 2, __provider: HANDLER });
  });

  it("carries its own id, also when two operations fail with one shared error", async () => {
    const shared = new CancelledError();
    let fail: (() => void) | undefined;
    const failed = new Promise<void>((resolve) => {
      fail = resolve;
    });
    const { provider } = lifecycleOf({
      create: async ({ size }, operation) => {
        operation.exists(String(size), { instanceId: size });
        await failed;
        throw shared;
      },
    });
    const failures = [1, 2, 3].map((size) => failureOf(provider.create({ size, __provider: HANDLER })));
    fail?.();
    const errors = await Promise.all(failures);
    expect(errors.map(({ id, properties }) => [id, properties.instanceId])).toEqual([
      ["1", 1],
      ["2", 2],
      ["3", 3],
    ]);
    expect(shared).not.toHaveProperty("id");
  });

  it("records nothing once the thing has ended for certain", async () => {
    const { provider } = lifecycleOf({
      create: async (_inputs, operation) => {
        operation.exists("4711", {});
        operation.ended();
        throw new VastError("x", "The service said no.");
      },
    });
    const error = await failureOf(provider.create(bag));
    expect(error).not.toHaveProperty("id");
    expect(error.message).toBe("The service said no.");
  });
});

describe("a failure before anything exists", () => {
  it("is handed on as it is, and nothing is recorded", async () => {
    const cause = new VastError("x", "No offer fits.");
    const { provider } = lifecycleOf({
      create: async () => {
        throw cause;
      },
    });
    const error = await failureOf(provider.create({ size: 1 }));
    expect(error).toBe(cause);
    expect(error).not.toHaveProperty("id");
  });

  const calls: [string, (provider: DynamicProvider) => Promise<unknown>][] = [
    ["check", (provider) => provider.check({}, {})],
    ["diff", (provider) => provider.diff("7", {}, {})],
    ["create", (provider) => provider.create({})],
    ["read", (provider) => provider.read("7", {})],
    ["update", (provider) => provider.update("7", {}, {})],
    ["delete", (provider) => provider.delete("7", {})],
  ];

  /** A lifecycle in which everything fails with this. */
  function failingWith(error: unknown): DynamicProvider {
    const fail = () => {
      throw error;
    };
    const failLater = async () => fail();
    return lifecycleOf({
      check: fail,
      alsoChanges: fail,
      create: failLater,
      read: failLater,
      update: failLater,
      delete: failLater,
    }).provider;
  }

  it.each(calls)("of %s prints no stack when it is expected", async (_name, call) => {
    const error = await failureOf(call(failingWith(new VastError("x", "The service said no."))));
    expect(error.stack).not.toContain(".ts:");
    expect(error.message).toBe("The service said no.");
  });

  it.each(calls)("of %s keeps the stack of a mistake in our code", async (_name, call) => {
    expect((await failureOf(call(failingWith(new TypeError("x"))))).stack).toContain(".ts:");
  });

  it.each(calls)("of %s is an error also where something else was thrown", async (_name, call) => {
    const error = await failureOf(call(failingWith("The service said no.")));
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toBe("The service said no.");
  });
});

describe("configure", () => {
  it("has stored the configuration when it returns, not only when it is awaited", async () => {
    const seen: (string | undefined)[] = [];
    const { provider } = lifecycleOf({
      create: async (_inputs, { readConfig }) => {
        seen.push(readConfig("vastai:apiKey"), readConfig("vastai:apiUrl"), readConfig("vastai:owner"));
        return { id: "7", outputs: {} };
      },
    });
    const values: Record<string, string> = { "vastai:apiKey": "abc", "vastai:apiUrl": "" };
    void provider.configure({ config: { get: (key) => values[key] } });
    await provider.create({});
    expect(seen).toEqual(["abc", undefined, undefined]);
  });

  it("may not have happened at all", async () => {
    const seen: unknown[] = [];
    const { provider } = lifecycleOf({
      create: async (_inputs, { readConfig }) => {
        seen.push(readConfig("vastai:apiKey"));
        return { id: "7", outputs: {} };
      },
    });
    await provider.create({});
    expect(seen).toEqual([undefined]);
  });
});

describe("an operation", () => {
  /** Runs a create that does this with its operation. */
  async function operating(act: (operation: Operation) => void): Promise<{ lines: Shown[] }> {
    const { provider, lines } = lifecycleOf({
      create: async (_inputs, operation) => {
        act(operation);
        return { id: "7", outputs: {} };
      },
    });
    await provider.create({});
    return { lines };
  }

  it("shows where it stands in passing, and warns for good", async () => {
    const { lines } = await operating((operation) => {
      operation.progress("loading");
      operation.note("started");
      operation.warn("second contract");
    });
    expect(lines).toEqual([
      { text: "loading", kind: "passing" },
      { text: "started", kind: "info" },
      { text: "second contract", kind: "warning" },
    ]);
  });

  it("hears of Ctrl-C", async () => {
    const { provider, cancel } = lifecycleOf({
      create: async (_inputs, { signal }) => {
        cancel();
        signal.throwIfAborted();
        return { id: "7", outputs: {} };
      },
    });
    expect(await failureOf(provider.create({}))).toBeInstanceOf(CancelledError);
  });
});

describe("a delete of what a create has taken up in the same run", () => {
  const mark = { takenUpAt: "2026-11-21T09:00:00.000Z" };
  const deleted: string[] = [];
  const noun: Partial<Noun<Inputs>> = {
    create: async () => ({ id: "7", outputs: mark }),
    delete: async (id) => {
      deleted.push(id);
    },
  };

  it.each([
    ["ready", {}],
    [
      "not ready",
      {
        create: async (_: Inputs, operation: Operation) => {
          operation.exists("7", mark);
          throw new NotReadyError("timeout", "Not ready.");
        },
      },
    ],
  ])("leaves it (%s), for only an older entry of the state is to go, and says how to replace", async (_, create) => {
    const { provider, lines } = lifecycleOf({ ...noun, ...create });
    await provider.create({ __provider: HANDLER }).catch(() => {});
    await provider.delete("7", { __provider: HANDLER });
    await provider.delete("8", { __provider: HANDLER });
    expect(deleted.splice(0)).toEqual(["8"]);
    expect(lines).toEqual([
      {
        kind: "warning",
        text: expect.stringMatching(/^Thing 7 stays, and is billed as before: .* `pulumi up --refresh --replace`/),
      },
    ]);
  });

  it("ends it by the delete of its own entry", async () => {
    const { provider, lines } = lifecycleOf(noun);
    const { outs } = await provider.create({ __provider: HANDLER });
    await provider.delete("7", outs);
    await provider.delete("7", { __provider: HANDLER });
    expect(deleted.splice(0)).toEqual(["7"]);
    expect(lines).toEqual([]);
  });

  it("leaves it also when the diff of its own entry failed, and says nothing of it", async () => {
    const fail = () => {
      throw new VastError("x", "The service said no.");
    };
    const { provider, lines } = lifecycleOf({ ...noun, alsoChanges: fail });
    await failureOf(provider.diff("7", mark, {}));
    await provider.delete("7", { __provider: HANDLER });
    expect(deleted.splice(0)).toEqual([]);
    expect(lines).toEqual([]);
  });

  it.each<[string, (provider: DynamicProvider) => Promise<unknown>]>([
    ["a diff that sees no change", (provider) => provider.diff("7", mark, {})],
    ["an update", (provider) => provider.update("7", mark, {})],
  ])("leaves it where %s has shown the entry that stands", async (_, show) => {
    const { provider, lines } = lifecycleOf(noun);
    await show(provider);
    await provider.delete("7", { __provider: HANDLER });
    expect(deleted.splice(0)).toEqual([]);
    expect(lines[0]?.text).toMatch(/^Thing 7 stays/);
  });

  it("leaves it where another resource is handed it", async () => {
    const { provider } = lifecycleOf({ ...noun, isHandedOver: (id) => id === "7" });
    await provider.delete("7", {});
    await provider.delete("8", {});
    expect(deleted.splice(0)).toEqual(["8"]);
  });

  it("says nothing of a bill where Vast bills nothing", async () => {
    const { provider, lines } = lifecycleOf({ ...noun, isFree: true });
    await provider.create({ __provider: HANDLER });
    await provider.delete("7", { __provider: HANDLER });
    expect(lines[0]?.text).toMatch(/^Thing 7 stays: the resource/);
  });
});

describe("the mark of what was taken up", () => {
  const mark = { takenUpAt: "2026-11-21T09:00:00.000Z" };

  it("stays through an update, also one that fails, and through a refresh", async () => {
    const { provider } = lifecycleOf();
    const before = { ...mark, size: 1, __provider: HANDLER };
    const news = { size: 1, __provider: HANDLER };
    expect((await provider.update("7", before, news)).outs).toEqual(before);
    expect((await provider.read("7", before)).props).toEqual(before);
    const failing = lifecycleOf({
      update: async (_id, _before, _wanted, operation) => {
        operation.exists("7", {});
        throw new NotReadyError("timeout", "Not ready.");
      },
    });
    expect((await failureOf(failing.provider.update("7", before, news))).properties).toEqual(before);
  });
});
