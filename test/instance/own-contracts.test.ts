import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WireInstance } from "../../provider/api/instance-row.js";
import { bestOf, refuseBeside } from "../../provider/resources/instance/stack/own-contracts.js";

const row = (id: number, actual_status: string | null | undefined, more: Partial<WireInstance> = {}): WireInstance => ({
  id,
  actual_status,
  ...more,
});

describe("the left-over contract that is taken up", () => {
  const nearness = [["running"], ["loading"], ["created"], ["exited", "offline", null, undefined]];

  it("is the one nearest to running, wherever it stands in the list", () => {
    for (const [i, nearer] of nearness.entries()) {
      for (const further of nearness.slice(i + 1).flat()) {
        for (const status of nearer) {
          const rows = [row(1, further), row(2, status)];
          expect([bestOf(rows)?.id, bestOf(rows.toReversed())?.id]).toEqual([2, 2]);
        }
      }
    }
  });

  it("is the oldest of those that are equally near", () => {
    for (const statuses of nearness) {
      for (const status of statuses) {
        for (const other of statuses) {
          expect(bestOf([row(3, status), row(1, other), row(2, status)])?.id).toBe(1);
        }
      }
    }
  });

  it("does not depend on the order of the list, which stays as it is", () => {
    const someRows = fc.uniqueArray(
      fc.record({
        id: fc.integer({ min: 1, max: 20 }),
        actual_status: fc.constantFrom("exited", "running", "loading", "created", "offline", null, undefined),
      }),
      { selector: ({ id }) => id, minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(someRows, (rows) => {
        const before = [...rows];
        expect(bestOf(rows)).toEqual(bestOf(rows.toSorted((a, b) => b.id - a.id)));
        expect(rows).toEqual(before);
      }),
    );
    expect(bestOf([])).toBeUndefined();
  });
});

describe("the refusal to rent beside finished contracts", () => {
  const finished = [row(7, "running", { dph_total: 0.41 }), row(9, null, { dph_total: null })];
  const { code, message } = refuseBeside({ finished, pending: [], isCertain: true });

  it("names each with its status and price, says that it bills, and gives both ways out for the first", () => {
    expect(code).toBe("already_rented");
    expect(message).toContain("7 (running, 0.41 $/h while running), 9 (no status yet, ? $/h while running).");
    expect(message).toContain("Nothing was rented; that contract is billed.");
    expect(message).toContain("Set `adoptInstanceId: 7` to take it over");
    expect(message).toContain("`vastai destroy instance 7`");
    expect(message).toMatch(/is billed\. Set `adoptInstanceId: 7` .* run `pulumi up` there first and do neither\.$/);
  });

  it("names what is billed beside them, and what becomes of it", () => {
    const pending = [row(12, "loading", { dph_total: 0.5 })];
    const beside = refuseBeside({ finished, pending, isCertain: true }).message;
    expect(beside).toContain(
      "Billed as well, and left by a run that was cut off: 12 (loading, 0.5 $/h while running);",
    );
    expect(beside).toMatch(/^Vast .* and run again\. .* the `pulumi up` after that takes it up or ends it\.$/);
    expect(message).not.toContain("as well");
  });

  it("claims nothing about a state that could not be asked for, and says how to replace", () => {
    const unsure = refuseBeside({ finished, pending: [], isCertain: false }).message;
    expect(unsure).toContain("that the engine has not shown to be in the state: 7 (");
    expect(unsure).toMatch(
      /`--replace`, .* run `pulumi up --refresh --replace` with the URN .* Else: Set `adoptInstanceId: 7`/,
    );
    expect(message).toContain("that the Pulumi state does not know: 7 (");
    expect(message).not.toContain("--replace");
  });
});
