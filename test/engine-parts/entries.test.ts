import { describe, expect, it } from "vitest";
import { createEntries, markOf, TAKEN_UP } from "../../provider/engine/entries.js";

const mine = { [TAKEN_UP]: "2026-11-21T09:00:00.000Z" };

describe("a delete", () => {
  it("is about the thing itself, whoever asked about it before", () => {
    const entries = createEntries();
    expect(entries.deleting("7", {})).toBe("the thing");
    entries.stands("7", {});
    expect(entries.deleting("7", {})).toBe("the thing");
    entries.stands("8", mine);
    expect(entries.deleting("8", { ...mine, status: "running" })).toBe("the thing");
  });

  it("is about an entry alone when another one was shown as the resource", () => {
    const entries = createEntries();
    entries.stands("7", mine);
    expect(entries.deleting("7", {})).toBe("an entry");
    expect(entries.deleting("7", { [TAKEN_UP]: "2026-11-20T09:00:00.000Z" })).toBe("an entry");
    expect(entries.deleting("7", mine)).toBe("the thing");
  });

  it("is about the rest alone once the delete of the thing's own entry has begun", () => {
    const entries = createEntries();
    entries.stands("7", mine);
    expect(entries.deleting("7", mine)).toBe("the thing");
    expect(entries.deleting("7", {})).toBe("the rest");
    expect(entries.deleting("7", mine)).toBe("the thing");
  });

  it("is about the rest alone also before that, when the resource changes and was not updated", () => {
    const entries = createEntries();
    entries.changes("7", mine);
    expect(entries.deleting("7", {})).toBe("the rest");
    expect(entries.deleting("7", mine)).toBe("the thing");
    entries.changes("8", mine);
    entries.stands("8", mine);
    expect(entries.deleting("8", {})).toBe("an entry");
  });
});

it("an entry that was made and not taken up has no mark", () => {
  expect(markOf({ status: "running" })).toEqual({});
  expect(markOf({ status: "running", ...mine })).toEqual(mine);
});
