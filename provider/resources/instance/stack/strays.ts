import type { Account } from "../../../account/account.js";
import { stackIn } from "../../../account/identity.js";
import type { Operation } from "../../../engine/lifecycle.js";
import { readLabel, tokenIn } from "../label.js";
import type { StackView } from "./stack-view.js";

/**
 * Names what a run of this stack rented that was cut off, and no resource of this run takes up: those that the program no longer has are asked about
 * by nobody. Once for each contract; quick, and silent when it cannot be known. One list serves the whole run, for what it rents itself
 * is not meant.
 */
export async function nameStrays(account: Account, view: StackView, operation: Operation): Promise<void> {
  const tokens = [...view.askedTokens, ...view.endedTokens];
  const stacks = new Set(tokens.flatMap((token) => stackIn(token) ?? []));
  if (stacks.size === 0 || operation.signal.aborted) return;
  view.marked ??= account.marked();
  const { rows } = await view.marked;
  const strays = rows.filter(({ id, label }) => {
    const token = tokenIn(label) ?? "";
    if (readLabel(label, token).mark !== "pending" || view.idsInState.has(id) || view.namedIds.has(id)) return false;
    const isOurs = stacks.has(stackIn(token) ?? "") || view.formerTokens.has(token);
    return isOurs && !view.askedTokens.has(token) && !view.endedTokens.has(token);
  });
  for (const { id } of strays) view.namedIds.add(id);
  if (strays.length > 0) operation.warn(strayText(strays.map(({ id }) => id)));
}

function strayText(ids: readonly number[]): string {
  return (
    `An \`up\` that was cut off, or is under way, rented contract ${ids.join(", ")} for this stack, and none of the resources that this run has asked about ` +
    "so far. It is billed. `pulumi up` takes it up when the program has its resource, and a `destroy` ends what stands in the state; otherwise end it with " +
    `${ids.map((id) => `\`vastai destroy instance ${id}\``).join(", ")}. \`npx pulumi-vastai orphans\` tells more of it.`
  );
}
