import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** Apart from `npm test`: four runners at once take both cores of a small machine for a minute, and their times are compared. */
export default defineConfig({
  root: join(import.meta.dirname, "../.."),
  test: {
    name: "runners",
    include: ["test/runners/**/*.test.ts"],
    globalSetup: ["test/engine/setup.ts", "test/runners/setup.ts"],
    testTimeout: 150_000,
    hookTimeout: 60_000,
    // One after another: beside each other they are slower, and look like a busier account.
    fileParallelism: false,
  },
});
