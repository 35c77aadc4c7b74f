import { expect, it } from "vitest";
import type { LoggedRequest } from "../../simulator/http/request-log.js";
import { instance } from "./programs.js";
import { testStack } from "./pulumi.js";

const COUNT = 10;
/** Seconds between two looks at instances that boot. */
const LOOK_EVERY_SECONDS = 2;
/** A machine that stalls for a moment shifts a call by more than the margin; without any pacing there are dozens. */
const FEW = 3;

it("brings up ten machines in one run, each once, with the calls of one", async () => {
  // Slow enough that calls which come together are still together on the hurried clock.
  const stack = await testStack({ speed: 5 });
  const { world } = stack;
  world.settings.bootMinutes = [0.5, 0.5];
  for (let i = 0; i < COUNT; i += 1) world.addOffer({ dph_base: 0.4 + i / 100 });
  const names = Array.from({ length: COUNT }, (_, i) => `worker${i}`);
  stack.write(names.map((name) => instance(name)).join(""));
  await stack.up();

  const contracts = world.contracts();
  expect(contracts.map(({ label }) => label?.split(" ")[0]).sort()).toEqual(names);
  expect(contracts.every(({ actualStatus }) => actualStatus === "running")).toBe(true);
  const { requests } = world.view();
  expect(tooFrequent(requests).length).toBeLessThan(FEW);
  const seconds = (Date.parse(requests.at(-1)?.time ?? "") - Date.parse(requests[0]?.time ?? "")) / 1000;
  const lists = requests.filter(({ method, path }) => method === "GET" && path === "/api/v1/instances/");
  expect(lists.length).toBeLessThan(seconds / LOOK_EVERY_SECONDS + 1.5 * COUNT);

  const before = requests.length;
  await stack.destroy();
  expect(world.billedContracts()).toEqual([]);
  const ending = world.view().requests.slice(before);
  expect(tooFrequent(ending).length).toBeLessThan(FEW);
  expect(ending.filter(({ method }) => method === "DELETE").length).toBeLessThan(COUNT);
});

function tooFrequent(requests: readonly LoggedRequest[]): LoggedRequest[] {
  return requests.filter(({ status }) => status === 429);
}
