import { createHash } from "node:crypto";
import type { Contract } from "./contracts/contract.js";
import { type Answer, noSuchInstance, ok } from "./http/answers.js";
import type { AccountRequest, ApiRequest, Route } from "./http/route.js";
import { complaintAboutId, contractFor } from "./instances.js";

/** Containers' logs: asked for with a key, read without one behind the address that the answer names. */
export const logRoutes: readonly Route[] = [
  { method: "PUT", path: "/api/v0/instances/request_logs/{id}/", access: "instance", answer: answerRequest },
  { method: "GET", path: "/vast.ai/instance_logs/{file}/", access: "keyless", answer: answerLog },
];

function answerRequest(request: AccountRequest): Answer {
  const { id } = request.params;
  const complaint = complaintAboutId(id);
  if (complaint !== undefined) return complaint;
  const contract = contractFor(request, id);
  if (contract === undefined) return noSuchInstance(id ?? "");
  return ok({ success: true, result_url: `${request.state.origin}/vast.ai/instance_logs/${fileOf(contract)}` });
}

function answerLog({ state, params }: ApiRequest): Answer {
  const contract = [...state.contracts.values()].find((one) => fileOf(one) === params.file);
  if (contract === undefined) return { status: 403, body: "Access Denied", contentType: "text/plain" };
  return { status: 200, body: logOf(contract), contentType: "text/plain" };
}

/** Nobody guesses the name, which is all that keeps a log private. */
function fileOf(contract: Contract): string {
  return `${createHash("sha256").update(contract.keyDigest).digest("hex").slice(0, 32)}.log`;
}

function logOf(contract: Contract): string {
  const { actual } = contract.condition;
  // Until the container exists this is what stands there (recorded 2026-08-03).
  if (actual === null || actual === "loading" || actual === "created") {
    return `Error response from daemon: No such container: C.${contract.id}\n`;
  }
  return contract.log;
}
