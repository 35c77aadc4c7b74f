import { describe, expect, it } from "vitest";
import { describeMatrix, onceARoute } from "./fault-matrix.js";
import { nounOperations } from "./operations/nouns.js";

describeMatrix(nounOperations, onceARoute(nounOperations));

describe("the matrix", () => {
  it("lets each route meet everything", () => {
    const meetsEverything = onceARoute(nounOperations);
    const routes = new Set(nounOperations.flatMap((operation) => operation.routes));
    const full = nounOperations.flatMap((operation) =>
      operation.routes.filter((route) => meetsEverything(operation, route, 0)),
    );
    expect(full.toSorted()).toEqual([...routes].toSorted());
  });
});
