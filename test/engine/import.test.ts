// The compiled command, Pulumi's own `import` with its file, and its program, as a person would use them.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { compiled, mistakesIn } from "../support/compiler.js";
import { aPublicKey } from "../support/public-keys.js";
import { checkout, type TestStack, testStack } from "./pulumi.js";
import { filesWith } from "./state.js";

const MAIN = join(checkout, "dist", "cli", "main.js");

/** Makes one thing of each kind; answers the id of the instance. */
async function others(stack: TestStack): Promise<number> {
  const [offer] = stack.world.offers();
  const env = { MODE: "train", HF_TOKEN: "hf-of-the-test", "-p 8080:8080": "1" };
  const rented = { image: "ubuntu:22.04", disk: 16, env, onstart: "date\n", runtype: "ssh_direc ssh_proxy" };
  const { new_contract: id } = await stack.call("PUT", `/asks/${offer?.id}/`, { ...rented, label: "box" });
  await stack.call("POST", "/template/", { name: "vllm", image: "vllm/vllm-openai", tag: "v1", runtype: "ssh" });
  await stack.call("POST", "/ssh/", { ssh_key: aPublicKey(1, "laptop") });
  await stack.call("POST", "/secrets/", { key: "WANDB_KEY", value: "old-value" });
  const { offers } = (await stack.call("POST", "/volumes/search/", {})) as { offers: { id: number }[] };
  await stack.call("PUT", "/volumes/", { id: offers[0]?.id, size: 50, name: "data" });
  const isRunning = async () => (await stack.row(Number(id))).actual_status === "running";
  await expect.poll(isRunning, { timeout: 10_000 }).toBe(true);
  return Number(id);
}

it("takes over what others made: a preview changes only what Vast does not tell, and destroy ends it all", async () => {
  const stack = await testStack();
  const id = await others(stack);

  const file = join(stack.stateFolder, "..", "import.json");
  const env = { ...process.env, VAST_API_KEY: stack.apiKey, VAST_URL: stack.simulator.url, VASTAI_TIME_SCALE: "120" };
  const { stdout: program } = await promisify(execFile)(process.execPath, [MAIN, "import", "--all", "--out", file], {
    env,
  });
  expect(mistakesIn([program])).toEqual([]);

  stack.write("");
  const before = stack.world.view().requests.length;
  const imported = await stack.run(`import --file ${file} --generate-code=false --protect=false`);
  expect(imported.text).not.toContain("failed to validate");
  // Pulumi takes the file's word.
  expect(stack.world.view().requests).toHaveLength(before);
  const ids = ["box", "vllm", "data", "laptop", "WANDB_KEY"].map((name) => stack.resource(name).id);
  expect(ids).toEqual([String(id), expect.any(String), expect.any(String), expect.any(String), "WANDB_KEY"]);

  await stack.run("config set --secret boxHfToken hf-of-the-test");
  await stack.run("config set --secret wandbKeyValue new-value");
  stack.writeWhole(compiled(program));
  expect((await stack.preview()).steps).toEqual(["update WANDB_KEY"]);
  stack.writeWhole(compiled(program).replace('name: "data"', 'name: "data", allowDataLoss: true'));
  await stack.refresh();
  expect([...(await stack.up()).steps].sort()).toEqual(["update WANDB_KEY", "update data"]);
  expect((await stack.preview()).steps).toEqual([]);
  for (const secret of ["hf-of-the-test", "new-value"]) expect(filesWith(secret, stack.stateFolder)).toEqual([]);
  expect(stack.world.view().contracts).toMatchObject([{ id, label: "box" }]);
  await stack.destroy();
  // What was there before the stack stays; all else is gone.
  expect(stack.world.view().accounts).toMatchObject([{ envVarNames: [], sshKeys: [{}] }]);
});
