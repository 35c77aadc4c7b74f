// What the compiled command makes of the real CLI's previews, and what `estimateCost` knows before and after.
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { instance, trainer } from "./programs.js";
import { checkout, type TestStack, testStack } from "./pulumi.js";

const MAIN = join(checkout, "dist", "cli", "main.js");

interface CostReport {
  readonly resources: readonly { name: string; change: string; before: object | null; after: object | null }[];
  readonly totals: Record<"before" | "after", { dollarsPerHour: number }>;
}

/** Previews under the real CLI and has the command read it. */
async function cost(stack: TestStack): Promise<CostReport> {
  const { stdout: preview } = await stack.run("preview --json --show-sames");
  const file = join(stack.stateFolder, "..", "preview.json");
  writeFileSync(file, preview);
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, VAST_URL: stack.simulator.url };
  const words = [MAIN, "cost", file, "--format", "json"];
  return JSON.parse((await promisify(execFile)(process.execPath, words, { env })).stdout) as CostReport;
}

it("tells before and after of an up, a replacement and a delete, as the world then bills it", {
  timeout: 60_000,
}, async () => {
  const stack = await testStack();
  const estimate = `
const cost = vastai.estimateCost([trainer, { offer: { gpuName: "RTX 4090" }, diskGb: 20, count: 2 }, 0.5, trainer.dollarsPerHour,
  { offer: { gpuName: "H100 SXM" } }]);
exports.estimate = cost;
`;
  const program = trainer() + instance("worker", { label: "worker" });
  stack.write(program + estimate);
  const first = await cost(stack);
  expect(first.resources.map(({ name, change }) => `${change} ${name}`)).toEqual(["new trainer", "new worker"]);
  const { text } = await stack.run("preview --diff");
  // Known in the preview: the machine and two more from the market, and half a dollar; not the price that only Vast will tell, and none
  // of a GPU that nobody offers.
  expect(text).toMatch(/unknown\s*: 2\b/);
  expect(text).toContain(
    "estimateCost: 2 of 6 have no price and are in no sum: no offer on the market fits at this moment.",
  );
  expect(text).toMatch(/dollarsPerHour\s*: 1\.4425/);

  await stack.up();
  const { billedPerHour } = stack.world.view();
  expect(billedPerHour).toBeCloseTo(first.totals.after.dollarsPerHour, 6);
  expect(stack.outputs().estimate).toMatchObject({ unknown: 1 });

  stack.write(trainer({ diskGb: 40 }));
  const next = await cost(stack);
  expect(next.resources).toMatchObject([
    { name: "trainer", change: "replaced", before: { is: "billed" }, after: { is: "estimate" } },
    { name: "worker", change: "deleted", before: { is: "billed" }, after: null },
  ]);
  expect(next.totals.before.dollarsPerHour).toBeCloseTo(billedPerHour, 5);
  // The cheapest that is left.
  expect(next.totals.after.dollarsPerHour).toBeCloseTo(0.32 + 40 * (0.15 / 720), 5);
  await stack.destroy();
});
