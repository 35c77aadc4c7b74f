import { describe, expect, it } from "vitest";
import { endpoints } from "../../provider/api/client.js";
import { routeOf } from "../../provider/api/endpoint.js";
import type { SearchBody } from "../../provider/api/offers.js";
import { AuthError, CancelledError, RateLimitedError, SettingsError, WireFormatError } from "../../provider/errors.js";
import { API_KEY, answering, clientOf, errorOf, inTurn, json, replay, testClock, tinyServer } from "./tiny-server.js";

const SEARCH: SearchBody = {
  filters: { num_gpus: { eq: 1 } },
  type: "bid",
  order: [["dph_total", "asc"]],
  limit: 64,
  allocatedStorageGb: 20,
};
const RENT = { client_id: "me", disk: 8, env: {}, label: "x", target_state: "running", cancel_unavail: true } as const;

describe("without a key", () => {
  it("a call that needs one sends nothing and says where to put it", async () => {
    const { url, requests } = await tinyServer(json({}));
    const error = await errorOf(clientOf(url, { apiKey: undefined, missingKey: "Put it there." }).instances.show(1));
    expect(error).toBeInstanceOf(SettingsError);
    expect((error as Error).message).toBe("Put it there.");
    expect(requests).toEqual([]);
  });

  it("the market can be searched", async () => {
    const { url } = await tinyServer(replay("bundles-search-empty"));
    expect(await clientOf(url, { apiKey: undefined }).offers.search(SEARCH)).toEqual([]);
  });

  it("the names of GPUs can be read", async () => {
    const { url, requests } = await tinyServer((response) =>
      response.writeHead(200, { "content-type": "application/json" }).end('{"gpu_names":["RTX 4090","A10"]}'),
    );
    expect(await clientOf(url, { apiKey: undefined }).offers.gpuNames()).toEqual(["RTX 4090", "A10"]);
    expect(requests).toMatchObject([{ method: "GET", url: "/api/v0/gpu_names/unique/" }]);
  });

  it("nothing else can be called", () => {
    const keyless = ["POST /api/v0/bundles/", "GET /api/v0/gpu_names/unique/"];
    expect(endpoints.filter((endpoint) => endpoint.keyless).map(routeOf)).toEqual(keyless);
  });
});

describe("a refused key", () => {
  it("is told with the place that it came from, the server's words and the remedy", async () => {
    const { url } = await tinyServer(replay("auth-error-404"));
    const error = await errorOf(clientOf(url, { keySource: "the file ~/.vast_api_key" }).instances.show(1));
    expect(error).toBeInstanceOf(AuthError);
    expect((error as Error).message).toBe(
      'GET /api/v0/instances/{id}/ was refused: "Invalid user key" (HTTP 404). The API key from the file ~/.vast_api_key is ' +
        "wrong, revoked, or lacks the permission instance_read; this call changed nothing. " +
        "Set a valid key with `pulumi config set --secret vastai:apiKey` or VAST_API_KEY.",
    );
  });

  it("is left away where everybody may ask without one, and the key may not", async () => {
    const lacking = json({ success: false, error: "auth_error", msg: "Not allowed for this key." }, 403);
    const { url, requests } = await tinyServer(inTurn(lacking, replay("bundles-search-empty")));
    expect(await clientOf(url).offers.search(SEARCH)).toEqual([]);
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${API_KEY}`, undefined]);
  });

  it("is no reason to ask without one when it is wrong", async () => {
    const { url, requests } = await tinyServer(replay("bundles-auth-404"));
    expect(await errorOf(clientOf(url).offers.search(SEARCH))).toBeInstanceOf(AuthError);
    expect(requests).toHaveLength(1);
  });

  it.each(["show", "destroy"] as const)("is no absence: %s", async (call) => {
    const { url } = await tinyServer(replay("auth-error-404"));
    expect(await errorOf(clientOf(url).instances[call](1))).toBeInstanceOf(AuthError);
  });
});

describe("a call through the whole client", () => {
  it("is repeated after a fault, and its answer is given", async () => {
    const { url, requests } = await tinyServer(
      inTurn(replay("502-html"), replay("429-body-detail"), replay("get-instance-missing")),
    );
    expect(await clientOf(url).instances.show(1)).toBeUndefined();
    expect(requests).toHaveLength(3);
  });

  it("waits as long as the 429 said before it is repeated, and so do the others of its route", async () => {
    const clock = testClock();
    const startedAt = clock.now();
    const times: number[] = [];
    const { url } = await tinyServer((response, request, nth) => {
      times.push(Math.round((clock.now() - startedAt) / 100) / 10);
      const body = { detail: "API requests too frequent endpoint threshold=5.5" };
      answering({
        status: nth === 0 ? 429 : 200,
        contentType: "application/json",
        body: nth === 0 ? body : { instances: null },
      })(response, request, nth);
    });
    const { instances } = clientOf(url, { clock });
    await Promise.all([instances.show(1), instances.show(2)]);
    expect(times[1]).toBeGreaterThanOrEqual(6);
    expect(Number(times[2]) - Number(times[1]) + 1e-6).toBeGreaterThanOrEqual(5.5);
  });

  it("is asked for once when the answer does not parse: it would not parse the next time either", async () => {
    const { url, requests } = await tinyServer(json({ instances: { id: "x" } }));
    expect(await errorOf(clientOf(url).instances.show(1))).toBeInstanceOf(WireFormatError);
    expect(requests).toHaveLength(1);
  });

  it.each([
    ["a page of the gateway", replay("502-html")],
    ["an answer that is no JSON", answering({ status: 200, contentType: "application/json", body: undefined })],
  ])("rents once, whatever comes back: %s", async (_what, respond) => {
    const { url, requests } = await tinyServer(respond);
    await errorOf(clientOf(url).instances.rent(5, RENT));
    expect(requests).toHaveLength(1);
  });

  it("rents again after 429, which was not executed", async () => {
    const { url, requests } = await tinyServer(inTurn(replay("429-body-no-number"), replay("asks-put-success")));
    expect((await clientOf(url).instances.rent(5, RENT)).id).toBe(33402296);
    // Between them it looks at what others rent.
    expect(requests.filter(({ method }) => method === "PUT")).toHaveLength(2);
  });

  it("takes the contract of a 429 instead of renting a second one", async () => {
    const { url, requests } = await tinyServer(json({ success: false, msg: "Slow down", new_contract: 4711 }, 429));
    expect((await clientOf(url).instances.rent(5, RENT)).id).toBe(4711);
    expect(requests).toHaveLength(1);
  });

  it("gives up a route that stays closed, after an hour", async () => {
    const clock = testClock();
    const startedAt = clock.now();
    const { url } = await tinyServer(replay("429-body-no-number"));
    expect(await errorOf(clientOf(url, { clock }).instances.show(1))).toBeInstanceOf(RateLimitedError);
    expect((clock.now() - startedAt) / 60_000).toBeGreaterThan(59);
    expect((clock.now() - startedAt) / 60_000).toBeLessThan(61);
  });

  it("ends as cancelled when it is aborted between two tries, whatever the reason of the signal", async () => {
    const clock = testClock();
    const { url, requests } = await tinyServer(replay("502-html"));
    const controller = new AbortController();
    const call = clientOf(url, { clock }).instances.show(1, controller.signal);
    void clock.sleep(400).then(() => controller.abort());
    expect(await errorOf(call)).toBeInstanceOf(CancelledError);
    expect(requests).toHaveLength(1);
  });
});

describe("a search", () => {
  it("lays filters and controls flat beside each other, in Vast's words", async () => {
    const { url, requests } = await tinyServer(replay("bundles-search-empty"));
    await clientOf(url).offers.search(SEARCH);
    expect(JSON.parse(requests[0]?.body ?? "")).toEqual({
      num_gpus: { eq: 1 },
      type: "bid",
      order: [["dph_total", "asc"]],
      limit: 64,
      allocated_storage: 20,
    });
  });
});

describe("what a change sends", () => {
  type Call = (client: ReturnType<typeof clientOf>) => Promise<unknown>;

  it.each<[string, Call, string, unknown]>([
    ["a label", ({ instances }) => instances.setLabel(5, "x"), "PUT /api/v0/instances/5/", { label: "x" }],
    ["a stop", ({ instances }) => instances.setState(5, "stopped"), "PUT /api/v0/instances/5/", { state: "stopped" }],
    ["a destroy", ({ instances }) => instances.destroy(5), "DELETE /api/v0/instances/5/", {}],
    [
      "a bulk destroy",
      ({ instances }) => instances.destroyMany([5, 6]),
      "DELETE /api/v0/instances/",
      { instance_ids: [5, 6] },
    ],
    [
      "a bid",
      ({ instances }) => instances.bid(5, 0.2),
      "PUT /api/v0/instances/bid_price/5/",
      { client_id: "me", price: 0.2 },
    ],
    ["a reboot", ({ instances }) => instances.reboot(5), "PUT /api/v0/instances/reboot/5/", {}],
    // The id is not repeated: newer routes answer 400 to that.
    [
      "an update in place",
      ({ instances }) => instances.updateTemplate(5, { image: "a:b" }),
      "PUT /api/v0/instances/update_template/5/",
      { image: "a:b" },
    ],
  ])("%s", async (_name, call, route, body) => {
    const { url, requests } = await tinyServer(json({ success: true }));
    await call(clientOf(url, { apiKey: API_KEY }));
    const [request] = requests;
    expect(`${request?.method} ${request?.url}`).toBe(route);
    expect(JSON.parse(request?.body ?? "")).toEqual(body);
  });
});
