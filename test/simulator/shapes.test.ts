import { describe, expect, it } from "vitest";
import { instanceEndpoints } from "../../provider/api/instances.js";
import { offerEndpoints } from "../../provider/api/offers.js";
import { userEndpoints } from "../../provider/api/users.js";
import { recorded } from "../support/recorded.js";
import { pretend } from "./pretend.js";

/** The keys of whatever stands at a path of a recorded body. */
function keysAt(name: string, ...path: (string | number)[]): string[] {
  // biome-ignore lint/suspicious/noExplicitAny: a recorded body has any shape.
  const at = path.reduce((value: any, step) => value[step], recorded(name).body);
  return Object.keys(at);
}

const instanceKeys = keysAt("get-instance-stopped", "instances");
const documentedKeys = keysAt("get-instance-running-documented", "instances");
const listedKeys = keysAt("v1-list-documented", "instances", 0);
const offerKeys = keysAt("search-asks", "offers", 0);
const priceKeys = keysAt("search-asks", "offers", 0, "search");

describe("answers have the recorded shape", () => {
  it("offers have every recorded key and parse with the provider's schema", async () => {
    const { call } = await pretend();
    const { body } = await call("POST", "/api/v0/bundles/", { limit: 64 }, null);
    for (const offer of body.offers) {
      expect(Object.keys(offer)).toEqual(expect.arrayContaining(offerKeys));
      expect(Object.keys(offer.search)).toEqual(priceKeys);
      expect(Object.keys(offer.instance)).toEqual(priceKeys);
    }
    expect(offerEndpoints.search.answer.parse(body).offers).toHaveLength(64);
  });

  it("a running instance has every recorded key and the ports beside", async () => {
    const { rent, call, world } = await pretend();
    const id = await rent({ runtype: "ssh_direc ssh_proxy" });
    world.advance(600);
    const { body } = await call("GET", `/api/v0/instances/${id}/?owner=me`);
    const keys = Object.keys(body.instances);
    expect(keys).toEqual(expect.arrayContaining([...instanceKeys, ...documentedKeys]));
    expect(keys).not.toContain("volume_info");
    expect(Object.keys(body.instances.instance)).toEqual(priceKeys);
    expect(instanceEndpoints.show.answer.parse(body)).toMatchObject({ instances: { id, actual_status: "running" } });
  });

  it("a stopped instance has no key for ports", async () => {
    const { rent, show, call, world } = await pretend();
    const id = await rent();
    world.advance(600);
    await call("PUT", `/api/v0/instances/${id}/`, { state: "stopped" });
    world.advance(60);
    const row = await show(id);
    expect(Object.keys(row)).toEqual(expect.arrayContaining(instanceKeys));
    expect(row).not.toHaveProperty("ports");
  });

  it("a row of the v1 list also has the volumes", async () => {
    const { rent, call, world } = await pretend();
    await rent();
    world.advance(600);
    const { body } = await call("GET", "/api/v1/instances/");
    expect(Object.keys(body)).toEqual(keysAt("v1-list-documented"));
    expect(Object.keys(body.instances[0])).toEqual(expect.arrayContaining([...instanceKeys, ...listedKeys]));
    expect(instanceEndpoints.list.answer.parse(body).instances).toHaveLength(1);
  });

  it("the account has every recorded key, the key itself among them", async () => {
    const { call } = await pretend();
    const { body } = await call("GET", "/api/v0/users/current/");
    expect(Object.keys(body)).toEqual(keysAt("users-current"));
    expect(body.api_key).toBe("secret-key-one");
    expect(userEndpoints.current.answer.parse(body)).toMatchObject({ credit: 1000, id: 60_001 });
    expect(userEndpoints.current.answer.parse(body)).not.toHaveProperty("api_key");
  });

  it("renting, managing and destroying parse with the provider's schemas", async () => {
    const { call, world } = await pretend();
    const rented = await call("PUT", `/api/v0/asks/${world.addOffer()}/`, { image: "ubuntu:22.04" });
    expect(Object.keys(rented.body)).toEqual(["success", "new_contract", "instance_api_key"]);
    const { new_contract: id } = instanceEndpoints.rent.answer.parse(rented.body);
    expect(rented.body.instance_api_key).toMatch(/^[0-9a-f]{64}$/);
    const labelled = await call("PUT", `/api/v0/instances/${id}/`, { label: "trainer" });
    expect(labelled.body).toEqual({ success: true, msg: `label for ${id} set to 'trainer'` });
    const stopped = await call("PUT", `/api/v0/instances/${id}/`, { state: "stopped" });
    expect(instanceEndpoints.manage.answer.parse(stopped.body)).toEqual({ success: true });
    const destroyed = await call("DELETE", `/api/v0/instances/${id}/`, {});
    expect(destroyed).toMatchObject({ status: 200, body: { success: true } });
  });

  it("is answered with and without the slash, and never redirected", async () => {
    const { rent, call } = await pretend();
    const id = await rent();
    for (const path of [`/api/v0/instances/${id}`, "/api/v1/instances", "/api/v0/users/current"]) {
      expect((await call("GET", path)).status).toBe(200);
      expect((await call("GET", `${path}/`)).status).toBe(200);
    }
    expect((await call("POST", "/api/v0/bundles", {}, null)).status).toBe(200);
  });

  it("an unknown route answers a 404 page and is remembered", async () => {
    const { call, world } = await pretend();
    const answer = await call("POST", "/api/v0/asks/bulk/", { ids: [1] });
    expect(answer).toMatchObject({ status: 404, contentType: "text/html" });
    expect(answer.text).toContain("404 Not Found");
    expect(world.view().unknownRoutes).toEqual(["POST /api/v0/asks/bulk/"]);
  });
});
