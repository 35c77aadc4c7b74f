import type { Account } from "../../../account/account.js";
import type { WireInstance } from "../../../api/instance-row.js";
import type { DiffResult } from "../../../engine/diff.js";
import type { Operation } from "../../../engine/lifecycle.js";
import type { Bag } from "../../../engine/values.js";
import { type Drift, driftOf } from "./drift.js";
import { actionFor, type DriftAction, decide, isDue, knownDrift } from "./drift-actions.js";
import type { Glances } from "./glance.js";
import { priceIncreaseOf } from "./price-increase.js";

/** The input that a replacement for a drift is put down to. */
const CAUSE = "onDrift";

/** What a plan is made from. */
export interface Asked {
  readonly id: string;
  readonly before: Bag;
  readonly wanted: Bag;
  /** Undefined without settings, and in a mere refresh, which looks at what the state knows. */
  readonly account: Account | undefined;
  readonly glances: Glances;
  readonly operation: Operation;
}

/**
 * What `pulumi up` does about the drift that the last refresh put into the state, and says it. That may be days ago: so it is looked at once more,
 * and what is over is nothing any more. Where that look fails nothing is replaced, for what runs well would lose its data; an update may still come
 * of it, which looks again before it sends anything.
 */
export async function planForDrift({ id, before, wanted, account, glances, operation }: Asked): Promise<DiffResult> {
  const known = knownDrift(before);
  if (known.size === 0) return { changes: false, replaces: [] };
  const actions = [...known].map(([name, since]) => ({ since, name, action: actionFor(name, wanted) }));
  // Without a key nothing can come of it but a preview, and what the state knows is the best that this can show.
  if (!account?.settings.apiKey) {
    const now = account?.clock.now() ?? Number.POSITIVE_INFINITY;
    const does = actions.filter(({ name, since, action }) => action !== "replace" || isDue(name, since, now));
    return planOf(does);
  }

  const glance = await glances.of(account, Number(id), operation.signal);
  const found = `Instance ${id}: the last refresh found \`${[...known.keys()].join("`, `")}\``;
  if (glance.is === "missing") {
    operation.warn(`${found}, and now Vast does not show it. Nothing is done about it. Run \`pulumi up --refresh\`.`);
    return { changes: false, replaces: [] };
  }
  if (glance.is === "unknown") {
    operation.warn(
      `${found}, and whether that is still so cannot be read now. It costs what that refresh said, and nothing is replaced on old news; what else ` +
        "`onDrift` says is done only if it is still so. Run `pulumi up --refresh` to look again.",
    );
    return planOf(actions.filter(({ action }) => action !== "replace"));
  }
  const { row, isTold } = glance;
  const now = await driftNow(row, { ...before, targetState: wanted.targetState }, account, operation);
  const decisions = decide(now, row, before, wanted, account.clock.now());
  for (const { drift, plan } of decisions) {
    if (!isTold) operation.warn(`${drift.tells} ${plan ?? drift.remedy}`);
    else if (plan !== undefined) operation.note(`Instance ${id}: ${plan}`);
  }
  return planOf(decisions);
}

function planOf(does: readonly { readonly action: DriftAction }[]): DiffResult {
  return {
    changes: does.some(({ action }) => action !== "ignore"),
    replaces: does.some(({ action }) => action === "replace") ? [CAUSE] : [],
  };
}

/** What is found now; of prices only what a refresh has found, for that takes a call of its own. */
async function driftNow(row: WireInstance, before: Bag, account: Account, operation: Operation): Promise<Drift[]> {
  const found = driftOf(row, before, account.clock.now());
  if (!knownDrift(before).has("priceIncreasePending")) return found;
  const proposal = await priceIncreaseOf(row, before, account, operation).catch(() => undefined);
  return proposal === undefined ? found : [...found, proposal];
}
