import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** The same for all projects, or Vitest runs them one after another. One more than cores: tests of the engine wait now and then. */
const maxWorkers = availableParallelism() + 1;

/** Long stories under the real CLI: each example from up to destroy, fleets, limits of a stack, and what takes many runs of one stack. */
const long = [
  "accounts",
  "budget",
  "changes",
  "examples",
  "fleet",
  "fleet-job",
  "import",
  "many",
  "mounted-volumes",
  "nouns",
  "nouns-together",
  "preview",
  "refresh",
  "renamed",
  "ssh-keys",
  "strays",
  "two-backends",
  "volumes",
].map((name) => `test/engine/${name}.test.ts`);

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
          exclude: long,
          globalSetup: ["test/engine/setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers,
        },
      },
      {
        // Likewise: `npm run test:long`, for they take as long as the rest of the engine's tests.
        test: {
          name: "long",
          include: long,
          globalSetup: ["test/engine/setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers,
        },
      },
      {
        // A matrix of faults, and random walks.
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
