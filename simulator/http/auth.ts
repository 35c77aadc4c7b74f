import { type Account, accountOfKey, contractOfKey } from "../accounts.js";
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
export function callerOf(state: State, header: string | undefined, access: Route["access"]): Caller | Answer {
  const key = /^Bearer\s+(\S.*)$/i.exec(header ?? "")?.[1]?.trim();
  if (key === undefined) return noLogin;
  const ownInstance = contractOfKey(state, key);
  if (ownInstance !== undefined) {
    const account = state.accounts.find(({ number }) => number === ownInstance.account);
    if (ownInstance.destroyedAt !== null) return invalidKey;
    // The key inside a container shows, stops and destroys its own instance, and nothing else.
    if (account === undefined || access !== "instance") return refusal(403, "auth_error", "Not allowed for this key.");
    return { account, key, ownInstance };
  }
  const account = accountOfKey(state, key);
  return account === undefined ? invalidKey : { account, key, ownInstance: undefined };
}
