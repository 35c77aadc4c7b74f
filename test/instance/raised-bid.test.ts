import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isRaisedBid, raisedBid } from "../../provider/resources/instance/drift/raised-bid.js";

const onDrift = { outbid: "raiseBid", maxBidDollarsPerHour: 2 } as const;

describe("a raised bid", () => {
  it("lies 5 % above what loses, also when Vast names a lower one as the least", () => {
    expect(raisedBid({ id: 1, dph_base: 0.2, min_bid: 0.15 }, { onDrift })).toEqual({ bid: 0.21 });
    expect(raisedBid({ id: 1, dph_base: 0.2, min_bid: 0.4 }, { onDrift })).toEqual({ bid: 0.42 });
    expect(raisedBid({ id: 1, dph_base: 0.2 }, { onDrift })).toEqual({ bid: 0.21 });
  });

  it("is raised again only when Vast names a higher least one", () => {
    const program = { onDrift, bidDollarsPerHour: 0.2 };
    expect(raisedBid({ id: 1, dph_base: 0.21, min_bid: 0.15 }, program)).toEqual({
      refused: expect.stringMatching(/^Its bid was raised to 0\.210 \$\/h already, .* raise `bidDollarsPerHour`\.$/),
    });
    expect(raisedBid({ id: 1, dph_base: 0.21 }, program)).toHaveProperty("refused");
    expect(raisedBid({ id: 1, dph_base: 0.21, min_bid: 0.21 }, program)).toEqual({ bid: 0.2205 });
    expect(raisedBid({ id: 1, dph_base: 0.21, min_bid: 0.3 }, program)).toEqual({ bid: 0.315 });
  });

  it("keeps within both caps, and is above what it has to beat", () => {
    const price = fc.double({ min: 0.001, max: 10, noNaN: true });
    fc.assert(
      fc.property(price, price, price, price, price, (dph_base, min_bid, most, cap, disk) => {
        const row = { id: 1, dph_base, min_bid, storage_total_cost: disk };
        const program = { onDrift: { ...onDrift, maxBidDollarsPerHour: most }, maxDollarsPerHour: cap };
        const raise = raisedBid(row, program);
        if (!("bid" in raise)) return;
        expect(raise.bid).toBeLessThanOrEqual(most);
        expect(raise.bid + disk).toBeLessThanOrEqual(cap);
        expect(raise.bid).toBeGreaterThan(Math.max(dph_base, min_bid));
      }),
    );
  });

  it("is told from one that somebody else set by the program's bid and cap", () => {
    const program = { onDrift, bidDollarsPerHour: 0.2 };
    expect(isRaisedBid(0.5, program)).toBe(true);
    expect(isRaisedBid(0.1, program)).toBe(false);
    expect(isRaisedBid(2.1, program)).toBe(false);
    expect(isRaisedBid(0.5, { ...program, onDrift: {} })).toBe(false);
    expect(isRaisedBid(0.5, { onDrift })).toBe(false);
  });
});
