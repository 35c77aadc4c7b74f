import { describe, expect, it } from "vitest";
import { endpoints } from "../../provider/api/client.js";
import { routeOf } from "../../provider/api/endpoint.js";
import { describeMatrix } from "./fault-matrix.js";
import { nounOperations } from "./operations/nouns.js";
import { notCalled, operations } from "./operations.js";

describe("the routes of the client", () => {
  it("are each called by an operation of the matrix, or stand aside for a reason", () => {
    const called = new Set([...operations, ...nounOperations].flatMap(({ routes }) => routes));
    const aside = Object.keys(notCalled);
    expect(aside.filter((route) => called.has(route))).toEqual([]);
    expect([...called, ...aside].toSorted()).toEqual(endpoints.map(routeOf).toSorted());
  });
});

// The others are tested beside, on another core.
describeMatrix(operations.filter(({ name }) => name.startsWith("create")));
