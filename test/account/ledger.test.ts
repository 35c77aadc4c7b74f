import { describe, expect, it } from "vitest";
import { createLedger } from "../../provider/account/ledger.js";

describe("a create's place", () => {
  it("counts for others from its choice on, becomes a contract of that price, and goes when it is released", () => {
    const ledger = createLedger();
    const hold = ledger.hold("a");
    expect(ledger.now({ resource: "b" })).toEqual({ count: 0, dollarsPerHour: 0 });
    hold.take(0.3);
    expect(ledger.now({ resource: "b" })).toEqual({ count: 1, dollarsPerHour: 0.3 });
    expect(ledger.now({ resource: "a" })).toEqual({ count: 0, dollarsPerHour: 0 });
    hold.became(7);
    expect(ledger.now({ resource: "a" })).toEqual({ count: 1, dollarsPerHour: 0.3 });
    hold.lost();
    hold.take(0.4);
    hold.release();
    expect(ledger.now({})).toEqual({ count: 0, dollarsPerHour: 0 });
  });

  it("leaves a contract that is not gone", () => {
    const ledger = createLedger();
    const hold = ledger.hold("a");
    hold.take(0.3);
    hold.became(7);
    ledger.note(7, "a", 0.9);
    // What is told of it later without a price takes nothing away.
    hold.became(7);
    ledger.note(7, "a", undefined);
    hold.release();
    expect(ledger.now({})).toEqual({ count: 1, dollarsPerHour: 0.9 });
    expect(ledger.of("a")).toEqual(ledger.now({}));
  });
});

describe("a contract that is about to be ended", () => {
  it("counts for whoever rents, and not against those that are there", () => {
    const ledger = createLedger();
    ledger.note(7, "a", 0.9);
    ledger.note(8, "b", 0.3);
    ledger.leave(7);
    expect(ledger.now({ resource: "c" })).toEqual({ count: 2, dollarsPerHour: 1.2 });
    expect(ledger.staying(8)).toEqual({ count: 0, dollarsPerHour: 0 });
    ledger.remove(7);
    ledger.leave(7);
    expect(ledger.now({})).toEqual({ count: 1, dollarsPerHour: 0.3 });
  });
});

describe("what is planned", () => {
  it("is one instance for each resource, at the price that is known of it last", () => {
    const ledger = createLedger();
    ledger.note(7, "a", 0.3);
    ledger.plan("a", { exists: true });
    ledger.plan("b", { exists: false, dollarsPerHour: 0.2 });
    ledger.plan("c", { exists: false });
    ledger.estimate("c", 0.5);
    ledger.estimate("d", 9);
    expect(ledger.planned("a")).toEqual({ count: 2, dollarsPerHour: 0.2 });
    expect(ledger.planned("b")).toEqual({ count: 2, dollarsPerHour: 0.3 });
    expect(ledger.planned("b", "known or estimated")).toEqual({ count: 2, dollarsPerHour: 0.8 });
    // The replacement of a is there, and a still is.
    const hold = ledger.hold("a");
    hold.take(0.4);
    hold.became(9);
    expect(ledger.planned("c")).toEqual({ count: 2, dollarsPerHour: expect.closeTo(0.6) });
    expect(ledger.of("a").count).toBe(2);
  });

  it("is new until it is begun, and afterwards known to be new", () => {
    const ledger = createLedger();
    ledger.plan("a", { exists: true });
    expect([ledger.hasNew(), ledger.hasUnbegun()]).toEqual([false, false]);
    ledger.plan("b", { exists: false });
    expect([ledger.hasNew(), ledger.hasUnbegun()]).toEqual([true, true]);
    const hold = ledger.hold("b");
    expect([ledger.hasNew(), ledger.hasUnbegun()]).toEqual([true, false]);
    hold.became(7);
    hold.release();
    expect([ledger.hasNew(), ledger.hasUnbegun()]).toEqual([true, false]);
  });

  it("counts as there when it stands in the state, as long as nobody has shown its contract", () => {
    const ledger = createLedger();
    ledger.plan("a", { exists: true });
    ledger.plan("b", { exists: false });
    expect(ledger.now({ resource: "b" }).count).toBe(1);
    ledger.note(7, "a", 0.3);
    expect(ledger.now({ resource: "b" })).toEqual({ count: 1, dollarsPerHour: 0.3 });
    ledger.remove(7);
    expect(ledger.now({ resource: "b" }).count).toBe(0);
  });
});
