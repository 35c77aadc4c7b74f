import fc from "fast-check";
import { expect, it } from "vitest";
import { bootSeconds, lowerBoundSeconds, RENT_INTERVAL_SECONDS } from "../../bench/lower-bound.mts";
import { instanceEndpoints } from "../../provider/api/instances.js";

it("bounds one machine by its boot alone", () => {
  expect(lowerBoundSeconds(1)).toBe(bootSeconds(0));
});

it("is reached by whoever rents at Vast's interval and notices at once, and by nobody sooner", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.array(fc.double({ min: 0, max: 5, noNaN: true })),
      (count, delays) => {
        let rentedAt = 0;
        const runningAt = Array.from({ length: count }, (_, k) => {
          rentedAt += k === 0 ? 0 : RENT_INTERVAL_SECONDS;
          rentedAt += delays[k] ?? 0;
          return rentedAt + bootSeconds(k);
        });
        const idle = delays.slice(0, count).every((delay) => delay === 0);
        const done = Math.max(...runningAt);
        expect(done).toBeGreaterThanOrEqual(lowerBoundSeconds(count) - 1e-6);
        if (idle) expect(done).toBeCloseTo(lowerBoundSeconds(count));
      },
    ),
  );
});

it("gives boots of two to two and a half minutes that fall in with no rhythm of looking", () => {
  const boots = Array.from({ length: 100 }, (_, k) => bootSeconds(k));
  expect(Math.min(...boots)).toBeGreaterThanOrEqual(120);
  expect(Math.max(...boots)).toBeLessThan(150);
  for (const every of [2, 10]) {
    const phases = boots.map((seconds) => Math.floor(((seconds % every) / every) * 4));
    for (const quarter of [0, 1, 2, 3]) {
      const share = phases.filter((phase) => phase === quarter).length;
      expect(share).toBeGreaterThan(15);
      expect(share).toBeLessThan(35);
    }
  }
});

it("knows the interval at which the simulator lets rents through", () => {
  expect(RENT_INTERVAL_SECONDS).toBe(instanceEndpoints.rent.minIntervalSeconds);
});
