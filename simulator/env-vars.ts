import { isRecord } from "./filters.js";
import { type Answer, ok, refusal } from "./http/answers.js";
import type { AccountRequest, Route } from "./http/route.js";

/** Limits of the pretend service; Vast's own numbers are not published. */
const LONGEST_NAME = 255;
const LONGEST_VALUE = 4096;

/** The account's environment variables, which Vast calls secrets. */
export const envVarRoutes: readonly Route[] = [
  { method: "GET", path: "/api/v0/secrets/", access: "account", answer: answerNames },
  { method: "POST", path: "/api/v0/secrets/", access: "account", answer: answerCreate },
  { method: "PUT", path: "/api/v0/secrets/", access: "account", answer: answerUpdate },
  { method: "DELETE", path: "/api/v0/secrets/", access: "account", answer: answerDelete },
];

/** Values are masked (documented). */
function answerNames({ account }: AccountRequest): Answer {
  const secrets = Object.fromEntries([...account.secrets.keys()].map((name) => [name, "*****"]));
  return ok({ success: true, secrets });
}

function answerCreate(request: AccountRequest): Answer {
  const given = readPair(request);
  if ("status" in given) return given;
  const { secrets } = request.account;
  const { mostEnvVars } = request.state.settings;
  if (secrets.has(given.key)) return refusal(400, "existing_key", `Environment variable ${given.key} already exists.`);
  if (secrets.size >= mostEnvVars) return refusal(400, "max_secrets", `At most ${mostEnvVars} variables are allowed.`);
  secrets.set(given.key, given.value);
  return ok({ success: true, msg: "Environment variable added successfully" });
}

function answerUpdate(request: AccountRequest): Answer {
  const given = readPair(request);
  if ("status" in given) return given;
  if (!request.account.secrets.has(given.key)) return nonexistentKey;
  request.account.secrets.set(given.key, given.value);
  return ok({ success: true, msg: "Environment variable updated successfully" });
}

/** The name stands in the body, also of a DELETE. */
function answerDelete({ account, body }: AccountRequest): Answer {
  if (!isRecord(body) || typeof body.key !== "string") return refusal(400, "missing_input", "'key' is required.");
  return account.secrets.delete(body.key.toUpperCase())
    ? ok({ success: true, msg: "Environment variable deleted successfully" })
    : nonexistentKey;
}

/** Name and value as they are kept: names in upper-case. Refusals repeat what was sent, as a careless service does. */
function readPair({ body, state }: AccountRequest): { key: string; value: string } | Answer {
  if (!isRecord(body) || typeof body.key !== "string" || typeof body.value !== "string") {
    return refusal(400, "missing_input", "Both 'key' and 'value' are required.");
  }
  const { value } = body;
  const key = body.key.toUpperCase();
  if (state.settings.blacklistedEnvVars.includes(key)) return refusal(403, "blacklisted", "User is blacklisted");
  if (key === "" || value === "") return refusal(400, "empty_input", "'key' and 'value' must not be empty.");
  if (key.length > LONGEST_NAME || value.length > LONGEST_VALUE)
    return refusal(400, "input_too_long", "Input too long.");
  if (!/^[A-Z_]\w*$/.test(key) || !/^[a-zA-Z0-9_\-.]+$/.test(value)) {
    return refusal(400, "invalid_characters", `Invalid characters in ${key}=${value}`);
  }
  return { key, value };
}

const nonexistentKey = refusal(400, "nonexistent_key", "Environment variable does not exist.");
