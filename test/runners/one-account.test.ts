import { expect, it } from "vitest";
import type { LoggedRequest } from "../../simulator/index.js";
import { testRunners } from "./runner.js";

const STACKS = ["north", "east", "south", "west"];
const EACH = 10;
const ALL = STACKS.length * EACH;
const BOOT_SECONDS = 150;
/** The least time between two rents of one account. */
const RENT_SECONDS = 4.5;
/** What the account's limits allow, were it all one runner that loses no moment: the last one rented still has to boot. */
const LEAST_SECONDS = (ALL - 1) * RENT_SECONDS + BOOT_SECONDS;

const PROGRAM = `
for (let i = 0; i < ${EACH}; i += 1) {
  new vastai.Instance("worker" + i, {
    offer: { gpuName: "RTX 4090" }, image: "ubuntu:22.04", diskGb: 20, label: stack + "-" + i,
  });
}`;

it("four runners bring up forty machines on one account at once, each once, in 1.3 times what its limits allow", async ({
  annotate,
}) => {
  // Pacing intervals stay well above the noise of a dozen processes on two cores.
  const { world, runner } = await testRunners({ speed: 6, program: PROGRAM });
  world.settings.bootMinutes = [BOOT_SECONDS / 60, BOOT_SECONDS / 60];
  for (let i = 0; i < ALL + 8; i += 1) world.addOffer({ dph_base: 0.3 + i / 100 });
  const runners = STACKS.map((stack) => runner(stack));
  // The first one makes the backend's tables, and Pulumi fails when two do that at once.
  for (const { run } of runners) await run("stack init");
  const before = world.view().requests.length;
  // By itself the engine makes four resources at once for each core, and the others only when those are ready.
  await Promise.all(runners.map(({ run }) => run(`up --parallel ${EACH}`)));
  const requests = world.view().requests.slice(before);

  const contracts = world.contracts();
  const labels = contracts.map(({ label }) => label?.split(" ")[0]).sort();
  expect(labels).toEqual(STACKS.flatMap((stack) => Array.from({ length: EACH }, (_, i) => `${stack}-${i}`)).sort());
  expect(contracts.filter(({ actualStatus }) => actualStatus === "running")).toHaveLength(ALL);
  expect(world.billedContracts()).toHaveLength(ALL);
  const states = await Promise.all(runners.map(({ instanceIds }) => instanceIds()));
  expect(states.map((ids) => ids.length)).toEqual(STACKS.map(() => EACH));
  expect(states.flat().sort()).toEqual(contracts.map(({ id }) => id).sort());

  const rents = requests.filter(({ path }) => path.startsWith("/api/v0/asks/"));
  const tooFrequent = requests.filter(({ status }) => status === 429);
  const [first, last] = [rents[0], requests.filter(isRelabel).at(-1)].map((request) => Date.parse(request?.time ?? ""));
  const ratio = (Number(last) - Number(first)) / 1000 / LEAST_SECONDS;
  await annotate(
    `${Math.round(ratio * LEAST_SECONDS)} s of the world, ${ratio.toFixed(2)} times the least; 429: ${tooFrequent.length} of ${requests.length} ` +
      `calls, ${rents.filter(({ status }) => status === 429).length} of ${rents.length} rents`,
  );
  expect(tooFrequent.length, "calls that met the limits: else nothing is shown").toBeGreaterThan(0);
  expect(ratio).toBeLessThanOrEqual(1.3);

  await Promise.all(runners.map(({ run }) => run("destroy")));
  expect(world.billedContracts()).toEqual([]);
  expect((await Promise.all(runners.map(({ instanceIds }) => instanceIds()))).flat()).toEqual([]);
});

/** The last step of a create. */
function isRelabel({ method, path, status }: LoggedRequest): boolean {
  return method === "PUT" && /^\/api\/v0\/instances\/\d+\/$/.test(path) && status === 200;
}
