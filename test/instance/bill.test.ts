import { describe, expect, it } from "vitest";
import type { WireInstance } from "../../provider/api/instance-row.js";
import { openBill } from "../../provider/resources/instance/rent/bill.js";
import type { Contract } from "../../provider/resources/instance/rent/rent.js";

const HOUR = 3_600_000;
const START = Date.parse("2026-11-21T09:00:00Z");

const RENTED: Contract = { id: 1, offerId: 2, rentedAt: new Date(START).toISOString(), offeredDollarsPerHour: 1.1 };
const FOUND: Contract = { id: 1 };
const row = (over: Partial<WireInstance> = {}): WireInstance => ({
  id: 1,
  actual_status: "loading",
  storage_total_cost: 0.1,
  dph_total: 1.1,
  start_date: START / 1000,
  ...over,
});

/** What a contract cost at most after two hours, looked at once an hour from its rent on. */
function costOf(contract: Contract, ...rows: WireInstance[]): string {
  const bill = openBill(contract);
  for (const [i, seen] of rows.entries()) bill.note(seen, START + i * HOUR);
  return bill.text(START + 2 * HOUR);
}

describe("the most that a contract can have cost", () => {
  it.each<[string, Contract, WireInstance[], string]>([
    ["is its disk while it never ran", RENTED, [row(), row()], "0.2000 $, for its disk"],
    [
      "is its GPU too from the look before it ran",
      RENTED,
      [row(), row({ actual_status: "running" })],
      "2.2000 $, for its disk and 2 h 0 min of its GPU",
    ],
    [
      "is its GPU from the rent when nobody looked before",
      RENTED,
      [row({ actual_status: "exited" })],
      "2.2000 $, for its disk and 2 h 0 min of its GPU",
    ],
    [
      "is its GPU from the beginning when an earlier run had it",
      FOUND,
      [row()],
      "2.2000 $, for its disk and 2 h 0 min of its GPU",
    ],
    [
      "is counted at the dearer of two prices between the looks that show them",
      RENTED,
      [row({ actual_status: "running" }), row({ actual_status: "running", dph_total: 3.1 })],
      "6.2000 $, for its disk and 2 h 0 min of its GPU",
    ],
    [
      "is counted at each price in its time",
      RENTED,
      [
        row({ actual_status: "running", dph_total: 3.1 }),
        row({ actual_status: "running", dph_total: 3.1 }),
        row({ actual_status: "running" }),
      ],
      "6.2000 $, for its disk and 2 h 0 min of its GPU",
    ],
    [
      "is counted at a price that only a later row tells",
      RENTED,
      [{ id: 1, actual_status: "running" }, row({ actual_status: "running" })],
      "2.2000 $, for its disk and 2 h 0 min of its GPU",
    ],
    [
      "goes on while its host is silent",
      RENTED,
      [row({ actual_status: "running" }), row({ actual_status: "offline" })],
      "2.2000 $, for its disk and 2 h 0 min of its GPU",
    ],
    [
      "holds its new volume",
      { ...RENTED, newVolumeDollarsPerHour: 0.5 },
      [row()],
      "1.2000 $, for its disk and its new volume",
    ],
    ["is told by the offer when rows tell no price", RENTED, [{ id: 1 }], "2.2000 $"],
  ])("%s", (_, contract, rows, text) => {
    expect(costOf(contract, ...rows)).toBe(` (billed at most about ${text})`);
  });

  it("takes the price of a disk from where else a row tells it", () => {
    expect(costOf(RENTED, row({ storage_total_cost: null, search: { diskHour: 0.1 } }))).toContain(
      "0.2000 $, for its disk",
    );
  });

  it("is not known without a beginning or without any price", () => {
    expect(costOf(FOUND, row({ start_date: null }))).toBe(" (what it cost is not known)");
    expect(costOf({ ...RENTED, offeredDollarsPerHour: undefined }, { id: 1 })).toBe(" (what it cost is not known)");
  });
});

describe("whether a contract may hold data", () => {
  const mayHold = (contract: Contract, ...rows: WireInstance[]) => {
    const bill = openBill(contract);
    for (const [i, seen] of rows.entries()) bill.note(seen, START + i);
    return bill.mayHoldData();
  };

  it.each(["running", "exited", "stopped", "offline", "unknown", "frozen", "rebooting", "odd"])(
    "is possible once it was %s",
    (actual_status) => {
      expect(mayHold(RENTED, row(), row({ actual_status }), row())).toBe(true);
    },
  );

  it.each([null, undefined, "created", "loading", "scheduling"])(
    "is impossible while it was only ever %s",
    (status) => {
      expect(mayHold(RENTED, row({ actual_status: status, status_msg: "Pulling fs layer" }))).toBe(false);
      expect(mayHold(RENTED, row({ actual_status: status, status_msg: "success, running x/ssh\n" }))).toBe(true);
    },
  );

  it("is possible when nobody looked, and when it was found", () => {
    expect([mayHold(RENTED), mayHold(FOUND, row())]).toEqual([true, true]);
  });
});
