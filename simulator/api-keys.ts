import { z } from "zod";
import { digestOf, type LimitedKey } from "./accounts.js";
import { type Answer, ok } from "./http/answers.js";
import type { AccountRequest, Route } from "./http/route.js";
import { userId } from "./users.js";

/** Categories as they are documented; those of agents stand only in the table of routes (vast-api.md §2.13). */
const CATEGORIES = new Set([
  "misc",
  ...["instance", "user", "billing", "machine", "team", "agents"].flatMap((noun) => [`${noun}_read`, `${noun}_write`]),
]);

const KeyBody = z.looseObject({ name: z.string().max(255).default(""), permissions: z.unknown() });
/** Only whole categories: narrowing to single calls is not imitated. */
const Permissions = z.strictObject({ api: z.record(z.string(), z.strictObject({})) });

/** Keys of an account that may do only some things. */
export const apiKeyRoutes: readonly Route[] = [
  { method: "GET", path: "/api/v0/auth/apikeys/", access: "account", answer: answerList },
  { method: "POST", path: "/api/v0/auth/apikeys/", access: "account", answer: answerCreate },
  { method: "GET", path: "/api/v0/auth/apikeys/{id}/", access: "account", answer: answerShow },
  { method: "DELETE", path: "/api/v0/auth/apikeys/{id}/", access: "account", answer: answerDelete },
];

function answerCreate({ account, state, body, now }: AccountRequest): Answer {
  const given = KeyBody.safeParse(body);
  if (!given.success || given.data.permissions === undefined)
    return refused("missing_permissions", "Missing permissions");
  const permissions = Permissions.safeParse(given.data.permissions);
  const categories = permissions.success ? Object.keys(permissions.data.api) : [];
  if (!permissions.success || !categories.every((category) => CATEGORIES.has(category))) {
    return refused("invalid_permissions", "Invalid permission format");
  }
  const key = Array.from({ length: 8 }, () => state.random.integer(0, 0xffff_ffff).toString(16).padStart(8, "0")).join(
    "",
  );
  const id = 200_001 + state.accounts.reduce((sum, { apiKeys }) => sum + apiKeys.length, 0);
  account.apiKeys.push({
    id,
    name: given.data.name,
    keyDigest: digestOf(key),
    permissions: new Set(categories),
    createdAt: now,
    deletedAt: null,
  });
  return ok({ id, key, permissions: given.data.permissions });
}

function answerList({ account }: AccountRequest): Answer {
  return ok({
    apikeys: account.apiKeys.filter(({ deletedAt }) => deletedAt === null).map((key) => row(key, account.number)),
  });
}

function answerShow(request: AccountRequest): Answer {
  const key = find(request);
  return key === undefined ? noSuchKey : ok(row(key, request.account.number));
}

/** The answer is a bare text (documented). */
function answerDelete(request: AccountRequest): Answer {
  const key = find(request);
  if (key === undefined) return noSuchKey;
  key.deletedAt = request.now;
  return { status: 200, body: JSON.stringify("Successfully Deleted API Key") };
}

function find({ account, params }: AccountRequest): LimitedKey | undefined {
  return account.apiKeys.find(({ id, deletedAt }) => id === Number(params.id) && deletedAt === null);
}

function row({ id, name, permissions, createdAt }: LimitedKey, account: number): object {
  const api = Object.fromEntries([...permissions].map((category) => [category, {}]));
  return {
    id,
    user_id: userId(account),
    rights: null,
    team_id: null,
    team_name: null,
    name,
    permissions: { api },
    created_at: createdAt / 1000,
    deleted_at: null,
  };
}

function refused(error: string, msg: string): Answer {
  return { status: 400, body: { success: false, error, msg } };
}

/** `msg` alone (documented). */
const noSuchKey: Answer = { status: 404, body: { msg: "API Key not found." } };
