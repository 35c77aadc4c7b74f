import { expect, it, onTestFinished } from "vitest";
import { startWireTap } from "../../bench/wire-tap.mts";
import { startSimulator } from "../../simulator/index.js";
import { virtualClock } from "../support/virtual-clock.js";

it("passes requests and answers on, and notes who was asked for and who was shown running", async () => {
  const simulator = await startSimulator({ offers: 0, pacing: false, clock: virtualClock() });
  const { world } = simulator;
  const tap = await startWireTap(simulator.url, () => world.now());
  onTestFinished(async () => {
    await tap.stop();
    await simulator.stop();
  });
  const call = async (method: string, path: string, body?: object) => {
    const headers = { authorization: "Bearer key", "content-type": "application/json" };
    return fetch(tap.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  };
  const offers = [world.addOffer(), world.addOffer({ machine_id: 2 })];
  world.tell({ offerId: offers[0], story: { boots: { afterMinutes: 1 } } });
  world.tell({ offerId: offers[1], story: { boots: { afterMinutes: 60 } } });
  const ids: number[] = [];
  for (const offer of offers) {
    const answer = await call("PUT", `/api/v0/asks/${offer}/`, { image: "ubuntu", disk: 10, runtype: "ssh" });
    ids.push(((await answer.json()) as { new_contract: number }).new_contract);
  }
  world.advance(120);
  const [id] = ids;
  const inFilter = encodeURIComponent(JSON.stringify({ id: { in: ids } }));
  expect(await (await call("GET", `/api/v1/instances/?select_filters=${inFilter}`)).json()).toMatchObject({
    instances: [{ id }, {}],
  });
  await call("GET", "/api/v1/instances/");
  await call("GET", `/api/v0/instances/${id}/`);
  await call("GET", `/api/v0/instances/${ids[1]}/`);
  expect((await call("GET", "/api/v0/nowhere/")).status).toBe(404);

  expect(tap.exchanges.slice(2)).toMatchObject([
    { method: "GET", path: "/api/v1/instances/", status: 200, asks: ids, running: [id] },
    { asks: [], running: [id] },
    { path: `/api/v0/instances/${id}/`, asks: [id], running: [id] },
    { asks: [ids[1]], running: [] },
    { status: 404, asks: [], running: [] },
  ]);
  expect(tap.exchanges.map(({ askedAt }) => askedAt - world.now())).toEqual([-120_000, -120_000, 0, 0, 0, 0, 0]);
});
