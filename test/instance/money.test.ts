import { expect, it } from "vitest";
import { money } from "../../provider/resources/instance/messages.js";

it.each([
  [12, "12.000 $/h"],
  [0.3021, "0.302 $/h"],
  [0.01, "0.010 $/h"],
  // The disk of a stopped instance is billed, and is not to look free.
  [0.00278, "0.0028 $/h"],
  [0.00045, "0.00045 $/h"],
  [0.000001, "0.0000010 $/h"],
  [0, "0.000 $/h"],
])("the price %d is written as %s", (dollarsPerHour, text) => {
  expect(money(dollarsPerHour)).toBe(text);
});
