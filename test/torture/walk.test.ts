import { expect, it } from "vitest";
import { takeWalks } from "./walk.js";

// Two files share the work, so that two cores do. `npm run torture` takes as many as wanted, from a seed of its own.
it("keeps every promise on 1,000 random walks", { timeout: 300_000 }, async () => {
  const { figures, counterexample } = await takeWalks({ walks: 1000, seed: 1 });
  expect(counterexample).toBeUndefined();
  expect(figures.walks).toBe(1000);
  expect(figures.rented).toBeGreaterThan(1000);
});
