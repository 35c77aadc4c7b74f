import { describe, expect, it } from "vitest";
import { createClaims } from "../../provider/account/claims.js";

describe("an offer", () => {
  it("is claimed by one of many", () => {
    const claims = createClaims();
    expect([claims.claim(5), claims.claim(5), claims.claim(6)]).toEqual([true, false, true]);
  });

  it("can be claimed again once it was given back", () => {
    const claims = createClaims();
    claims.claim(5);
    claims.release(5);
    expect(claims.claim(5)).toBe(true);
  });

  it("counts while it is claimed", () => {
    const claims = createClaims();
    for (const id of [5, 6, 6, 7]) claims.claim(id);
    claims.release(5);
    expect(claims.count()).toBe(2);
  });
});

it("leaves alone the machines that are to be avoided, and no others", () => {
  const claims = createClaims();
  claims.avoidMachine(10);
  expect([claims.isAvoided(10), claims.isAvoided(11)]).toEqual([true, false]);
});
