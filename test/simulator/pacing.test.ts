import { describe, expect, it } from "vitest";
import { instanceEndpoints } from "../../provider/api/instances.js";
import { intervalOf } from "../../simulator/http/pacing.js";
import { pretend } from "./pretend.js";

describe("pacing", () => {
  it("lets two reads pass two seconds apart, and no closer", async () => {
    const { call, world } = await pretend({ pacing: true });
    const read = async () => (await call("GET", "/api/v0/instances/1/")).status;
    expect(await read()).toBe(200);
    world.advance(1.9);
    expect(await read()).toBe(429);
    world.advance(0.1);
    expect(await read()).toBe(200);
  });

  it("counts each route, method and account by itself", async () => {
    const { call } = await pretend({ pacing: true });
    const statuses = [
      await call("GET", "/api/v0/instances/1/"),
      await call("GET", "/api/v1/instances/"),
      await call("DELETE", "/api/v0/instances/1/"),
      await call("GET", "/api/v0/instances/1/", undefined, "another-key"),
      await call("GET", "/api/v0/instances/2/"),
    ].map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 404, 200, 429]);
  });

  it("closes renting for twelve seconds after a hit, whatever comes meanwhile", async () => {
    const { call, world } = await pretend({ pacing: true });
    const rent = async () => (await call("PUT", `/api/v0/asks/${world.addOffer()}/`, { image: "a" })).status;
    expect(await rent()).toBe(200);
    world.advance(4.4);
    expect(await rent()).toBe(429);
    world.advance(6);
    expect(await rent()).toBe(429);
    world.advance(6);
    expect(await rent()).toBe(200);
    world.advance(4.5);
    expect(await rent()).toBe(200);
  });

  it("answers in the form of the route, and does nothing", async () => {
    const { call, world } = await pretend({ pacing: true });
    const twice = async (method: string, path: string, body?: unknown) => {
      await call(method, path, body);
      return call(method, path, body);
    };
    expect(await twice("POST", "/api/v0/bundles/", {})).toMatchObject({
      status: 429,
      contentType: "text/plain",
      text: "API requests too frequent endpoint threshold=3.0",
    });
    expect((await twice("GET", "/api/v1/instances/")).text).toBe("API requests too frequent");
    expect((await twice("DELETE", "/api/v0/instances/1/")).body).toEqual({
      success: false,
      error: "rate_limit_exceeded",
      msg: "API requests too frequent endpoint threshold=3.0",
    });
    expect((await twice("PUT", "/api/v0/instances/1/", { state: "stopped" })).body).toEqual({
      detail: "API requests too frequent endpoint threshold=1.0",
    });
    world.advance(60);
    await twice("PUT", `/api/v0/asks/${world.addOffer()}/`, { image: "a" });
    expect(world.contracts()).toHaveLength(1);
  });

  it("knows the intervals of every route that the provider calls", () => {
    for (const endpoint of Object.values(instanceEndpoints)) {
      expect(intervalOf(endpoint)).toBe(endpoint.minIntervalSeconds);
    }
  });

  it("can be switched off while it runs", async () => {
    const { call, world } = await pretend({ pacing: true });
    world.settings.pacing = false;
    await call("GET", "/api/v0/instances/1/");
    expect((await call("GET", "/api/v0/instances/1/")).status).toBe(200);
  });
});
