import { isDeepStrictEqual } from "node:util";
import { parseDockerFlags, splitWords } from "../../api/docker-flags.js";
import { parsePort, portText } from "../../api/ports.js";
import type { WireTemplate } from "../../api/templates.js";
import type { Bag } from "../../engine/values.js";
import { filtersOf } from "./changes.js";
import { readDescription } from "./description-mark.js";
import type { TemplateInputs } from "./inputs.js";

/**
 * The inputs as they stand on Vast. `declared` are those of the program: what an answer leaves out says nothing, so they stay, and what the
 * server fills in by itself counts only where the program says it. Null says that there is none.
 */
export function observedInputs(row: WireTemplate, declared: Partial<TemplateInputs>, token: string): Bag {
  const { description, token: marked } = readDescription(row.desc);
  // Somebody else's mark is a part of the text: it is not ours to hide.
  const isOurs = marked !== undefined && (marked === token || token === "");
  return {
    ...declared,
    ...known({
      name: row.name,
      image: row.image && imageOf(row, row.image),
      recommendedDiskGb: row.recommended_disk_space,
    }),
    ...known({ readmeVisible: row.readme_visible, private: row.private }),
    ...(row.desc === undefined
      ? {}
      : { description: isOurs ? description : (row.desc ?? "").trim(), descriptionMark: isOurs }),
    ...emptied({ onstart: row.onstart, jupyterDir: row.jupyter_dir }),
    ...(row.readme === undefined ? {} : { readme: row.readme ?? "" }),
    ...(row.args_str === undefined ? {} : { args: argsOf(row.args_str) }),
    ...(row.env === undefined ? {} : environmentOf(row.env ?? "", declared)),
    ...runtypeOf(row, declared),
    ...(row.docker_login_repo === undefined ? {} : { imageLogin: loginOf(row, declared.imageLogin) }),
    ...(row.extra_filters === undefined ? {} : { offer: offerOf(row.extra_filters ?? {}, declared.offer) }),
    ...filledIn("href", row.href, declared),
    ...filledIn("repo", row.repo, declared),
    ...(row.volume_info === undefined ? {} : { volumeInfo: row.volume_info }),
  };
}

/** Without what the answer does not tell. */
function known(values: Bag): Bag {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null));
}

/** Vast says "" and null for the same. */
function emptied(values: Readonly<Record<string, string | null | undefined>>): Bag {
  const answered = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(answered.map(([key, value]) => [key, value || null]));
}

/** The server tells image and tag apart, and may give a tag to what is named by its digest, which has none. */
function imageOf({ tag }: WireTemplate, image: string): string {
  return tag && !image.includes("@") ? `${image}:${tag}` : image;
}

function argsOf(text: string | null): string[] | null {
  // What cannot be split is not what this provider wrote: shown as it stands, so that it is set right.
  return text ? (splitWords(text) ?? [text]) : null;
}

function environmentOf(text: string, declared: Partial<TemplateInputs>): Bag {
  const flags = parseDockerFlags(text);
  if (flags === undefined) return { env: {}, ports: [], dockerOptions: [text] };
  const ports = flags.ports.map((port) => {
    const parsed = parsePort(port);
    return parsed ? portText(parsed) : port;
  });
  // The order of ports means nothing.
  const asDeclared = isDeepStrictEqual([...ports].sort(), [...(declared.ports ?? [])].sort());
  return { env: flags.env, ports: asDeclared ? declared.ports : ports, dockerOptions: flags.others };
}

/** What runs beside the image, out of five columns; an unknown word says nothing. */
function runtypeOf(row: WireTemplate, declared: Partial<TemplateInputs>): Bag {
  const word = /^(ssh|jupyter|args)/.exec(row.runtype ?? "")?.[1];
  if (word === undefined) return {};
  const direct = word === "jupyter" ? row.jup_direct : row.ssh_direct;
  const lab = row.use_jupyter_lab ?? declared.runtype === "jupyterLab";
  return {
    runtype: word === "jupyter" && lab ? "jupyterLab" : word,
    // Without a login there is no connection to speak of.
    ...(word === "args" || typeof direct !== "boolean" ? {} : { connection: direct ? "direct" : "proxy" }),
  };
}

/** The login without its password, which stays what the program said. Null when there is none. */
function loginOf(row: WireTemplate, declared: TemplateInputs["imageLogin"]): Bag | null {
  const registry = row.docker_login_repo || undefined;
  const username = row.docker_login_user || undefined;
  if (registry === undefined && username === undefined) return null;
  return {
    ...declared,
    ...(registry !== undefined && { registry }),
    ...(username === undefined ? {} : { username }),
  };
}

/** The program's own words while they mean what Vast has; else Vast's. */
function offerOf(filters: Bag, declared: TemplateInputs["offer"]): unknown {
  if (isDeepStrictEqual(filters, filtersOf(declared))) return declared ?? null;
  return filters;
}

/** What the server makes of the image by itself counts only where the program says something else. */
function filledIn(key: "href" | "repo", value: string | null | undefined, declared: Partial<TemplateInputs>): Bag {
  if (declared[key] === undefined || value === undefined) return {};
  return { [key]: value || null };
}
