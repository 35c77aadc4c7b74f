import { overBudget } from "../../account/budget.js";
import { withOneMore } from "../../account/ledger.js";
import { VastError } from "../../errors.js";
import { DISK_TOLERANCE_GB } from "./changes.js";
import { money } from "./messages.js";
import { priceOf } from "./price.js";
import { freshOutputs } from "./read-back.js";
import type { Contract, RentContext } from "./rent.js";
import { knownOf } from "./secret-values.js";
import { hasMounts, mountsOf } from "./shown-mounts.js";

/** Takes over the contract that `adoptInstanceId` names. Throws VastError, with nothing changed, when it cannot be this resource. */
export async function adopt({ account, view, budget, inputs, token, operation }: RentContext): Promise<Contract> {
  const id = inputs.adoptInstanceId ?? 0;
  if (view.idsInState.has(id)) {
    throw new VastError(
      "adopt_in_state",
      `adoptInstanceId is ${id}, which is in this stack already: a replacement that adopted it would end it with the old one. Nothing was ` +
        "changed. Take `adoptInstanceId` out of the program.",
    );
  }
  const row = await account.look(id, operation.signal);
  if (!row) {
    throw new VastError(
      "no_such_instance",
      `adoptInstanceId is ${id}, and there is no such instance in this account. Nothing was rented. Correct the id, or leave it out to rent.`,
    );
  }
  if (typeof row.disk_space === "number" && Math.abs(row.disk_space - inputs.diskGb) > DISK_TOLERANCE_GB) {
    throw new VastError(
      "adopt_mismatch",
      `Instance ${id} has a disk of ${row.disk_space} GB and the program says ${inputs.diskGb}: the next change would replace it. ` +
        `Nothing was changed. Set \`diskGb: ${row.disk_space}\`.`,
    );
  }
  if (!hasMounts(row, inputs.volumes)) {
    const names = mountsOf(row).map(({ name, mountPath }) => `${name} at ${mountPath}`);
    throw new VastError(
      "adopt_mismatch",
      `Instance ${id} has ${names.length === 0 ? "no volume" : `volume ${names.join(", ")}`} mounted, and \`volumes\` says otherwise: the next change would ` +
        "replace it. Nothing was changed. Write what it has into `volumes`, each by its `volumeId`.",
    );
  }
  const price = priceOf(row, inputs.targetState);
  const why = overBudget(budget, withOneMore(view.ledger.now({ resource: token }), price));
  if (why !== undefined) {
    throw new VastError(
      "over_budget",
      `Over the stack's budget: with instance ${id}, which \`adoptInstanceId\` names${price === undefined ? "" : ` and which costs ${money(price)}`}, ${why}. ` +
        "Nothing was changed: it is not in the stack, and is billed as before. Raise the limit in the stack configuration, or take `adoptInstanceId` out of the program.",
    );
  }
  operation.exists(String(id), freshOutputs(row, knownOf(account, inputs, undefined)));
  view.ledger.note(id, token, price);
  return { id, adoptedState: row.intended_status === "stopped" ? "stopped" : "running" };
}
