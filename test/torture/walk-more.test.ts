import { expect, it } from "vitest";
import { takeWalks } from "./walk.js";

it("keeps every promise on 1,000 more random walks", { timeout: 300_000 }, async () => {
  const { figures, counterexample } = await takeWalks({ walks: 1000, seed: 2 });
  expect(counterexample).toBeUndefined();
  expect(figures.walks).toBe(1000);
});
