import type { Account } from "../accounts.js";
import type { Contract } from "../contracts/contract.js";
import type { State } from "../state.js";
import type { Answer } from "./answers.js";

/** A request as the routes see it. */
export interface ApiRequest {
  readonly state: State;
  /** The present moment, with everything that was due having happened. */
  readonly now: number;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The parsed JSON body: `{}` where none was sent, undefined where it was no JSON. */
  readonly body: unknown;
}

/** A request with a key. */
export interface AccountRequest extends ApiRequest {
  readonly account: Account;
  readonly key: string;
  /** Set when the key is the container's own: it reaches its own instance only. */
  readonly ownInstance: Contract | undefined;
}

interface RouteName {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Path template with a trailing slash; `{name}` stands for one segment. */
  readonly path: string;
}

/** One route of the pretend service. */
export type Route =
  | (RouteName & { readonly access: "keyless"; readonly answer: (request: ApiRequest) => Answer })
  | (RouteName & { readonly access: "account" | "instance"; readonly answer: (request: AccountRequest) => Answer });
