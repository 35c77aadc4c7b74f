import { describe, expect, it } from "vitest";
import { endpoints } from "../../provider/api/client.js";
import { routeOf } from "../../provider/api/endpoint.js";
import { permissionOf, permissionsDocument } from "../../provider/api/permissions.js";

describe("the table of permissions", () => {
  it("knows every route that the provider calls", () => {
    expect(endpoints.filter((endpoint) => permissionOf(endpoint) === undefined).map(routeOf)).toEqual([]);
  });

  it("asks for a permission to write wherever something is changed, and for none where reading will do", () => {
    for (const endpoint of endpoints) {
      const permission = permissionOf(endpoint);
      const expected = endpoint.effect === "read" ? /^(misc|null|\w+_read)$/ : /_write$/;
      expect.soft(String(permission), routeOf(endpoint)).toMatch(expected);
    }
  });

  it("takes a parameter by any name, and knows no route that does not exist", () => {
    expect(permissionOf({ method: "PUT", path: "/api/v0/asks/{id}/" })).toBe("instance_write");
    expect(permissionOf({ method: "PUT", path: "/api/v0/launch_instance/" })).toBeUndefined();
  });

  it("becomes a document in Vast's own form, each category once and in order", () => {
    expect(JSON.stringify(permissionsDocument(["user_read", "instance_read", "user_read"]))).toBe(
      '{"api":{"instance_read":{},"user_read":{}}}',
    );
  });
});
