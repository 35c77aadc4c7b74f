import { execFileSync } from "node:child_process";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keysCommand } from "../../cli/keys.js";
import { createAccount } from "../../provider/account/account.js";
import { anInstance, failureOf, HANDLER, type TestWorld, testWorld } from "../support/harness.js";

const OWNER = "key-of-the-owner";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

function into(take: (text: string) => void): NodeJS.WritableStream {
  const stream = new PassThrough();
  stream.on("data", (chunk) => take(String(chunk)));
  return stream;
}

async function keys(args: string, env: Record<string, string> = { VAST_API_KEY: OWNER }) {
  const said = { out: "", err: "", code: -1 };
  const command = keysCommand({
    stdout: into((text) => (said.out += text)),
    stderr: into((text) => (said.err += text)),
    env: { VAST_URL: t.simulator.url, HOME: "/nowhere", ...env },
    accountOf: (settings) => createAccount(settings, t.clock),
    exit: (code) => (said.code = code),
  });
  await command.parseAsync(args.split(" "), { from: "user" });
  return said;
}

async function made(args: string): Promise<string> {
  const { out, code } = await keys(`${args} --create`);
  expect(code).toBe(0);
  return out.trim();
}

const requests = () => t.world.view().requests.map(({ method, path, status }) => `${method} ${path} ${status}`);

describe("pulumi-vastai keys", () => {
  it("prints what a key for previews needs, without a key and without sending anything", async () => {
    const { out, err, code } = await keys("preview", {});
    expect({ err, code }).toEqual({ err: "", code: 0 });
    expect(out).toContain('\n{"api":{"instance_read":{},"user_read":{}}}\n');
    expect(requests()).toEqual([]);
  });

  it.each([
    ["preview", "pulumi-preview", ["instance_read", "user_read"]],
    ["deploy", "pulumi-deploy", ["instance_read", "instance_write", "misc", "user_read", "user_write"]],
    ["deploy --instances-only", "pulumi-deploy", ["instance_read", "instance_write", "misc", "user_read"]],
  ])("%s: prints the body of the request", async (args, name, categories) => {
    const { out } = await keys(`${args} --json`);
    expect(JSON.parse(out)).toEqual({ name, permissions: { api: Object.fromEntries(categories.map((c) => [c, {}])) } });
  });

  it("prints lines that a shell takes as they are meant, whatever the name", async () => {
    const { out } = await keys("preview --name it's_$HOME");
    const asWords =
      'show() { for word; do echo "$word"; done; }; curl() { show curl "$@"; }; vastai() { show vastai "$@"; };';
    const lines =
      out.slice(out.indexOf("  curl"), out.indexOf("\n\nWith Vast's")) + out.slice(out.indexOf("\n  vastai"));
    const words = execFileSync("sh", ["-c", `${asWords}\n${lines}`], {
      encoding: "utf8",
      env: { VAST_API_KEY: "mine" },
    })
      .trim()
      .split("\n");
    expect(words).toEqual([
      ...["curl", "-sS", "-X", "POST", `${t.simulator.url}/api/v0/auth/apikeys/`],
      ...["-H", "Authorization: Bearer mine", "-H", "Content-Type: application/json"],
      ...["-d", `{"name":"it's_$HOME","permissions":{"api":{"instance_read":{},"user_read":{}}}}`],
      ...["vastai", "create", "api-key", "--name", "it's_$HOME", "--permission_file", "permissions.json"],
    ]);
  });

  it("makes the key, alone on standard output, and tells the rest beside it", async () => {
    const { out, err, code } = await keys("preview --name ci --create");
    expect(out).toMatch(/^[0-9a-f]{64}\n$/);
    expect(err).toBe('Made key 200001, "ci", with instance_read, user_read. It is shown only this once.\n');
    expect(code).toBe(0);
    const [account] = t.world.view().accounts;
    expect(account?.apiKeys).toEqual([{ id: 200001, name: "ci", permissions: ["instance_read", "user_read"] }]);
    expect(JSON.stringify(t.world.view())).not.toContain(out.trim());
  });

  it("makes none without a key of one's own, and sends nothing", async () => {
    const { out, err, code } = await keys("deploy --create", {});
    expect({ out, code }).toEqual({ out: "", code: 2 });
    expect(err).toMatch(/^error: No Vast\.ai API key was found.*Set the environment variable VAST_API_KEY/);
    expect(requests()).toEqual([]);
  });

  it("says which permission is missing, and never the key", async () => {
    const key = await made("preview");
    const { out, err, code } = await keys("deploy --create", { VAST_API_KEY: key });
    expect({ out, code }).toEqual({ out: "", code: 2 });
    expect(err).toContain("lacks user_write; no key was made. Set one in VAST_API_KEY that has it.");
    expect(err).not.toContain(key);
    expect(t.world.view().accounts[0]?.apiKeys).toHaveLength(1);
  });

  it.each(["hang-up-after", "500-after", "not-json"] as const)(
    "asks once when the answer is lost (%s), and says what to look for",
    async (then) => {
      t.simulator.faults.add({ on: "POST /api/v0/auth/apikeys/", times: 1, then });
      const { out, err, code } = await keys("preview --create");
      expect({ out, code }).toEqual({ out: "", code: 2 });
      expect(err).toMatch(
        /A key named "pulumi-preview" may have been made, and nobody has seen it\. Delete it on https/,
      );
      expect(requests()).toHaveLength(1);
    },
  );

  it("takes Vast's refusal as it is said", async () => {
    const { err, code } = await keys(`preview --create --name ${"x".repeat(256)}`);
    expect({ err, code }).toEqual({ err: "error: --name has at most 255 characters. Give a shorter one.\n", code: 2 });
  });
});

describe("the key for previews", () => {
  it("searches and refreshes, and can neither rent nor change nor end anything", async () => {
    const owner = t.process(OWNER);
    const { id, outs } = await owner.up(anInstance());
    const reader = t.process(await made("preview"));

    const { inputs, failures } = await reader.instance.check({}, anInstance({ label: "second" }));
    expect(failures).toEqual([]);
    expect(await reader.instance.read(id, outs)).toMatchObject({ id, props: { status: "running" } });

    const before = t.world.contracts();
    const rented = await failureOf(reader.instance.create({ ...inputs, __provider: HANDLER }));
    expect(rented.message).toContain("lacks the permission instance_write");
    // The key may not search, and everybody may without one.
    const searches = requests().filter((request) => request.includes("/bundles/"));
    expect(searches.slice(-2)).toEqual(["POST /api/v0/bundles/ 403", "POST /api/v0/bundles/ 200"]);
    const changed = await failureOf(reader.instance.update(id, outs, { ...outs, label: "other", __provider: HANDLER }));
    expect(changed.message).toContain("instance_write");
    const ended = await failureOf(reader.instance.delete(id, outs));
    expect(ended.message).toContain("instance_write");
    expect(t.world.contracts().map(({ label, destroyedAt }) => ({ label, destroyedAt }))).toEqual(
      before.map(({ label, destroyedAt }) => ({ label, destroyedAt })),
    );

    await owner.instance.delete(id, outs);
    expect(t.world.billedContracts()).toEqual([]);
  });
});

describe("the key for deployments", () => {
  it.each(["deploy", "deploy --instances-only"])("%s: rents, refreshes, changes and ends", async (args) => {
    const deployer = t.process(await made(args));
    const { id, outs } = await deployer.up(anInstance());
    const { inputs } = await deployer.instance.check(outs, anInstance({ label: "renamed" }));
    await deployer.instance.update(id, outs, { ...inputs, __provider: HANDLER });
    const contract = t.world.contract(Number(id));
    expect(contract?.label).toMatch(/^renamed /);
    expect(contract?.account).toBe(1);
    await deployer.instance.delete(id, outs);
    expect(t.world.billedContracts()).toEqual([]);
  });

  it("makes what belongs to the account, which the key for instances only cannot", async () => {
    const inputs = { name: "HF_TOKEN", value: "hello", onExisting: "refuse", __provider: HANDLER };
    const [all, some] = [t.process(await made("deploy")), t.process(await made("deploy --instances-only"))];
    const failure = await failureOf(some.envVar.create(inputs));
    expect(failure.message).toContain("lacks the permission user_write");
    await all.envVar.create(inputs);
    expect(t.world.secrets()).toEqual({ HF_TOKEN: "hello" });
  });
});
