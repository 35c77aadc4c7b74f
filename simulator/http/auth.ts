import { permissionOf } from "../../provider/api/permissions.js";
import { type Account, accountOfKey, contractOfKey, isPermitted } from "../accounts.js";
import type { Contract } from "../contracts/contract.js";
import type { State } from "../state.js";
import { type Answer, invalidKey, noLogin, refusal } from "./answers.js";
import type { Route } from "./route.js";

/** Who is calling. */
export interface Caller {
  readonly account: Account;
  readonly key: string;
  readonly ownInstance: Contract | undefined;
}

/** The caller behind an Authorization header, or the answer that turns the request away. */
export function callerOf(
  state: State,
  header: string | undefined,
  route: Pick<Route, "access" | "method" | "path">,
): Caller | Answer {
  const key = /^Bearer\s+(\S.*)$/i.exec(header ?? "")?.[1]?.trim();
  if (key === undefined) return noLogin;
  const ownInstance = contractOfKey(state, key);
  if (ownInstance !== undefined) {
    const account = state.accounts.find(({ number }) => number === ownInstance.account);
    if (ownInstance.destroyedAt !== null) return invalidKey;
    // The key inside a container shows, stops and destroys its own instance, and nothing else.
    if (account === undefined || route.access !== "instance")
      return refusal(403, "auth_error", "Not allowed for this key.");
    return { account, key, ownInstance };
  }
  const account = accountOfKey(state, key);
  if (account === undefined) return invalidKey;
  const permission = permissionOf(route);
  if (isPermitted(account, key, permission)) return { account, key, ownInstance: undefined };
  // The status is documented, the words are not.
  return refusal(403, "auth_error", `This key lacks the permission ${permission ?? "for this route"}.`);
}
