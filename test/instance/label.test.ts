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

it("is read with blanks around it, too", () => {
  const label = ` ${finishedLabel("trainer", SHORT, true, 1_900_000_000)} `;
  expect(readLabel(label, SHORT)).toEqual({ label: "trainer", mark: "finished" });
  expect(readLabel(` ${pendingLabel(SHORT)} `, SHORT).mark).toBe("pending");
  expect(endInLabel(label)).toBe(1_900_000_000);
  expect(endsLikeOurs(label)).toBe(true);
  expect(tokenIn(label)).toBe(SHORT);
});

it.each<[string, string, Expiry?]>([
  ["trainer pulumi:until:1900000000", "trainer", 1_900_000_000],
  ["trainer pulumi:until:never", "trainer", "never"],
  ["pulumi:until:never", "", "never"],
  ["trainer  pulumi:until:5", "trainer", 5],
  ["trainer pulumi:until:5 days", "trainer pulumi:until:5 days"],
  ["trainerpulumi:until:5", "trainerpulumi:until:5"],
])("the end of an instance is read without a mark, and is no part of the label: %j", (text, label, end) => {
  for (const token of [SHORT, ""]) expect(readLabel(text, token)).toEqual({ label, mark: "none" });
  expect(endInLabel(text)).toBe(end);
});

it.each([null, undefined])("no label is an empty one: %j", (none) => {
  expect(readLabel(none, SHORT)).toEqual({ label: "", mark: "none" });
  expect(endInLabel(none)).toBeUndefined();
});

it("a label has nothing added where nothing is to be said", () => {
  expect(finishedLabel("trainer", SHORT, false)).toBe("trainer");
  expect(finishedLabel("", SHORT, true)).toBe(`pulumi:${SHORT}`);
});
