import { request } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { BEGIN, pretend } from "./pretend.js";

/** The status of `GET /_simulator/world` with other headers than `fetch` lets one send. */
function statusWith(port: number, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path: "/_simulator/world", headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
}

describe("the control routes", () => {
  it("show the world as it stands", async () => {
    const { rent, call, world } = await pretend({ offers: 3 });
    const id = await rent({ label: "trainer" });
    world.advance(600);
    await call("GET", "/api/v0/nonsense/");
    const { body } = await call("GET", "/_simulator/world", undefined, null);
    expect(body).toMatchObject({
      now: new Date(BEGIN + 600_000).toISOString(),
      contracts: [
        {
          id,
          account: 1,
          label: "trainer",
          image: "ubuntu:22.04",
          actualStatus: "running",
          intendedStatus: "running",
          curState: "running",
          createdAt: new Date(BEGIN).toISOString(),
          destroyedAt: null,
          dollarsBilled: expect.any(Number),
          dollarsPerHourNow: expect.any(Number),
          machineId: expect.any(Number),
          offerId: expect.any(Number),
        },
      ],
      unknownRoutes: ["GET /api/v0/nonsense/"],
      dollarsBilled: world.contract(id)?.dollarsBilled,
      billedPerHour: world.contract(id)?.dollarsPerHourNow,
    });
    expect(body.offers).toHaveLength(3);
    expect(body.requests).toMatchObject([
      { method: "PUT", status: 200, time: new Date(BEGIN).toISOString() },
      { method: "GET", path: "/api/v0/nonsense/", status: 404, time: new Date(BEGIN + 600_000).toISOString() },
    ]);
  });

  it("add faults and clear them", async () => {
    const { call, faults } = await pretend();
    const fault = { on: "GET /api/v0/users/current/", then: "502-html" };
    expect((await call("POST", "/_simulator/faults", [fault, fault], null)).body.faults).toHaveLength(2);
    expect((await call("GET", "/api/v0/users/current/")).status).toBe(502);
    await call("DELETE", "/_simulator/faults", undefined, null);
    expect(faults.pending()).toEqual([]);
  });

  it("advance, tell stories and act as a person does", async () => {
    const { call, rent, world } = await pretend();
    await call("POST", "/_simulator/stories", { image: "me/*", story: { boots: { afterMinutes: 30 } } }, null);
    const id = await rent({ image: "me/x" });
    await call("POST", "/_simulator/advance", { seconds: 1790 }, null);
    expect(world.contract(id)?.actualStatus).toBe("loading");
    await call("POST", "/_simulator/advance", { seconds: 20 }, null);
    expect(world.contract(id)?.actualStatus).toBe("running");
    const act = (action: object) => call("POST", `/_simulator/contracts/${id}`, action, null);
    expect((await act({ do: "label", label: "by hand" })).body.label).toBe("by hand");
    expect((await act({ do: "stop" })).body.intendedStatus).toBe("stopped");
    expect((await act({ do: "start" })).body.intendedStatus).toBe("running");
    expect((await act({ do: "destroy" })).body.destroyedAt).toBe(new Date(BEGIN + 1_810_000).toISOString());
    expect(await act({ do: "destroy" })).toMatchObject({ status: 400, body: { msg: `There is no contract ${id}.` } });
  });

  it.each([
    ["/_simulator/faults", { on: "GET /", then: "explode" }],
    ["/_simulator/advance", { seconds: -1 }],
    ["/_simulator/stories", { story: { boots: true } }],
    ["/_simulator/contracts/1", { do: "sell" }],
  ])("refuse nonsense at %s", async (path, body) => {
    const { call } = await pretend();
    expect(await call("POST", path, body, null)).toMatchObject({ status: 400, body: { error: "invalid_request" } });
  });

  it("are refused to another host name and to foreign pages", async () => {
    const { port } = await pretend();
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, "[::1]:80", "localhost"]) {
      expect(await statusWith(port, { host })).toBe(200);
    }
    for (const host of [
      "evil.example",
      `evil.example:${port}`,
      "127.0.0.1.evil.example",
      "localhost.evil.example",
      "10.0.0.1",
    ]) {
      expect(await statusWith(port, { host })).toBe(403);
    }
    expect(await statusWith(port, { host: "localhost", origin: "https://evil.example" })).toBe(403);
    expect(await statusWith(port, { host: "localhost", origin: "null" })).toBe(403);
    expect(await statusWith(port, { host: "localhost", origin: `http://localhost:${port}` })).toBe(200);
  });

  it("listen on loopback only", async () => {
    const { port } = await pretend();
    const outward = Object.values(networkInterfaces())
      .flat()
      .filter((address) => address?.family === "IPv4" && !address.internal);
    for (const address of outward) {
      const outcome = await new Promise((resolve) => {
        const socket = connect({ host: address?.address ?? "", port }, () => resolve("connected")).on("error", () =>
          resolve("refused"),
        );
        socket.unref();
      });
      expect(outcome).toBe("refused");
    }
  });
});
