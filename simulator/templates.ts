import { compareValues, isFilter, isRecord, passes } from "./filters.js";
import { type Answer, ok, refusal } from "./http/answers.js";
import { jsonOf } from "./http/json.js";
import type { AccountRequest, Route } from "./http/route.js";
import { hexOf } from "./random.js";
import { editTemplate, isVisible, makeTemplate, type Template, TemplateContent } from "./template-shelf.js";
import { userId } from "./users.js";

/** The most rows of one answer, public templates among them. */
const MOST_ROWS = 2048;

/** Searching, making, editing and deleting templates. */
export const templateRoutes: readonly Route[] = [
  { method: "GET", path: "/api/v0/template/", access: "account", answer: answerSearch },
  { method: "POST", path: "/api/v0/template/", access: "account", answer: answerCreate },
  { method: "PUT", path: "/api/v0/template/", access: "account", answer: (request) => answerEdit(request, false) },
  { method: "PUT", path: "/api/v1/template/", access: "account", answer: (request) => answerEdit(request, true) },
  { method: "DELETE", path: "/api/v0/template/", access: "account", answer: answerDelete },
];

function answerSearch({ state, account, query }: AccountRequest): Answer {
  const filters = jsonOf(query.get("select_filters"));
  // The live service lets the error of its own language through.
  if (!isRecord(filters)) return refusal(400, "invalid_args", "AttributeError: 'str' object has no attribute 'items'");
  const unknown = Object.values(filters).find((filter) => !isFilter(filter));
  if (unknown !== undefined) return refusal(400, "invalid_args", `Invalid filter: ${JSON.stringify(unknown)}`);
  const columns = jsonOf(query.get("select_cols"));
  const order = query.get("order_by");

  const rows = [...state.shelf.templates.values()]
    .filter((template) => isVisible(template, account.number))
    .map(templateRow)
    .filter((row) =>
      Object.entries(filters).every(([column, filter]) => isFilter(filter) && passes(row[column], filter)),
    )
    .sort((a, b) => (order === null ? 0 : compareValues(a[order], b[order])));
  const wanted = Array.isArray(columns) && !columns.includes("*") ? columns.map(String) : undefined;
  const shown = rows.slice(0, MOST_ROWS).map((row) => {
    return wanted === undefined ? row : Object.fromEntries(wanted.map((column) => [column, row[column] ?? null]));
  });
  return ok({ success: true, templates_found: rows.length, templates: shown });
}

function answerCreate({ state, account, body }: AccountRequest): Answer {
  const content = contentOf(body);
  if ("status" in content) return content;
  if (!content.name) return refusal(400, "invalid_args", "Template name is required");
  if (!content.image) return refusal(400, "invalid_args", "Template image is required");
  const template = makeTemplate(state, account.number, content);
  return ok({
    success: true,
    msg: `Template Created Successfully! New Template ID: ${template.id}`,
    template: { id: template.id, hash_id: template.hashId, name: template.content.name },
  });
}

/** v0 takes the hash alone; v1 wants the id as well. */
function answerEdit({ state, account, body }: AccountRequest, wantsId: boolean): Answer {
  const content = contentOf(body);
  if ("status" in content) return content;
  const { id, hash_id } = body as Record<string, unknown>;
  if (typeof hash_id !== "string") return refusal(400, "invalid_args", "Template hash_id is required");
  if (wantsId && typeof id !== "number") return refusal(400, "invalid_args", "Template id is required");
  const template = [...state.shelf.templates.values()].find(
    (each) => isOwn(each, account.number) && each.hashId === hash_id && (!wantsId || each.id === id),
  );
  if (template === undefined) return refusal(404, "not_found", "Template not found");
  editTemplate(state, template, content);
  return ok({ success: true, template: { id: template.id, hash_id: template.hashId, name: template.content.name } });
}

/** By id only: the hash was refused live. */
function answerDelete({ state, account, body }: AccountRequest): Answer {
  const id = isRecord(body) ? body.template_id : undefined;
  const template = typeof id === "number" ? state.shelf.templates.get(id) : undefined;
  if (template === undefined || !isOwn(template, account.number)) {
    return refusal(404, "not_found", "Invalid Template ID or User ID");
  }
  template.keptByMaker = false;
  return ok({ success: true, msg: "Template deleted successfully" });
}

function contentOf(body: unknown): TemplateContent | Answer {
  const parsed = TemplateContent.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return refusal(
    400,
    "invalid_args",
    `Invalid args: ${issue?.path.join(".") || "body"}: ${issue?.message ?? "unreadable"}`,
  );
}

function isOwn({ maker, keptByMaker }: Template, account: number): boolean {
  return maker === account && keptByMaker;
}

/** Every field of the recorded rows, the password among them; clients have to drop it. There is no readme in them. */
function templateRow(template: Template): Record<string, unknown> {
  const { content } = template;
  return {
    id: template.id,
    creator_id: userId(template.keptByMaker ? template.maker : 0),
    args_str: content.args_str ?? null,
    command: null,
    default_tag: null,
    desc: content.desc ?? null,
    docker_login_repo: content.docker_login_repo ?? null,
    docker_login_user: content.docker_login_user ?? null,
    docker_login_pass: content.docker_login_pass ?? null,
    env: content.env ?? null,
    // Text, not an object (recorded 2026-09-05).
    extra_filters: JSON.stringify(content.extra_filters ?? {}),
    href: content.href,
    image: content.image,
    jupyter_dir: content.jupyter_dir ?? null,
    jup_direct: content.jup_direct ?? false,
    jupyter_tested: null,
    jupyterlab_tested: null,
    max_cuda: null,
    min_cuda: null,
    onstart: content.onstart ?? null,
    python_utf8: null,
    lang_utf8: null,
    repo: content.repo,
    runtype: content.runtype,
    ssh_direct: content.ssh_direct ?? false,
    tag: content.tag,
    use_jupyter_lab: content.use_jupyter_lab ?? false,
    use_ssh: content.use_ssh ?? false,
    hash_id: template.hashId,
    name: content.name,
    created_from: null,
    created_from_id: null,
    count_created: template.countCreated,
    desc_count: 0,
    recent_create_date: template.lastUsedAt === null ? null : template.lastUsedAt / 1000,
    created_at: template.createdAt / 1000,
    deleted_at: null,
    private: content.private,
    readme_visible: content.readme_visible ?? true,
    readme_hash: hexOf(content.readme ?? "", 32),
    recommended_disk_space: content.recommended_disk_space,
    recommended: template.maker === 0,
    cached: true,
    autoscaler: false,
    vm: false,
    sort_order: null,
    volume_info: content.volume_info ?? null,
  };
}
