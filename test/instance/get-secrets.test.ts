import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { getInstance, getInstances } from "../../provider/resources/instance/get.js";
import { type Simulator, startSimulator } from "../../simulator/index.js";

let simulator: Simulator;
let instanceId: number;

beforeAll(async () => {
  // Lookups make their account out of the environment, with a clock of its own.
  simulator = await startSimulator({ speed: 1000, offers: 0 });
  const environment = { VAST_URL: simulator.url, VAST_API_KEY: "key-a", VASTAI_TIME_SCALE: "1000" };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const answer = await fetch(`${simulator.url}/api/v0/asks/${simulator.world.addOffer()}/`, {
    method: "PUT",
    headers: { authorization: "Bearer key-a", "content-type": "application/json" },
    body: JSON.stringify({ image: "a/b", runtype: "jupyter_direct", env: { TOKEN: "of-the-test" } }),
  });
  instanceId = ((await answer.json()) as { new_contract: number }).new_contract;
  simulator.world.advance(600);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await simulator.stop();
});

it("a lookup answers neither the notebook's token nor its address nor the environment unless asked", async () => {
  const { jupyterToken: token, ...whole } = await getInstance({ instanceId, includeSecrets: true });
  expect(whole).toMatchObject({ status: "running", env: { TOKEN: "of-the-test" } });
  expect(whole.jupyterUrl).toMatch(new RegExp(`^https://203\\.0\\.113\\.\\d+:\\d+/\\?token=${token}$`));

  const plain = JSON.stringify([await getInstance({ instanceId }), await getInstances()]);
  expect(plain).toContain('"status":"running"');
  for (const secret of [String(token), "of-the-test"]) expect(plain).not.toContain(secret);
});
