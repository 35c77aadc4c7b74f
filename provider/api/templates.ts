import { z } from "zod";
import type { Endpoint, Send } from "./endpoint.js";
import { looseFlag, looseNumber, wireId, wireNumber } from "./wire-types.js";

/** A text of a template; absent and of another type both say nothing, while null and "" say that there is none. */
const told = z.string().nullish().catch(undefined);
const toldNumber = wireNumber.nullish().catch(undefined);

/** An object that comes as such or as its JSON text (recorded 2026-09-05: text). */
const jsonObject = z
  .preprocess(
    (value) => (typeof value === "string" ? parsed(value) : value),
    z.record(z.string(), z.unknown()).nullish(),
  )
  .optional()
  .catch(undefined);

function parsed(text: string): unknown {
  if (text.trim() === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * One template. Rows of the live service carry `docker_login_pass` (recorded 2026-09-05): a strict pick of known fields drops it before
 * anything can store or log it.
 */
export const WireTemplate = z.object({
  id: wireId,
  creator_id: looseNumber,
  /** Made from the content: another one after each edit (vast-api.md §2.9). */
  hash_id: z.string(),
  name: told,
  image: told,
  tag: told,
  /** Docker's words in one text. */
  env: told,
  onstart: told,
  runtype: told,
  args_str: told,
  ssh_direct: looseFlag,
  use_ssh: looseFlag,
  jup_direct: looseFlag,
  use_jupyter_lab: looseFlag,
  jupyter_dir: told,
  docker_login_repo: told,
  docker_login_user: told,
  extra_filters: jsonObject,
  recommended_disk_space: toldNumber,
  desc: told,
  readme: told,
  readme_visible: looseFlag,
  href: told,
  repo: told,
  private: looseFlag,
  volume_info: jsonObject,
  created_at: looseNumber,
  deleted_at: looseNumber,
  recent_create_date: looseNumber,
  count_created: looseNumber,
  recommended: looseFlag,
});
export type WireTemplate = z.infer<typeof WireTemplate>;

/** A whole template in Vast's words, as create and update take it. `docker_login_pass` is secret. */
export interface TemplateDocument {
  readonly name: string;
  readonly image: string;
  readonly tag: string;
  readonly env: string;
  readonly onstart: string;
  readonly runtype: "ssh" | "jupyter" | "args";
  readonly args_str: string;
  readonly use_ssh: boolean;
  readonly ssh_direct: boolean;
  readonly jup_direct: boolean;
  readonly use_jupyter_lab: boolean;
  readonly jupyter_dir: string | null;
  readonly docker_login_repo: string;
  readonly docker_login_user: string;
  readonly docker_login_pass: string;
  readonly extra_filters: Readonly<Record<string, unknown>>;
  readonly recommended_disk_space: number;
  readonly desc: string;
  readonly readme: string;
  readonly readme_visible: boolean;
  /** The server fills in an empty one from the image. */
  readonly href: string;
  readonly repo: string;
  readonly private: boolean;
  readonly volume_info: Readonly<Record<string, unknown>> | null;
}

/** `{ id: { eq: 7 } }` in Vast's columns. */
export type TemplateFilters = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Vast answers at most this many rows, other people's public templates among them (vast-api.md §2.9). */
const MOST_TEMPLATE_ROWS = 2048;

const SearchAnswer = z.looseObject({ templates: z.array(WireTemplate), templates_found: looseNumber });
const EditAnswer = z.object({ success: z.literal(true), template: z.object({ id: wireId, hash_id: z.string() }) });
const Deleted = z.looseObject({ success: z.literal(true) });

// Only the search's interval is documented; the writes are taken to bear no more.
const PACE = { minIntervalSeconds: 3 } as const;

export const templateEndpoints = {
  search: { method: "GET", path: "/api/v0/template/", effect: "read", ...PACE, answer: SearchAnswer },
  // The same content answers the template that exists already, so a repetition makes no second one (vast-api.md §1.6).
  create: { method: "POST", path: "/api/v0/template/", effect: "idempotent", ...PACE, answer: EditAnswer },
  // The newest official client (1.9.1) edits by this route only and says that it needs id and hash; the documentation still describes the same
  // body without the id at v0. Repeated after a lost answer it is refused, since the hash is another by then: the caller looks again.
  update: { method: "PUT", path: "/api/v1/template/", effect: "idempotent", ...PACE, answer: EditAnswer },
  delete: { method: "DELETE", path: "/api/v0/template/", effect: "idempotent", ...PACE, answer: Deleted },
} satisfies Record<string, Endpoint>;

/** Id and present hash of a template. */
export interface TemplateKey {
  readonly id: number;
  readonly hashId: string;
}

/** Calls about templates. */
export function templatesApi(send: Send) {
  return {
    /**
     * The account's own and all public templates that pass the filters. `truncated` when there may be more than Vast answers. Filters are not
     * always honoured (`hash_id` was not, vast-api.md §4 no. 16), so callers check every row again.
     */
    search: async (
      filters: TemplateFilters,
      signal?: AbortSignal,
    ): Promise<{ rows: WireTemplate[]; truncated: boolean }> => {
      const query = { select_cols: ["*"], select_filters: filters };
      const { templates, templates_found } = await send(templateEndpoints.search, { query, signal });
      const truncated = templates.length >= MOST_TEMPLATE_ROWS || (templates_found ?? 0) > templates.length;
      return { rows: templates, truncated };
    },

    /** Makes a template, or answers the account's one with exactly this content. */
    create: async (document: TemplateDocument, signal?: AbortSignal): Promise<TemplateKey> => {
      const { template } = await send(templateEndpoints.create, { body: document, signal });
      return { id: template.id, hashId: template.hash_id };
    },

    /** Gives a template other content; always the whole document. NotFoundError when the hash is not the present one. */
    update: async (
      { id, hashId }: TemplateKey,
      document: TemplateDocument,
      signal?: AbortSignal,
    ): Promise<TemplateKey> => {
      const body = { id, hash_id: hashId, ...document };
      const { template } = await send(templateEndpoints.update, { body, signal });
      return { id: template.id, hashId: template.hash_id };
    },

    /** Takes a template off the account; instances made from it are not touched. By id: the hash was refused live (vast-api.md §4 no. 13). */
    delete: async (id: number, signal?: AbortSignal): Promise<void> => {
      await send(templateEndpoints.delete, { body: { template_id: id }, signal });
    },
  };
}
export type TemplatesApi = ReturnType<typeof templatesApi>;
