import { expect, it } from "vitest";
import { endContracts } from "../../cli/orphans/ending.js";
import { WireInstance } from "../../provider/api/instance-row.js";
import type { Orphan } from "../../provider/orphans.js";
import { accountWith } from "../account/rented.js";

const MINUTE = 60_000;

/** Milliseconds until an orphan of this age that no answer shows any more counts as ended. */
async function untilEnded(ageMs: number | undefined): Promise<number> {
  const { account, clock } = await accountWith(0);
  const orphan = { row: WireInstance.parse({ id: 7 }), ageMs } as Orphan;
  const startedAt = clock.now();
  const endings = await endContracts(account, [orphan], String, () => {});
  expect(endings.get(orphan)).toEqual({ is: "ended" });
  return clock.now() - startedAt;
}

it("does not take an orphan in its first minute, or of unknown age, for ended because one answer does not show it", async () => {
  expect(await untilEnded(20_000)).toBeGreaterThanOrEqual(MINUTE);
  expect(await untilEnded(undefined)).toBeGreaterThanOrEqual(MINUTE);
  expect(await untilEnded(2 * MINUTE)).toBeLessThan(MINUTE);
});
