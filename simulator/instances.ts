import { contractsOf, creditOf } from "./accounts.js";
import type { Contract } from "./contracts/contract.js";
import { destroy, start, stop } from "./contracts/life.js";
import { instanceRow } from "./contracts/row.js";
import { isRecord } from "./filters.js";
import { type Answer, noSuchInstance, ok, refusal } from "./http/answers.js";
import type { AccountRequest, Route } from "./http/route.js";

const LONGEST_LABEL = 1024;

/** Showing, starting, stopping, labelling and destroying instances. */
export const instanceRoutes: readonly Route[] = [
  { method: "GET", path: "/api/v0/instances/{id}/", access: "instance", answer: answerShow },
  { method: "PUT", path: "/api/v0/instances/{id}/", access: "instance", answer: answerManage },
  { method: "PUT", path: "/api/v0/instances/", access: "account", answer: answerManageMany },
  { method: "DELETE", path: "/api/v0/instances/{id}/", access: "instance", answer: answerDestroy },
  { method: "DELETE", path: "/api/v0/instances/", access: "account", answer: answerDestroyMany },
];

/** The living contract that the request may touch; undefined for one that is gone, unknown or somebody else's. */
export function contractFor({ state, account, ownInstance }: AccountRequest, id: unknown): Contract | undefined {
  const contract = state.contracts.get(Number(id));
  const mine = contract?.account === account.number && contract.destroyedAt === null;
  return mine && (ownInstance === undefined || ownInstance === contract) ? contract : undefined;
}

/** The refusal for an id that is no number. */
export function complaintAboutId(id: unknown): Answer | undefined {
  return /^\d+$/.test(String(id))
    ? undefined
    : refusal(400, "invalid_args", `error 400/1782: Invalid args: id: ${String(id)}`);
}

function answerShow(request: AccountRequest): Answer {
  const { id } = request.params;
  const contract = contractFor(request, id);
  const complaint = complaintAboutId(id);
  if (complaint !== undefined) return complaint;
  if (contract === undefined) return ok({ instances: null });
  if (contract.readsAsNullLeft > 0) {
    contract.readsAsNullLeft -= 1;
    return ok({ instances: null });
  }
  return ok({ instances: instanceRow(request.state, contract, request.now) });
}

function answerManage(request: AccountRequest): Answer {
  const { id } = request.params;
  const complaint = complaintAboutId(id);
  if (complaint !== undefined) return complaint;
  const contract = contractFor(request, id);
  if (contract === undefined) return noSuchInstance(id ?? "");
  if (!isRecord(request.body)) return invalidJson;
  const { label, state } = request.body;
  if (label === undefined && state === undefined) return invalidState;
  if (label !== undefined) {
    if (label !== null && typeof label !== "string") return refusal(400, "invalid_args", "Invalid args: label");
    if ((label?.length ?? 0) > LONGEST_LABEL) return refusal(400, "label_too_long", `len(label) > ${LONGEST_LABEL}`);
    contract.label = label || null;
    if (state === undefined) return ok({ success: true, msg: `label for ${id} set to '${label ?? ""}'` });
  }
  return setState(request, [contract], state);
}

function answerManageMany(request: AccountRequest): Answer {
  if (!isRecord(request.body) || !Array.isArray(request.body.ids)) return invalidJson;
  const contracts = request.body.ids.flatMap((id: unknown) => contractFor(request, id) ?? []);
  if (contracts.length === 0) return noSuchInstance(request.body.ids.join(", "));
  return setState(request, contracts, request.body.state);
}

function setState({ state, account, now }: AccountRequest, contracts: readonly Contract[], wanted: unknown): Answer {
  if (wanted === "stopped") {
    for (const contract of contracts) stop(state, contract, now);
    return ok({ success: true });
  }
  if (wanted !== "running") return invalidState;
  if (creditOf(state, account, now) <= 0) return refusal(400, "missing_billing", "Your account lacks credit");
  const outcomes = contracts.map((contract) => start(state, contract, now));
  return outcomes.includes("queued") ? queued : ok({ success: true });
}

function answerDestroy(request: AccountRequest): Answer {
  const { id } = request.params;
  const complaint = complaintAboutId(id);
  if (complaint !== undefined) return complaint;
  const contract = contractFor(request, id);
  if (contract === undefined) return noSuchInstance(id ?? "");
  destroy(request.state, contract, request.now);
  return ok({ success: true });
}

function answerDestroyMany(request: AccountRequest): Answer {
  if (!isRecord(request.body) || !Array.isArray(request.body.instance_ids)) return invalidJson;
  const wanted = new Set(request.body.instance_ids.map(Number));
  const contracts = contractsOf(request.state, request.account.number).filter(
    ({ id, destroyedAt }) => wanted.has(id) && destroyedAt === null,
  );
  if (contracts.length === 0) return noSuchInstance([...wanted].join(", "));
  for (const contract of contracts) destroy(request.state, contract, request.now);
  return ok({ success: true });
}

/** HTTP 200, and the start stays queued (recorded 2026-07-29). */
const queued = ok({
  success: false,
  error: "resources_unavailable",
  msg: "Required resources are currently unavailable, state change queued.",
});

const invalidState = refusal(400, "invalid_args", "Invalid args: state has to be running or stopped");

/** The body was no JSON, or not the object that the route wants. */
export const invalidJson = refusal(400, "invalid_args", "error 400/1782: Invalid args: invalid json: {}");
