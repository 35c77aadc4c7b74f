import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, it, onTestFinished, vi } from "vitest";
import { endProcess } from "../engine/processes.js";
import { type Runner, testRunners } from "./runner.js";

const PROGRAM =
  'new vastai.Instance("trainer", { offer: { gpuName: "RTX 4090" }, image: "ubuntu:22.04", diskGb: 20, label: "trainer" });';
/** Nothing boots before the test says so. */
const BOOT_MINUTES = 600;

/** A stack with one machine that boots, and two runners, of which the first is bringing it up. */
async function twoOnOneStack(urls: readonly [string, string]) {
  const { world, runner } = await testRunners({ speed: 60, program: PROGRAM });
  world.settings.bootMinutes = [BOOT_MINUTES, BOOT_MINUTES];
  for (let i = 0; i < 4; i += 1) world.addOffer({ dph_base: 0.3 + i / 100 });
  const [first, second] = [runner("shared", urls[0]), runner("shared", urls[1])];
  await first.run("stack init");
  await first.run("config set vastai:previewPrices false");
  const up = first.start("up --parallel 4");
  await vi.waitUntil(() => world.contracts().length > 0, { timeout: 40_000, interval: 50 });
  return { world, first, second, up, boot: () => world.advance(BOOT_MINUTES * 60) };
}

async function expectRefused({ start }: Runner): Promise<void> {
  const { exitCode, text } = await start("up").ended;
  expect(exitCode).not.toBe(0);
  expect(text).toContain("the stack is currently locked by 1 lock(s)");
  expect(text).toContain("pulumi cancel");
  expect(text).not.toMatch(/:\/\/\w+:[^*]/);
}

it("in files, a second runner is refused while the first is at work, and rents nothing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-vastai-state-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { world, first, second, up, boot } = await twoOnOneStack([`file://${folder}`, `file://${folder}`]);
  await expectRefused(second);
  boot();
  expect((await up.ended).exitCode).toBe(0);
  expect(world.contracts()).toHaveLength(1);
  await second.run("destroy");
  expect(await first.instanceIds()).toEqual([]);
});

it("in PostgreSQL, likewise; when the first is killed, another runner takes up what it rented, also as another database user", async () => {
  const { world, first, second, up, boot } = await twoOnOneStack(inject("postgresUrls"));
  await expectRefused(second);
  const left = up.processes();
  up.kill("SIGKILL");
  await up.ended;
  for (const { pid } of left) endProcess(pid);
  await second.run("cancel --yes");
  boot();
  const { text } = await second.run("up");

  const contracts = world.contracts();
  expect(contracts).toMatchObject([{ actualStatus: "running", destroyedAt: null }]);
  expect(text).toContain(`Taking up contract ${contracts[0]?.id}`);
  expect(await first.instanceIds()).toEqual(contracts.map(({ id }) => id));
  await first.run("destroy");
  expect(world.contracts()).toHaveLength(1);
});
