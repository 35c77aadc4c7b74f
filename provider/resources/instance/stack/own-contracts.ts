import type { Account } from "../../../account/account.js";
import type { WireInstance } from "../../../api/instance-row.js";
import type { Operation } from "../../../engine/lifecycle.js";
import { NothingRentedError } from "../../../errors.js";
import { readLabel } from "../label.js";
import type { StackView } from "./stack-view.js";
import { learnOf } from "./state-known.js";

/** Contracts on Vast that carry a resource's mark and stand not in the state, as far as that is known. */
export interface OwnContracts {
  /** Left by a create that was cut off or is under way: to be adopted. */
  readonly pending: readonly WireInstance[];
  /** Made to the end by a create whose result the state does not have. */
  readonly finished: readonly WireInstance[];
  /** Pulumi itself was asked: none of them stands in the state. Else the engine has not shown them, which need not mean that. */
  readonly isCertain: boolean;
}

/** Looks for a token's contracts. Ids in the state are left out: adopting the old machine of a replacement would lose both. */
export async function findOwnContracts(
  account: Account,
  view: StackView,
  token: string,
  operation: Operation,
): Promise<OwnContracts> {
  const rows = await account.contracts(operation.signal);
  const marked = rows.filter((row) => readLabel(row.label, token).mark !== "none");
  const isCertain = await learnOf(marked, view, operation);
  const strangers = marked.filter(({ id }) => !view.idsInState.has(id));
  const [pending, finished] = (["pending", "finished"] as const).map((mark) =>
    strangers.filter((row) => readLabel(row.label, token).mark === mark),
  );
  return { pending: pending ?? [], finished: finished ?? [], isCertain };
}

/** Of several left-over contracts the one nearest to running; the others are swept away. */
export function bestOf(rows: readonly WireInstance[]): WireInstance | undefined {
  const rank = (row: WireInstance) => ["running", "loading", "created"].indexOf(row.actual_status ?? "") + 1 || 9;
  return [...rows].sort((a, b) => rank(a) - rank(b) || a.id - b.id)[0];
}

/** Why nothing is rented beside finished contracts of the same resource, and the ways out. What was left pending beside them is billed as well. */
export function refuseBeside({ finished, pending, isCertain }: OwnContracts): NothingRentedError {
  const [first] = finished;
  const what = isCertain ? "that the Pulumi state does not know" : "that the engine has not shown to be in the state";
  const replaced = isCertain
    ? ""
    : "If it is the one that `--replace`, a taint or `replaceWith` is to replace, run `pulumi up --refresh --replace` with the URN of the resource. Else: ";
  const left =
    pending.length === 0
      ? ""
      : ` Billed as well, and left by a run that was cut off: ${listed(pending)}; the \`pulumi up\` after that takes it up or ends it.`;
  return new NothingRentedError(
    "already_rented",
    `Vast has a contract of this very resource ${what}: ${listed(finished)}. Nothing was rented; that contract is billed. ` +
      `${replaced}Set \`adoptInstanceId: ${first?.id}\` to take it over, or end it with \`vastai destroy instance ${first?.id}\`, and run again. ` +
      `If another stack has it, or a resource that had this name before, run \`pulumi up\` there first and do neither.${left}`,
  );
}

function listed(rows: readonly WireInstance[]): string {
  return rows
    .map((row) => `${row.id} (${row.actual_status ?? "no status yet"}, ${row.dph_total ?? "?"} $/h while running)`)
    .join(", ");
}
