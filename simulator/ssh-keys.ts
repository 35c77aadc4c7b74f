import { z } from "zod";
import type { Account, AccountSshKey } from "./accounts.js";
import type { Contract } from "./contracts/contract.js";
import { livingKeys, typeAndBlob } from "./contracts/keys.js";
import { type Answer, noSuchInstance, ok, refusal } from "./http/answers.js";
import type { AccountRequest, Route } from "./http/route.js";
import { complaintAboutId, contractFor } from "./instances.js";

const KeyBody = z.looseObject({ ssh_key: z.string() });

/** The account's SSH keys, and those inside instances. */
export const sshKeyRoutes: readonly Route[] = [
  { method: "GET", path: "/api/v0/ssh/", access: "account", answer: answerList },
  { method: "POST", path: "/api/v0/ssh/", access: "account", answer: answerCreate },
  { method: "PUT", path: "/api/v0/ssh/{id}/", access: "account", answer: answerUpdate },
  { method: "DELETE", path: "/api/v0/ssh/{id}/", access: "account", answer: answerDelete },
  instanceRoute("GET", "/api/v0/instances/{id}/ssh/", answerListOfInstance),
  instanceRoute("POST", "/api/v0/instances/{id}/ssh/", answerAttach),
  instanceRoute("DELETE", "/api/v0/instances/{id}/ssh/{keyId}/", answerDetach),
];

function answerList({ account, state }: AccountRequest): Answer {
  const keys = livingKeys(account);
  // The words are documented, the form is not.
  if (keys.length === 0) return { status: 404, body: { success: false, msg: "No SSH keys found for the user." } };
  // A bare list, newest first (recorded 2026-09-05).
  return ok([...keys].reverse().map((key) => row(key, account, state.settings.sshPrivateKey)));
}

function answerCreate({ account, state, body, now }: AccountRequest): Answer {
  const refused = teamRefusal(state.settings.teamAccount);
  if (refused) return refused;
  const parsed = KeyBody.safeParse(body);
  if (!parsed.success || parsed.data.ssh_key.trim() === "") return noSshKey;
  state.sshKeysMade += 1;
  const key = { id: 1000 + state.sshKeysMade, publicKey: parsed.data.ssh_key, createdAt: now, deletedAt: null };
  // The same key once more is another row: the recorded list has two of one key.
  account.sshKeys.push(key);
  return ok({ success: true, key: documentedRow(key, account) });
}

function answerUpdate({ account, state, body, params }: AccountRequest): Answer {
  const refused = teamRefusal(state.settings.teamAccount);
  if (refused) return refused;
  const parsed = KeyBody.safeParse(body);
  const key = livingKeys(account).find(({ id }) => id === Number(params.id));
  if (!parsed.success || key === undefined) return noSshKey;
  key.publicKey = parsed.data.ssh_key;
  return ok({ success: true, key: documentedRow(key, account) });
}

function answerDelete({ account, params, now }: AccountRequest): Answer {
  const key = livingKeys(account).find(({ id }) => id === Number(params.id));
  if (key === undefined) return noSshKey;
  key.deletedAt = now;
  return ok({ success: true });
}

/** A route about a living contract of the caller's. */
function instanceRoute(
  method: Route["method"],
  path: string,
  answer: (request: AccountRequest, contract: Contract) => Answer,
): Route {
  return {
    method,
    path,
    access: "account",
    answer: (request) => {
      const { id } = request.params;
      const complaint = complaintAboutId(id);
      if (complaint !== undefined) return complaint;
      const contract = contractFor(request, id);
      return contract === undefined ? noSuchInstance(id ?? "") : answer(request, contract);
    },
  };
}

/** The list is JSON inside a text (documented). */
function answerListOfInstance({ now, state }: AccountRequest, contract: Contract): Answer {
  const isLate = (since = 0) => now < since + state.settings.sshKeyLagSeconds * 1000;
  const shown = contract.sshKeys.filter(({ attachedAt }) => attachedAt === undefined || !isLate(attachedAt));
  const keys = shown.map(({ id, publicKey }) => ({
    id,
    name: publicKey.trim().split(/\s+/)[2] ?? "",
    public_key: publicKey,
  }));
  return ok({ success: true, ssh_keys: JSON.stringify(keys) });
}

function answerAttach({ account, body, now, state }: AccountRequest, contract: Contract): Answer {
  const refused = teamRefusal(state.settings.teamAccount && state.settings.teamAttachRefused);
  if (refused) return refused;
  const parsed = KeyBody.safeParse(body);
  if (!parsed.success || parsed.data.ssh_key.trim() === "") return noSshKey;
  const publicKey = parsed.data.ssh_key;
  const wanted = typeAndBlob(publicKey);
  if (contract.sshKeys.some((key) => typeAndBlob(key.publicKey) === wanted)) {
    // 200 with `success: false` although the key is there (vast-api.md §7); the words are not recorded.
    return ok({ success: false, error: "ssh_key_exists", msg: state.settings.attachedKeyWords });
  }
  const known = livingKeys(account).find((key) => typeAndBlob(key.publicKey) === wanted);
  state.sshKeysMade += known ? 0 : 1;
  contract.sshKeys.push({ id: known?.id ?? 1000 + state.sshKeysMade, publicKey, attachedAt: now });
  return ok({ success: true, msg: "SSH key attached successfully" });
}

function answerDetach({ params }: AccountRequest, contract: Contract): Answer {
  const at = contract.sshKeys.findIndex(({ id }) => id === Number(params.keyId));
  // 500 with a code (documented), where 404 would be the word.
  if (at < 0) return refusal(500, "delete_ssh_from_instance", "Error deleting SSH key from instance");
  contract.sshKeys.splice(at, 1);
  return ok({ success: true, msg: "SSH key removed from instance." });
}

/** A row of the list: epoch seconds with a fraction, and a field for a private key (recorded 2026-09-05). */
function row({ id, publicKey, createdAt }: AccountSshKey, account: Account, privateKey: string | null): object {
  return {
    id,
    user_id: 60_000 + account.number,
    default: null,
    public_key: publicKey,
    private_key: privateKey,
    created_at: createdAt / 1000,
    deleted_at: null,
  };
}

/** A row as create and update answer it: ISO time (documented). */
function documentedRow({ id, publicKey, createdAt }: AccountSshKey, account: Account): object {
  const created_at = new Date(createdAt).toISOString();
  return { id, user_id: 60_000 + account.number, public_key: publicKey, created_at, deleted_at: null };
}

function teamRefusal(isTeam: boolean): Answer | undefined {
  return isTeam
    ? refusal(400, "team_ssh_keys_not_supported", "SSH keys are not supported for team accounts.")
    : undefined;
}

/** A missing text, and an id that is none, are the same to Vast (documented). */
const noSshKey = refusal(400, "no_ssh_key", "No ssh key provided");
