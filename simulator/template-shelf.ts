import { z } from "zod";
import { hexOf } from "./random.js";
import { nowOf, type State, takeTemplateId } from "./state.js";

const text = z.string().nullish();
const flag = z.boolean().nullish();

/** What can be said about a template; the official client sends every field, those that were not given as null. */
export const TemplateContent = z.object({
  name: text,
  image: text,
  tag: text,
  env: text,
  onstart: text,
  runtype: text,
  args_str: text,
  use_ssh: flag,
  ssh_direct: flag,
  jup_direct: flag,
  use_jupyter_lab: flag,
  jupyter_dir: text,
  docker_login_repo: text,
  docker_login_user: text,
  docker_login_pass: text,
  extra_filters: z.record(z.string(), z.unknown()).nullish(),
  // The official client sends it as text at times.
  recommended_disk_space: z.coerce.number().nullish(),
  desc: text,
  readme: text,
  readme_visible: flag,
  href: text,
  repo: text,
  private: flag,
  volume_info: z.record(z.string(), z.unknown()).nullish(),
});
export type TemplateContent = z.infer<typeof TemplateContent>;

/** One template. It stays for others when its maker deletes it: only the tie between the two goes. */
export interface Template {
  readonly id: number;
  /** Number of the account that made it; 0 for Vast itself. */
  readonly maker: number;
  /** The maker has not deleted it. */
  keptByMaker: boolean;
  content: TemplateContent;
  hashId: string;
  /** Milliseconds on the world's clock. */
  readonly createdAt: number;
  countCreated: number;
  lastUsedAt: number | null;
}

/** All templates of a world, and what each hash stood for: an edit leaves the old hash valid for those who use it. */
export interface Shelf {
  readonly templates: Map<number, Template>;
  readonly snapshots: Map<string, { readonly templateId: number; readonly content: TemplateContent }>;
}

/** Puts a template on the shelf, or finds the maker's one of exactly this content. */
export function makeTemplate(state: State, maker: number, given: TemplateContent): Template {
  const content = completed(given);
  const hashId = hashOf(content);
  const there = [...state.shelf.templates.values()].find((each) => each.hashId === hashId && each.maker === maker);
  if (there !== undefined) {
    there.keptByMaker = true;
    return there;
  }
  const template: Template = {
    id: takeTemplateId(state),
    maker,
    keptByMaker: true,
    content,
    hashId,
    createdAt: nowOf(state),
    countCreated: 0,
    lastUsedAt: null,
  };
  state.shelf.templates.set(template.id, template);
  state.shelf.snapshots.set(hashId, { templateId: template.id, content });
  return template;
}

/** A template that must exist. */
export function templateOf(state: State, id: number): Template {
  const template = state.shelf.templates.get(id);
  if (template === undefined) throw new Error(`There is no template ${id}.`);
  return template;
}

/** Gives a template other content, and so another hash. What is not given stays. */
export function editTemplate(state: State, template: Template, given: TemplateContent): void {
  const changes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  template.content = completed({ ...template.content, ...changes });
  template.hashId = hashOf(template.content);
  state.shelf.snapshots.set(template.hashId, { templateId: template.id, content: template.content });
}

/** Whether the account sees the template. */
export function isVisible({ maker, keptByMaker, content }: Template, account: number): boolean {
  return (maker === account && keptByMaker) || content.private === false;
}

/** The template that an instance is made from, its own before another's of the same hash; undefined where there is none to be seen. */
export function templateForRent(
  state: State,
  account: number,
  wanted: { readonly hashId?: string | null | undefined; readonly id?: number | null | undefined },
): { template: Template; hashId: string; content: TemplateContent } | undefined {
  const { templates, snapshots } = state.shelf;
  const seen = [...templates.values()].filter((each) => isVisible(each, account));
  const byId = seen.find(({ id }) => id === wanted.id);
  if (byId) return { template: byId, hashId: byId.hashId, content: byId.content };
  const snapshot = wanted.hashId ? snapshots.get(wanted.hashId) : undefined;
  if (!snapshot || !wanted.hashId) return undefined;
  const now = seen.filter(({ hashId }) => hashId === wanted.hashId);
  const template =
    now.find(({ maker }) => maker === account) ?? now[0] ?? seen.find(({ id }) => id === snapshot.templateId);
  return template && { template, hashId: wanted.hashId, content: snapshot.content };
}

/** The server tells image and tag apart, and makes links of the image. */
function completed(given: TemplateContent): TemplateContent {
  const [, bare = given.image ?? "", tag] = /^((?:.*\/)?[^/:@]+):([^/:]+)$/.exec(given.image ?? "") ?? [];
  const repo = bare.includes("/") ? bare : `library/${bare}`;
  return {
    ...given,
    image: bare,
    tag: tag ?? (given.tag || "latest"),
    repo: given.repo || repo,
    href: given.href || `https://hub.docker.com/r/${repo}/`,
    runtype: given.runtype ?? "args",
    recommended_disk_space: given.recommended_disk_space ?? 8,
    private: given.private ?? false,
  };
}

function hashOf(content: TemplateContent): string {
  const entries = Object.entries(content).filter(([, value]) => value !== null && value !== undefined);
  return hexOf(JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1))), 32);
}
