import { describe, expect, it } from "vitest";
import { type Pretend, pretend } from "./pretend.js";

async function list({ call }: Pretend, query: Record<string, unknown> = {}) {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    params.set(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  return call("GET", `/api/v1/instances/?${params}`);
}

const ids = (body: { instances: { id: number }[] }) => body.instances.map(({ id }) => id);

/** Thirty contracts on two kinds of GPU, every third without a label. */
async function fleet() {
  const simulator = await pretend();
  const contracts: number[] = [];
  for (let n = 0; n < 30; n += 1) {
    const offer = simulator.world.addOffer({ gpu_name: n < 10 ? "RTX 3090" : "RTX 4090" });
    contracts.push(await simulator.rent(n % 3 === 0 ? {} : { label: `label-${n % 3}` }, offer));
  }
  return { ...simulator, contracts };
}

describe("the v1 list", () => {
  it("pages by 25 until there is no token", async () => {
    const simulator = await fleet();
    const first = (await list(simulator)).body;
    expect(first).toMatchObject({ success: true, instances_found: 25, total_instances: 30 });
    expect(first.label_counts).toEqual({ "": 10, "label-1": 10, "label-2": 10 });
    const second = (await list(simulator, { after_token: first.next_token })).body;
    expect(second).toMatchObject({ instances_found: 5, total_instances: 30, next_token: null });
    expect([...ids(first), ...ids(second)]).toEqual(simulator.contracts);
  });

  it("goes on behind the cursor when rows before it went away", async () => {
    const simulator = await fleet();
    const first = (await list(simulator, { limit: 10 })).body;
    for (const id of ids(first)) simulator.world.act(id, { do: "destroy" });
    const second = (await list(simulator, { limit: 10, after_token: first.next_token })).body;
    expect(ids(second)).toEqual(simulator.contracts.slice(10, 20));
  });

  it.each([
    [1, 1],
    [25, 25],
    [100, 25],
    [0, 5],
    [-3, 5],
  ])("a limit of %i gives %i rows", async (limit, rows) => {
    expect((await list(await fleet(), { limit })).body.instances_found).toBe(rows);
  });

  it("orders by any stored column with the id last, across pages", async () => {
    const simulator = await fleet();
    const order_by = [{ col: "gpu_name", dir: "desc" }];
    const first = (await list(simulator, { order_by, limit: 25 })).body;
    const second = (await list(simulator, { order_by, limit: 25, after_token: first.next_token })).body;
    const { contracts } = simulator;
    expect([...ids(first), ...ids(second)]).toEqual([...contracts.slice(10), ...contracts.slice(0, 10)]);
  });

  it("filters by stored columns with all operators", async () => {
    const simulator = await fleet();
    const { contracts } = simulator;
    const total = async (select_filters: unknown) => (await list(simulator, { select_filters })).body.total_instances;
    expect(await total({ id: { in: contracts.slice(3, 8) } })).toBe(5);
    expect(await total({ id: { gt: contracts[9] }, gpu_name: { eq: "RTX 4090" } })).toBe(20);
    expect(await total({ label: { eq: "label-1" } })).toBe(10);
    expect(await total({ label: { in: [null] } })).toBe(10);
    expect(await total({ label: { in: ["label-1", null] } })).toBe(20);
    expect(await total({ label: { notin: ["label-1"] } })).toBe(20);
    expect(await total({ actual_status: { eq: "running" } })).toBe(0);
  });

  it("answers chosen columns, and null for those that it does not know", async () => {
    const simulator = await fleet();
    const { body } = await list(simulator, { select_cols: ["id", "label", "nonsense"], limit: 1 });
    expect(body.instances).toEqual([{ id: simulator.contracts[0], label: null, nonsense: null }]);
  });

  it.each([
    [{ select_filters: { dph_total: { gt: 0 } } }, "Error in query parameters: dph_total is not a valid search key"],
    [{ select_filters: { num_gpus: { eq: 1 } } }, "Error in query parameters: num_gpus is not a valid search key"],
    [{ select_filters: { nonsense: { eq: 1 } } }, "Error in query parameters: nonsense is not a valid search key"],
    [{ select_filters: { label: { like: "x" } } }, "Error in query parameters: label has an unknown operator"],
    [{ order_by: [{ col: "nonsense", dir: "asc" }] }, "Error in query parameters: order_by names no valid column"],
  ])("refuses %j", async (query, msg) => {
    const { status, body } = await list(await pretend(), query);
    expect([status, body]).toEqual([400, { error: "invalid_request", msg }]);
  });

  it("refuses a cursor that is none", async () => {
    const { status, body } = await list(await pretend(), { after_token: "nonsense" });
    expect([status, body.error]).toEqual([400, "invalid_token"]);
  });

  it("can be switched off, and can lag behind", async () => {
    const simulator = await pretend();
    const id = await simulator.rent();
    simulator.world.settings.listLagSeconds = 30;
    expect((await list(simulator)).body.instances).toEqual([]);
    simulator.world.advance(30);
    expect(ids((await list(simulator)).body)).toEqual([id]);
    simulator.world.settings.listV1 = false;
    expect(await list(simulator)).toMatchObject({ status: 404, contentType: "text/html" });
  });

  it("shows nobody else's contracts and none that are destroyed", async () => {
    const simulator = await pretend();
    await simulator.rent({}, undefined, "another-key");
    simulator.world.act(await simulator.rent(), { do: "destroy" });
    expect((await list(simulator)).body).toMatchObject({ total_instances: 0, instances: [], label_counts: {} });
  });
});

describe("the lists of v0", () => {
  it("is retired, and can be opened", async () => {
    const { call, rent, world } = await pretend();
    const id = await rent();
    const retired = await call("GET", "/api/v0/instances/?owner=me");
    expect([retired.status, retired.body]).toEqual([
      410,
      {
        success: false,
        error: "deprecated_endpoint",
        msg: "/api/v0/instances/ is deprecated. Use /api/v1/instances/ instead.",
      },
    ]);
    world.settings.listV0 = "open";
    expect((await call("GET", "/api/v0/instances/")).body).toMatchObject({ instances_found: 1, instances: [{ id }] });
  });

  it("tells by what can be filtered", async () => {
    const { call, rent } = await pretend();
    await rent();
    await rent();
    const { body } = await call("GET", "/api/v0/instances/filters/");
    expect(body.filters).toEqual([
      { actual_status: null, gpu_name: "RTX 4090", verification: "verified", label: null },
    ]);
  });
});
