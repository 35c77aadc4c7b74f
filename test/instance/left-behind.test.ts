import { expect, it } from "vitest";
import type { Account } from "../../provider/account/account.js";
import type { WireInstance } from "../../provider/api/instance-row.js";
import type { Operation } from "../../provider/engine/lifecycle.js";
import { VastError } from "../../provider/errors.js";
import { finishedLabel, pendingLabel } from "../../provider/resources/instance/label.js";
import {
  deleteTimeoutMs,
  isLabelDue,
  seesLeftBehind,
  sweepLeftBehind,
  tokenOf,
} from "../../provider/resources/instance/stack/left-behind.js";
import type { StackView } from "../../provider/resources/instance/stack/stack-view.js";
import { notEndedText } from "../../provider/resources/instance/stack/sweep.js";

const TOKEN = "0123456789ab";

/** An account that shows these contracts as marked ones, and can do nothing else. */
const showing = (...rows: WireInstance[]) => ({ marked: async () => ({ rows }) }) as unknown as Account;

it.each<[boolean, string, number, string, object]>([
  [true, "a replacement that carries the pending label", 7, pendingLabel(TOKEN), { labelIsPending: true }],
  [false, "one that has its label already", 7, finishedLabel("trainer", TOKEN, true), { labelIsPending: true }],
  [false, "one beside another contract with that label", 8, pendingLabel(TOKEN), { labelIsPending: true }],
  [false, "what is no replacement", 7, pendingLabel(TOKEN), {}],
])("the label is due (%s) of %s", async (isDue, _, id, label, before) => {
  expect(await isLabelDue(showing({ id, label }), "7", { ownerToken: TOKEN, ...before })).toBe(isDue);
});

it("nothing is looked for where the resource has no mark", async () => {
  const nothing = {} as unknown as Account & StackView & Operation;
  expect(await seesLeftBehind(nothing, nothing, "7", {}, nothing)).toBe(false);
  await sweepLeftBehind(nothing, nothing, "7", {}, nothing);
  expect(tokenOf({})).toBe("");
  expect(tokenOf({ ownerToken: 5 })).toBe("");
  expect(tokenOf({ ownerToken: TOKEN })).toBe(TOKEN);
});

it("a destroy may take what the state says, else ten minutes", () => {
  expect(deleteTimeoutMs({})).toBe(600_000);
  expect(deleteTimeoutMs({ timeouts: { deleteMinutes: 3 } })).toBe(180_000);
});

it.each<[string, Error, string]>([
  ["it was told to end", new VastError("not_destroyed", "It is in the stack."), "It was told to end and still exists."],
  ["the key is refused", new VastError("auth", "The key is refused."), "The key is refused."],
  ["of something else", new Error("socket hang up"), "socket hang up"],
])("a contract whose end is not certain is named with why: %s", (_, error, why) => {
  expect(notEndedText({ id: 7, dph_total: 0.4 }, "a second one", error)).toBe(
    `Contract 7, a second one, may not have ended: ${why} As long as it exists it is billed (0.4 $/h while running), and it is not in the stack. ` +
      "Run the command again, or end it with `vastai destroy instance 7`.",
  );
  expect(notEndedText({ id: 7 }, "a second one", error)).toContain("(? $/h while running)");
});
