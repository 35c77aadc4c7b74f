import { overBudget } from "../../../account/budget.js";
import { stackIn } from "../../../account/identity.js";
import { withOneMore } from "../../../account/ledger.js";
import type { WireInstance } from "../../../api/instance-row.js";
import { VastError } from "../../../errors.js";
import { knownOf } from "../boot/secret-values.js";
import { DISK_TOLERANCE_GB } from "../changes.js";
import type { InstanceInputs } from "../inputs.js";
import { readLabel, tokenIn } from "../label.js";
import { money } from "../messages.js";
import { priceOf } from "../price.js";
import { freshOutputs } from "../read-back.js";
import { hasMounts, mountsOf } from "../volumes/shown-mounts.js";
import { inStackText, isTaken } from "./adopt-in-stack.js";
import type { Contract, RentContext } from "./rent.js";

/** Takes over the contract that `adoptInstanceId` names. Throws VastError, with nothing changed, when it cannot be this resource. */
export async function adopt(context: RentContext): Promise<Contract> {
  const { account, view, budget, inputs, token, operation } = context;
  const id = inputs.adoptInstanceId ?? 0;
  const row = await account.look(id, operation.signal);
  if (!row) {
    throw new VastError(
      "no_such_instance",
      `adoptInstanceId is ${id}, and there is no such instance in this account. Nothing was rented. Correct the id, or leave it out to rent.`,
    );
  }
  // Another resource of the stack may have it, which the engine shows in a moment.
  await view.questions.quiet(account.clock, operation.signal);
  if (isTaken(view, id, inputs.takeOver === true)) throw new VastError("adopt_in_state", inStackText(id));
  const because = refusal(row, inputs, token);
  if (because !== undefined) throw because;
  const price = priceOf(row, inputs.targetState);
  const why = overBudget(budget, withOneMore(view.ledger.now({ resource: token }), price));
  if (why !== undefined) {
    throw new VastError(
      "over_budget",
      `Over the stack's budget: with instance ${id}, which \`adoptInstanceId\` names${price === undefined ? "" : ` and which costs ${money(price)}`}, ${why}. ` +
        "Nothing was changed: it is not in the stack, and is billed as before. Raise the limit in the stack configuration, or take `adoptInstanceId` out of the program.",
    );
  }
  // From here on it is this resource's: nothing is awaited since the look at what the stack has.
  view.idsInState.add(id);
  view.takenOver.add(id);
  operation.exists(String(id), freshOutputs(row, knownOf(account, inputs, undefined)));
  view.ledger.note(id, token, price);
  return { id, adoptedState: row.intended_status === "stopped" ? "stopped" : "running" };
}

/** Why a contract cannot become this resource; undefined when it can. */
function refusal(row: WireInstance, inputs: InstanceInputs, token: string): VastError | undefined {
  const { id } = row;
  const owner = tokenIn(row.label);
  const isAnothers = owner !== undefined && owner !== token;
  if (isAnothers && readLabel(row.label, owner).mark === "pending") {
    return new VastError(
      "adopt_pending",
      `adoptInstanceId is ${id}, which an \`up\` of ${placeText(owner, token)} is renting, or has rented and was cut off: its label is ${row.label?.trim()}. ` +
        `Nothing was changed; it is billed. Run that \`pulumi up\`, which takes it up, or end it with \`vastai destroy instance ${id}\`.`,
    );
  }
  if (isAnothers && inputs.takeOver !== true) {
    return new VastError(
      "adopt_owned",
      `adoptInstanceId is ${id}, which carries the mark of ${placeText(owner, token)} (pulumi:${owner}), and what stands in two places ends for both when ` +
        "one is destroyed. Nothing was changed; it is billed as before. When that resource is gone for good, or leaves its program in this very run, add " +
        "`takeOver: true`; otherwise take `adoptInstanceId` out.",
    );
  }
  if (typeof row.disk_space === "number" && Math.abs(row.disk_space - inputs.diskGb) > DISK_TOLERANCE_GB) {
    return new VastError(
      "adopt_mismatch",
      `Instance ${id} has a disk of ${row.disk_space} GB and the program says ${inputs.diskGb}: the next change would replace it. ` +
        `Nothing was changed. Set \`diskGb: ${row.disk_space}\`.`,
    );
  }
  if (!hasMounts(row, inputs.volumes)) {
    const names = mountsOf(row).map(({ name, mountPath }) => `${name} at ${mountPath}`);
    return new VastError(
      "adopt_mismatch",
      `Instance ${id} has ${names.length === 0 ? "no volume" : `volume ${names.join(", ")}`} mounted, and \`volumes\` says otherwise: the next change would ` +
        "replace it. Nothing was changed. Write what it has into `volumes`, each by its `volumeId`.",
    );
  }
  return undefined;
}

function placeText(owner: string, token: string): string {
  const stack = stackIn(owner);
  if (stack === undefined) return "another resource";
  return stack === stackIn(token) ? "another resource of this stack" : "a resource of another stack";
}
