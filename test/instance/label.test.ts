import { describe, expect, it } from "vitest";
import {
  ANY_MARK,
  type Expiry,
  endInLabel,
  endsLikeOurs,
  finishedLabel,
  pendingLabel,
  readLabel,
  tokenIn,
} from "../../provider/resources/instance/label.js";

const SHORT = "0123456789ab";
const LONG = `${SHORT}ba9876543210`;

describe.each([SHORT, LONG])("the mark of token %s", (token) => {
  it.each<[string, object, Expiry?]>([
    [pendingLabel(token), { label: "", mark: "pending" }],
    [finishedLabel("my trainer", token, true), { label: "my trainer", mark: "finished" }],
    [finishedLabel("", token, true), { label: "", mark: "finished" }],
    [finishedLabel("trainer", token, true, 1_900_000_000), { label: "trainer", mark: "finished" }, 1_900_000_000],
    [finishedLabel("trainer", token, true, "never"), { label: "trainer", mark: "finished" }, "never"],
  ])("is read out of %j", (label, reading, end) => {
    expect(readLabel(label, token)).toEqual(reading);
    expect(endInLabel(label)).toBe(end);
    expect(endsLikeOurs(label)).toBe(true);
    expect(tokenIn(label)).toBe(token);
    expect(readLabel(label, token === SHORT ? LONG : SHORT).mark).toBe("none");
  });
});

it.each([
  "",
  null,
  "trainer",
  `pulumi:${SHORT.slice(1)}`,
  `pulumi:${SHORT}0`,
  `pulumi:${LONG}0`,
  `pulumi:${LONG} trainer`,
])("no mark is read out of %j", (label) => {
  expect(tokenIn(label)).toBeUndefined();
  expect(ANY_MARK.test(label ?? "")).toBe(false);
});
