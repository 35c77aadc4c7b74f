// Two checkouts of one project on one account, each with its state beside it under the same relative address: equal names, different stacks.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { kill } from "./moments.js";
import { makeProject, testStack } from "./pulumi.js";

const PROGRAM = `const vastai = require("pulumi-vastai");
new vastai.Instance("trainer", { offer: { gpuName: "RTX 4090" }, image: "ubuntu:22.04", diskGb: 20, label: "trainer" });
`;

it("neither takes up what a killed run of the other left, and each finds its own, from wherever the CLI is called", async () => {
  const stack = await testStack();
  const { world } = stack;
  const [one, two] = ["one", "two"].map((name) => {
    const folder = join(stack.stateFolder, "..", name);
    makeProject(folder);
    mkdirSync(join(folder, "state"));
    writeFileSync(join(folder, "index.js"), PROGRAM);
    return folder;
  });
  const env = { PULUMI_BACKEND_URL: "file://./state" };
  for (const folder of [one, two]) await stack.run(`stack init -C ${folder}`, env);

  world.tell({ times: 1, story: { boots: { afterMinutes: 600 } } });
  const run = stack.start(`up -C ${one}`, env);
  await vi.waitUntil(() => world.billedContracts().length === 1, { timeout: 40_000, interval: 50 });
  await kill(run);
  const [left] = world.billedContracts();

  const other = await stack.run(`up -C ${two}`, { ...env, PWD: one });
  expect(other.text).not.toContain(String(left?.id));
  expect(world.billedContracts()).toHaveLength(2);

  world.advance(600 * 60);
  await stack.run(`cancel --yes -C ${one}`, env);
  const again = await stack.run(`up -C ${one}`, { ...env, PWD: two });
  expect(again.text).toContain(`Taking up contract ${left?.id}`);
  const marks = world.billedContracts().map(({ label }) => label);
  expect(marks).toEqual([expect.stringMatching(/^trainer /), expect.stringMatching(/^trainer /)]);
  expect(new Set(marks).size).toBe(2);

  await stack.run(`destroy -C ${two}`, env);
  expect(world.billedContracts()).toMatchObject([{ id: left?.id }]);
  await stack.run(`destroy -C ${one}`, env);
});
