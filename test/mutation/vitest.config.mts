import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { currentPart } from "./parts.mts";

const tests = [...currentPart().tests];

/** In the order in which the part names them: a mutant is done with the first test that fails. */
class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => tests.findIndex((test) => moduleId.endsWith(test));
    return files.toSorted((a, b) => place(a) - place(b));
  }
}

// The tests that `npm run mutate` runs against each mutant of a part.
export default defineConfig({
  test: {
    include: tests,
    isolate: false,
    sequence: { sequencer: InOrder },
    // On the virtual clock a test takes milliseconds; only a mutant that never ends takes longer.
    testTimeout: 10_000,
  },
});
