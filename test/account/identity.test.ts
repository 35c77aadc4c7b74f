import { describe, expect, it } from "vitest";
import { type Identity, ownerToken } from "../../provider/account/identity.js";

describe("the token", () => {
  const identity: Identity = {
    owner: "https://api.pulumi.com",
    organization: "acme",
    urn: "urn:pulumi:dev::gpu::Instance::a",
  };

  it("is the same in every run, and for ever: it stands in users' states and on Vast", () => {
    expect(ownerToken(identity)).toBe("098dd4f406be");
    expect(ownerToken({ ...identity })).toBe(ownerToken(identity));
  });

  it("is 12 hex digits", () => {
    expect(ownerToken(identity)).toMatch(/^[0-9a-f]{12}$/);
  });

  it.each<[string, Partial<Identity>]>([
    ["backend", { owner: "s3://state" }],
    ["organisation", { organization: "other" }],
    ["stack", { urn: "urn:pulumi:prod::gpu::Instance::a" }],
    ["name", { urn: "urn:pulumi:dev::gpu::Instance::b" }],
  ])("is another for another %s", (_what, change) => {
    expect(ownerToken({ ...identity, ...change })).not.toBe(ownerToken(identity));
  });

  it("does not run its parts into each other", () => {
    const a = { owner: "x", organization: "yz", urn: "u" };
    const b = { owner: "xy", organization: "z", urn: "u" };
    expect(ownerToken(a)).not.toBe(ownerToken(b));
  });
});
