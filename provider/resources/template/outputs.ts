import type { WireTemplate } from "../../api/templates.js";

/** What a template tells about itself besides its inputs. */
export interface TemplateFacts {
  /** Id of the template on Vast; stays for its life. */
  readonly templateId: number;
  /** What instances and workergroups name it by. Made from the content: every change gives another one. */
  readonly hashId: string;
  /** Vast's id of the account that made it. */
  readonly creatorId?: number;
  /** Whether Vast recommends it. */
  readonly isRecommended?: boolean;
  /** When it was made, ISO 8601 in UTC. */
  readonly createdAt?: string;
}

/** The facts of a row; null where it does not tell. Counters of use are left out: a refresh would show a change each time. */
export function templateFacts(row: WireTemplate): {
  readonly [Key in keyof TemplateFacts]-?: TemplateFacts[Key] | null;
} {
  return {
    templateId: row.id,
    hashId: row.hash_id,
    creatorId: row.creator_id ?? null,
    isRecommended: row.recommended ?? null,
    createdAt: typeof row.created_at === "number" ? new Date(Math.round(row.created_at) * 1000).toISOString() : null,
  };
}

/** The names of all facts, for the resource class. */
export const templateFactNames: readonly string[] = Object.keys(templateFacts({ id: 0, hash_id: "" } as WireTemplate));
