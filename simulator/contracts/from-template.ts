import { parseDockerFlags, splitWords } from "../../provider/api/docker-flags.js";
import type { AccountRequest } from "../http/route.js";
import { type TemplateContent, templateForRent } from "../template-shelf.js";
import type { Recipe } from "./contract.js";

/** What a template says about an instance, in the words of the rent. */
export interface TemplateWish extends Pick<Recipe, "args" | "env" | "onstart" | "template"> {
  readonly image: string;
  readonly runtype: string;
  readonly diskGb: number;
}

/** The template that a request names by hash or id: undefined when it names none, "unknown" when there is none to be seen. */
export function templateNamed(
  { state, account, now }: AccountRequest,
  named: { readonly template_hash_id?: string | null | undefined; readonly template_id?: number | null | undefined },
): TemplateWish | "unknown" | undefined {
  if (!named.template_hash_id && !named.template_id) return undefined;
  const wanted = { hashId: named.template_hash_id, id: named.template_id };
  const found = templateForRent(state, account.number, wanted);
  if (found === undefined) return "unknown";
  const { template, hashId, content } = found;
  template.countCreated += 1;
  template.lastUsedAt = now;
  return {
    template: { id: template.id, hashId, name: content.name ?? null },
    image: `${content.image}:${content.tag}`,
    args: content.args_str ? (splitWords(content.args_str) ?? [content.args_str]) : null,
    env: pairsOf(content),
    onstart: content.onstart || null,
    runtype: runtypeOf(content),
    diskGb: content.recommended_disk_space ?? 8,
  };
}

/** A template's variables with those of the request over them. */
export function mergedEnv(template: Recipe["env"], request: Readonly<Record<string, string>>): Recipe["env"] {
  return Object.entries({ ...Object.fromEntries(template), ...request });
}

/** Docker's words in Vast's pairs: variables by name, ports as flags with the value "1". */
function pairsOf({ env }: TemplateContent): Recipe["env"] {
  const flags = parseDockerFlags(env ?? "");
  return [...Object.entries(flags?.env ?? {}), ...(flags?.ports ?? []).map((port) => [`-p ${port}`, "1"] as const)];
}

function runtypeOf({ runtype, ssh_direct, jup_direct }: TemplateContent): string {
  if (runtype === "ssh") return ssh_direct ? "ssh_direct" : "ssh_proxy";
  if (runtype === "jupyter") return jup_direct ? "jupyter_direct" : "jupyter_proxy";
  return runtype ?? "args";
}
