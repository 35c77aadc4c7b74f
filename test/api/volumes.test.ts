import { describe, expect, it } from "vitest";
import { ApiError } from "../../provider/errors.js";
import { clientOf, errorOf, json, type Respond, replay, tinyServer } from "./tiny-server.js";

async function volumesOf(respond: Respond) {
  const server = await tinyServer(respond);
  return { requests: server.requests, volumes: clientOf(server.url).volumes };
}

const refused =
  (status: number, body: object): Respond =>
  (response) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

describe("the list of volumes", () => {
  it("is read as it was observed, network volumes included", async () => {
    const { volumes } = await volumesOf(replay("volumes-list"));
    expect(await volumes.list()).toMatchObject([
      { id: 38186467, label: "my_data", status: "in-use", machine_id: 10020, disk_space: 50, instances: [54548215] },
      { id: 38186500, instances: [] },
      { id: 7001, type: "network" },
    ]);
  });

  it.each([
    ["objects", [{ id: 42 }, { id: "43" }], [42, 43]],
    ["texts", ["42"], [42]],
    ["null", null, null],
    ["nonsense", "many", null],
  ])("takes instances as %s", async (_, instances, read) => {
    const { volumes } = await volumesOf(json({ volumes: [{ id: 1, instances }] }));
    expect(await volumes.list()).toMatchObject([{ id: 1, instances: read }]);
  });

  it.each([
    ["no list", {}],
    ["a row without id", { volumes: [{ label: "a" }] }],
    ["null", { volumes: null }],
  ])("is not taken for empty when it is %s", async (_, body) => {
    const { volumes } = await volumesOf(json(body));
    expect(await errorOf(volumes.list())).toMatchObject({ code: "wire_format" });
  });
});

describe("renting a volume", () => {
  it.each([
    ["volumes-put-success", 38186467],
    ["volumes-put-success-with-id", 54548300],
  ])("reads the id out of %s", async (name, id) => {
    const { volumes } = await volumesOf(replay(name));
    expect(await volumes.rent({ id: 1, size: 5 })).toBe(id);
  });

  it.each([
    ["the renter's name", { success: true, volume_name: "my_data_7" }],
    ["nothing", { success: true }],
    ["zero", { success: true, volume_id: 0 }],
  ])("tells no id when the answer has %s", async (_, body) => {
    const { volumes } = await volumesOf(json(body));
    expect(await volumes.rent({ id: 1, size: 5, name: "my_data_7" })).toBeUndefined();
  });

  it.each([500, 502, 504])("is not sent twice after %i", async (status) => {
    const { volumes, requests } = await volumesOf(refused(status, {}));
    await errorOf(volumes.rent({ id: 1, size: 5 }));
    expect(requests).toHaveLength(1);
  });

  it("sends a clone once, in the words of the official client", async () => {
    const { volumes, requests } = await volumesOf(json({}));
    await volumes.clone({ src_id: 1, dst_id: 2, size: 5, disable_compression: true });
    expect(requests).toMatchObject([{ method: "POST", url: "/api/v0/volumes/copy/" }]);
    expect(JSON.parse(requests[0]?.body ?? "")).toEqual({ src_id: 1, dst_id: 2, size: 5, disable_compression: true });
  });
});

describe("deleting a volume", () => {
  it("sends the id in the query and in the body", async () => {
    const { volumes, requests } = await volumesOf(json({ success: true }));
    expect(await volumes.delete(7)).toBe("ended");
    expect(requests).toMatchObject([{ method: "DELETE", url: "/api/v0/volumes/?id=7", body: '{"id":7}' }]);
  });

  it.each([
    ["as documented", replay("volumes-delete-404")],
    ["with its code", refused(404, { success: false, error: "no_such_volume", msg: "gone" })],
  ])("takes a 404 %s for absence", async (_, respond) => {
    expect(await (await volumesOf(respond)).volumes.delete(7)).toBe("absent");
  });

  it.each([
    ["a refused key", refused(404, { success: false, error: "auth_error", msg: "Invalid user key" })],
    ["a gateway's page", (response: Parameters<Respond>[0]) => response.writeHead(404).end("<html>")],
    ["a volume in use", replay("volumes-delete-400")],
  ])("never takes %s for absence", async (_, respond) => {
    expect(await errorOf((await volumesOf(respond as Respond)).volumes.delete(7))).toBeInstanceOf(ApiError);
  });
});

describe("the search for room", () => {
  it("is read as it is documented", async () => {
    const respond = json({ offers: [{ id: 5, machine_id: 10030, disk_space: 10, reliability2: 0.96 }] });
    const { volumes, requests } = await volumesOf(respond);
    const filters = { machine_id: { eq: 10030 } };
    const body = { filters, order: [["storage_cost", "asc"]] as const, limit: 64, allocatedStorageGb: 5 };
    expect(await volumes.search(body)).toMatchObject([{ id: 5, machine_id: 10030, disk_space: 10 }]);
    expect(JSON.parse(requests[0]?.body ?? "")).toEqual({
      ...filters,
      order: [["storage_cost", "asc"]],
      limit: 64,
      allocated_storage: 5,
    });
  });
});
