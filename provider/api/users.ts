import { z } from "zod";
import type { Endpoint, Send } from "./endpoint.js";
import { looseFlag, looseNumber, looseText } from "./wire-types.js";

/**
 * The account of the key. The live answer also carries `api_key`, the account's own key (recorded 2026-09-05): a strict
 * pick of known fields drops it before anything can store or log it.
 */
export const WireUser = z.object({
  id: looseNumber,
  email: looseText,
  username: looseText,
  fullname: looseText,
  /** Money left, $. */
  credit: looseNumber,
  balance: looseNumber,
  balance_threshold: looseNumber,
  can_pay: looseFlag,
  has_billing: looseFlag,
  ssh_key: looseText,
  /** Milliseconds here, unlike everywhere else (recorded 2026-09-05). */
  created_at: looseNumber,
});
export type WireUser = z.infer<typeof WireUser>;

export const userEndpoints = {
  current: {
    method: "GET",
    path: "/api/v0/users/current/",
    effect: "read",
    minIntervalSeconds: 1,
    answer: WireUser,
  },
} satisfies Record<string, Endpoint>;

/** Calls about the account. */
export function usersApi(send: Send) {
  return {
    /** The account that the key belongs to; needs the permission `user_read`. */
    current: (signal?: AbortSignal): Promise<WireUser> => send(userEndpoints.current, { signal }),
  };
}
export type UsersApi = ReturnType<typeof usersApi>;
