import { defineConfig } from "vitest/config";

// The tests that `npm run mutate` runs against each mutant: those of the files that it mutates, and the lifecycle in a whole world.
export default defineConfig({
  test: {
    include: [
      "test/wait.test.ts",
      "test/api/{client,retry}.test.ts",
      "test/engine-parts/*.test.ts",
      "test/fleet/spread.test.ts",
      "test/instance/*.test.ts",
      "test/lifecycle/*.test.ts",
    ],
    isolate: false,
    // On the virtual clock a test takes milliseconds; only a mutant that never ends takes longer.
    testTimeout: 10_000,
  },
});
