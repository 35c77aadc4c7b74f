import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createEngineQuestions,
  type EngineQuestions,
} from "../../provider/resources/instance/stack/engine-questions.js";
import { type VirtualClock, virtualClock } from "../support/virtual-clock.js";

let clock: VirtualClock;
let questions: EngineQuestions;
const ever = new AbortController();
beforeEach(() => {
  clock = virtualClock();
  questions = createEngineQuestions();
});
afterEach(() => clock.stop());

/** How long it takes until the engine is quiet, in milliseconds. */
async function untilQuiet(signal = ever.signal): Promise<number> {
  const from = clock.now();
  await questions.quiet(clock, signal);
  return clock.now() - from;
}

describe("the engine is quiet", () => {
  it("half a second after nothing was asked", async () => {
    questions.asked();
    expect(await untilQuiet()).toBe(500);
    expect(await untilQuiet()).toBe(500);
  });

  it("not while it asks one thing after another", async () => {
    const quiet = untilQuiet();
    for (let i = 0; i < 10; i += 1) {
      await clock.sleep(300);
      questions.asked();
    }
    expect(await quiet).toBeGreaterThan(3_000);
  });

  it("not while an answer takes its time, be it one that fails", async () => {
    const answer = questions.answering(async () => {
      await clock.sleep(3_000);
      throw new Error("no answer");
    });
    const quiet = untilQuiet();
    await expect(answer).rejects.toThrow("no answer");
    expect(await quiet).toBe(3_000);
  });

  it("as far as anybody waits: ten seconds, or until the run is cancelled", async () => {
    let isOver = false;
    const endless = questions.answering(async () => {
      while (!isOver) await clock.sleep(100);
    });
    expect(await untilQuiet()).toBe(10_000);

    const cancelled = new AbortController();
    const quiet = untilQuiet(cancelled.signal);
    cancelled.abort(new Error("cancelled"));
    await expect(quiet).rejects.toThrow("cancelled");
    isOver = true;
    await endless;
  });
});
