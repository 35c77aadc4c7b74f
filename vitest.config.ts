import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        // Pure functions, and the real client and lifecycle against the simulator on one virtual clock.
        test: {
          name: "fast",
          include: ["test/**/*.test.ts"],
          exclude: ["test/engine/**", "test/pack/**", "test/torture/**"],
          testTimeout: 20_000,
          // Loading provider and simulator anew for each file takes as long as the tests themselves.
          isolate: false,
        },
      },
      {
        // The real Pulumi CLI. Each file is several processes, so few run at a time.
        test: {
          name: "engine",
          include: ["test/engine/**/*.test.ts"],
          globalSetup: ["test/engine/setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        // Every fault at every request, and random walks.
        test: { name: "torture", include: ["test/torture/**/*.test.ts"], isolate: false, testTimeout: 600_000 },
      },
    ],
  },
});
