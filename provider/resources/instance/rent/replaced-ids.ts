import { replacedBy } from "../stack/stack-view.js";
import type { RentContext } from "./rent.js";

/**
 * The ids that a replacement is to remember: the instance that it replaces, and older ones that may still wait for their deletion. What Vast does not
 * have any more nobody can take for lost; a list is proof once the create of the present instance has come to its end, which takes a minute.
 */
export async function replacedIds({
  account,
  view,
  token,
  operation,
}: Pick<RentContext, "account" | "view" | "token" | "operation">): Promise<number[]> {
  const ids = [...(view.idsOf.get(token) ?? [])];
  const current = Number(replacedBy(view, token));
  if (ids.length < 2 || !view.settled.has(token)) return ids;
  const rows = await account.contracts(operation.signal).catch(() => undefined);
  if (rows === undefined) return ids;
  const there = new Set(rows.map(({ id }) => id));
  return ids.filter((id) => id === current || there.has(id));
}
