import { describe, expect, it } from "vitest";
import { type Identity, isSameResource, ownerToken, stackIn, TOKEN } from "../../provider/account/identity.js";

describe("the token", () => {
  const identity: Identity = {
    owner: "https://api.pulumi.com",
    host: "",
    organization: "acme",
    urn: "urn:pulumi:dev::gpu::Instance::a",
  };
  const token = ownerToken(identity);

  it("is the same in every run, and for ever: it stands in users' states and on Vast", () => {
    expect(token).toBe("0932d5118055098dd4f406be");
    expect(ownerToken({ ...identity })).toBe(token);
  });

  it("is 24 hex digits, of which the first 12 are the stack's", () => {
    expect(token).toMatch(/^[0-9a-f]{24}$/);
    expect(token).toMatch(new RegExp(`^${TOKEN}$`));
    expect(stackIn(token)).toBe(token.slice(0, 12));
    expect(stackIn("0123456789ab")).toBeUndefined();
  });

  it.each<[string, Partial<Identity>]>([
    ["backend", { owner: "s3://state" }],
    ["organisation", { organization: "other" }],
    ["stack", { urn: "urn:pulumi:prod::gpu::Instance::a" }],
    ["project", { urn: "urn:pulumi:dev::cpu::Instance::a" }],
  ])("is that of another stack and another resource for another %s", (_what, change) => {
    const other = ownerToken({ ...identity, ...change });
    expect(stackIn(other)).not.toBe(stackIn(token));
    expect(isSameResource(other, token)).toBe(false);
  });

  it.each([
    ["name", "urn:pulumi:dev::gpu::Instance::b"],
    ["parent", "urn:pulumi:dev::gpu::Pool$Instance::a"],
  ])("is that of another resource of the same stack for another %s", (_what, urn) => {
    const other = ownerToken({ ...identity, urn });
    expect(stackIn(other)).toBe(stackIn(token));
    expect(isSameResource(other, token)).toBe(false);
  });

  it("is that of another stack, and of the same resource, on another machine", () => {
    const other = ownerToken({ ...identity, host: "laptop" });
    expect(stackIn(other)).not.toBe(stackIn(token));
    expect(isSameResource(other, token)).toBe(true);
  });

  it("does not run its parts into each other", () => {
    const a = { owner: "x", host: "", organization: "yz", urn: "u" };
    const b = { owner: "xy", host: "", organization: "z", urn: "u" };
    expect(ownerToken(a)).not.toBe(ownerToken(b));
    expect(ownerToken({ ...a, host: "h" })).not.toBe(ownerToken({ ...a, owner: "xh" }));
  });
});
