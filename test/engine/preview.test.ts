// What a reviewer of a pull request sees.
import { expect, it } from "vitest";
import { instance, trainer } from "./programs.js";
import { testStack } from "./pulumi.js";

const KEYLESS = { VAST_API_KEY: undefined };

it("prices what would be rented, and warns, without a key and beside the resource", async () => {
  const stack = await testStack();
  stack.world.replaceOffers([0.312, 0.35, 0.5, 0.6].map((dph_base) => ({ dph_base, storage_cost: 0.09 })));
  const token = "hf-token-of-the-test";
  stack.write(
    trainer({ maxDollarsPerHour: 0.4, timeToLiveHours: 8 }) +
      instance("open", { image: "ubuntu", env: { HF_TOKEN: "x", MODE: "train" } }) +
      instance("closed", { timeToLiveHours: 1 }, { more: `{ env: { HF_TOKEN: pulumi.secret("${token}") } }` }),
  );
  const { lines, steps, text } = await stack.preview(KEYLESS);
  expect([...steps].sort()).toEqual(["create closed", "create open", "create trainer"]);
  expect(lines).toContainEqual(
    expect.stringMatching(
      /^trainer: 1x RTX 4090 from 0\.31\d \$\/h \(2 offers fit, cap 0\.40 \$\/h\), \w\w, reliability 0\.\d{3}; 20 GB disk 0\.00\d \$\/h stopped$/,
    ),
  );
  expect(lines.filter((line) => /^trainer: (?!1x)/.test(line))).toEqual([]);
  expect(lines).toContainEqual(expect.stringMatching(/^open: The image ubuntu means .* It has no `timeToLiveHours`/));
  expect(lines).toContainEqual(expect.stringMatching(/^open: env\.HF_TOKEN sounds like a secret/));
  expect(lines.filter((line) => /^closed: .*secret/.test(line))).toEqual([]);
  expect(text).not.toContain(token);
  expect((await stack.run("preview --json", KEYLESS)).text).not.toContain(token);
  // Three instances that want the same ask once a preview.
  expect(stack.world.view().requests.map(({ path }) => path)).toEqual(["/api/v0/bundles/", "/api/v0/bundles/"]);
});

it("is no error and not slow when the market does not answer, answers garbage or refuses", async () => {
  const stack = await testStack({ speed: 10 });
  stack.simulator.faults.add({ on: "POST /api/v0/bundles/", then: "slow", seconds: 600, times: "always" });
  stack.write(trainer() + instance("second", { offer: { gpuName: "H100 SXM" } }));
  const { lines, steps } = await stack.preview();
  expect([...steps].sort()).toEqual(["create second", "create trainer"]);
  for (const name of ["trainer", "second"]) {
    expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^${name}: Prices unavailable \\(.+\\)\\.$`)));
  }
  for (const then of ["not-json", "auth-error"] as const) {
    stack.simulator.faults.clear();
    stack.simulator.faults.add({ on: "POST /api/v0/bundles/", then, times: "always" });
    const { lines: said } = await stack.preview();
    expect(said).toContainEqual(expect.stringMatching(/Prices unavailable \(.+\)\.$/));
  }
});

it("shows a replacement with its price, and says when nothing fits any more", async () => {
  const stack = await testStack();
  stack.write(trainer());
  await stack.up();
  stack.world.replaceOffers([]);
  stack.write(trainer({ generation: 2 }));
  const { lines, steps } = await stack.preview();
  expect(steps).toContain("create-replacement trainer");
  expect(lines).toContainEqual(expect.stringMatching(/^trainer: Nothing on the market fits now: RTX 4090/));
  await stack.destroy();
});
