import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** The same for all projects, or Vitest runs them one after another. One more than cores: tests of the engine wait now and then. */
const maxWorkers = availableParallelism() + 1;

/** Each example from up to destroy, and the component that is made of many instances. */
const examples = ["examples", "fleet", "fleet-job"].map((name) => `test/engine/${name}.test.ts`);

export default defineConfig({
  test: {
    projects: [
      {
        // Pure functions, and the real client and lifecycle against the simulator on one virtual clock.
        test: {
          name: "fast",
          include: ["test/**/*.test.ts"],
          exclude: ["test/engine/**", "test/pack/**", "test/torture/**", "test/runners/**"],
          testTimeout: 20_000,
          // Loading provider and simulator anew for each file takes as long as the tests themselves.
          isolate: false,
          maxWorkers,
        },
      },
      {
        // The real Pulumi CLI.
        test: {
          name: "engine",
          include: ["test/engine/**/*.test.ts"],
          exclude: examples,
          globalSetup: ["test/engine/setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers,
        },
      },
      {
        // Likewise, with programs in TypeScript as users write them: `npm run test:examples`, for they take as long as the rest of the engine's tests.
        test: {
          name: "examples",
          include: examples,
          globalSetup: ["test/engine/setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers,
        },
      },
      {
        // Every fault at every request, and random walks.
        test: {
          name: "torture",
          include: ["test/torture/**/*.test.ts"],
          isolate: false,
          maxWorkers,
          testTimeout: 600_000,
        },
      },
    ],
  },
});
