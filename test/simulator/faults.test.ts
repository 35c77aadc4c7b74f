import { describe, expect, it } from "vitest";
import type { FaultKind } from "../../simulator/http/faults.js";
import { pretend, standingClock } from "./pretend.js";

const RENT = "PUT /api/v0/asks/*";

/** Rents under one fault: what came back, and whether a contract exists. */
async function rentUnder(kind: FaultKind) {
  const simulator = await pretend();
  simulator.faults.add({ on: RENT, then: kind });
  const offer = simulator.world.addOffer();
  const answer = await simulator.call("PUT", `/api/v0/asks/${offer}/`, { image: "a" }).catch(() => "cut" as const);
  return { ...simulator, answer, contracts: simulator.world.contracts().length };
}

describe("faults", () => {
  it.each([
    ["429", 429, { detail: "API requests too frequent endpoint threshold=4.5" }],
    ["429-detail", 429, { detail: "API requests too frequent endpoint threshold=4.5" }],
    ["auth-error", 404, { success: false, error: "auth_error", msg: "Invalid user key" }],
    ["null-instance", 200, { instances: null }],
  ] as const)("%s answers in place of the service, and nothing takes place", async (kind, status, body) => {
    const { answer, contracts } = await rentUnder(kind);
    expect(answer).toMatchObject({ status, body, contentType: "application/json" });
    expect(contracts).toBe(0);
  });

  it("429-plain is plain text", async () => {
    const { answer, contracts } = await rentUnder("429-plain");
    expect(answer).toMatchObject({
      status: 429,
      text: "API requests too frequent endpoint threshold=4.5",
      contentType: "text/plain",
    });
    expect(contracts).toBe(0);
  });

  it.each([
    ["500-before", 500, 0],
    ["500-after", 500, 1],
    ["502-html", 502, 0],
    ["v0-410", 410, 0],
  ] as const)("%s answers %i and leaves %i contracts", async (kind, status, contracts) => {
    const outcome = await rentUnder(kind);
    expect(outcome.answer).toMatchObject({ status });
    expect(outcome.contracts).toBe(contracts);
  });

  it.each([
    ["hang-up-before", 0],
    ["hang-up-after", 1],
  ] as const)("%s cuts the connection and leaves %i contracts", async (kind, contracts) => {
    const outcome = await rentUnder(kind);
    expect(outcome.answer).toBe("cut");
    expect(outcome.contracts).toBe(contracts);
    expect(outcome.world.view().requests).toMatchObject([{ method: "PUT", status: "hung up" }]);
  });

  it.each(["not-json", "truncated"] as const)(
    "%s: the effect took place and the answer cannot be read",
    async (kind) => {
      const { answer, contracts } = await rentUnder(kind);
      expect(answer).toMatchObject({ status: 200, body: undefined, contentType: "application/json" });
      expect(contracts).toBe(1);
    },
  );

  it("slow: the effect takes place at once, the answer comes when the world's time has passed", async () => {
    const { faults, world, call } = await pretend();
    faults.add({ on: RENT, then: "slow", seconds: 120 });
    const offer = world.addOffer();
    let answered = false;
    const answer = call("PUT", `/api/v0/asks/${offer}/`, { image: "a" }).then((got) => {
      answered = true;
      return got;
    });
    while (world.contracts().length === 0) await call("GET", "/api/v0/users/current/");
    world.advance(119);
    await call("GET", "/api/v0/users/current/");
    expect(answered).toBe(false);
    world.advance(1);
    expect((await answer).body).toMatchObject({ success: true });
  });

  it("slow: ends with the simulator", async () => {
    const { faults, call, stop } = await pretend();
    faults.add({ on: "GET /api/v0/users/current", then: "slow" });
    const answer = call("GET", "/api/v0/users/current/").catch(() => "cut");
    await call("GET", "/api/v1/instances/");
    await stop();
    expect(await answer).toBe("cut");
  });

  it("null-instance hides an instance that is there", async () => {
    const { faults, rent, call } = await pretend();
    const id = await rent();
    faults.add({ on: "GET /api/v0/instances/*", then: "null-instance" });
    expect((await call("GET", `/api/v0/instances/${id}/`)).body).toEqual({ instances: null });
    expect((await call("GET", `/api/v0/instances/${id}/`)).body.instances.id).toBe(id);
  });

  it("hit as often as said, after as many as said", async () => {
    const { faults, call } = await pretend();
    faults.add({ on: "GET /api/v0/users/current/", then: "502-html", skip: 1, times: 2 });
    const statuses: number[] = [];
    for (let n = 0; n < 5; n += 1) statuses.push((await call("GET", "/api/v0/users/current/")).status);
    expect(statuses).toEqual([200, 502, 502, 200, 200]);
    expect(faults.pending()).toEqual([]);
  });

  it("hit by chance, the same for the same seed", async () => {
    const draw = async () => {
      const { faults, call } = await pretend({ seed: 3 });
      faults.add({ on: "* **", then: "502-html", times: "always", probability: 0.5 });
      const statuses: number[] = [];
      for (let n = 0; n < 20; n += 1) statuses.push((await call("GET", "/api/v0/users/current/")).status);
      return statuses;
    };
    const first = await draw();
    expect(await draw()).toEqual(first);
    expect(new Set(first)).toEqual(new Set([200, 502]));
  });

  it.each([
    ["GET /api/v0/instances/*", "GET", "/api/v0/instances/5/", true],
    ["GET /api/v0/instances/*", "GET", "/api/v0/instances/5", true],
    ["GET /api/v0/instances/*", "PUT", "/api/v0/instances/5/", false],
    ["PUT /api/v0/instances/*", "PUT", "/api/v0/instances/reboot/5/", false],
    ["PUT /api/v0/instances/**", "PUT", "/api/v0/instances/reboot/5/", true],
    ["DELETE /api/v0/instances/*", "DELETE", "/api/v0/instances/", false],
    ["* /api/v0/users/current", "GET", "/api/v0/users/current/", true],
    ["**", "GET", "/api/v1/instances/", false],
    ["*", "GET", "/api/v1/instances/", true],
    ["GET /api/v?/instances", "GET", "/api/v1/instances/", false],
  ])("%s fits %s %s: %s", async (on, method, path, fits) => {
    const { faults } = await pretend();
    faults.add({ on, then: "429" });
    expect(faults.take(method, path) !== undefined).toBe(fits);
  });

  it("refuses one that it does not know", async () => {
    const { faults } = await pretend({ clock: standingClock });
    expect(() => faults.add({ on: "GET /", then: "explode" as FaultKind })).toThrow();
    faults.clear();
    expect(faults.pending()).toEqual([]);
  });
});
