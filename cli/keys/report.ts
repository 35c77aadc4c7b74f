import { type ApiKeyRequest, apiKeyEndpoints } from "../../provider/api/api-keys.js";
import { wrap } from "../text.js";

/** What is sent, as a person reads it: the permissions, and three ways to make the key. */
export function planText(request: ApiKeyRequest, about: string, apiUrl: string, columns: number | undefined): string {
  const { method, path } = apiKeyEndpoints.create;
  const { name, permissions } = request;
  return `${wrap(about, columns).join("\n")}

${JSON.stringify(permissions)}

This command makes it, with a key of yours in VAST_API_KEY that has user_write, and
prints it once: add --create.

With curl:
  curl -sS -X ${method} ${apiUrl}${path} \\
    -H "Authorization: Bearer $VAST_API_KEY" -H "Content-Type: application/json" \\
    -d ${quoted(JSON.stringify(request))}

With Vast's own client:
  echo ${quoted(JSON.stringify(permissions))} > permissions.json
  vastai create api-key --name ${quoted(name)} --permission_file permissions.json
`;
}

/** A text as one word of a shell. */
function quoted(text: string): string {
  return /^[\w.:/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
