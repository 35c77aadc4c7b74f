import type { Account } from "../../account/account.js";
import type { TemplateKey } from "../../api/templates.js";
import { defineLifecycle, type Operation } from "../../engine/lifecycle.js";
import type { Bag } from "../../engine/values.js";
import { NotFoundError, VastError } from "../../errors.js";
import { type Runtime, thisProcess } from "../../runtime.js";
import { onChange, same } from "./changes.js";
import { checkTemplate } from "./check.js";
import { claimTemplate, createTemplate, factsNow, type IdsInState, refuseUnmarkedTwin } from "./create.js";
import { toDocument } from "./document.js";
import type { TemplateInputs } from "./inputs.js";
import { templateFacts } from "./outputs.js";
import { readerOf } from "./own-templates.js";
import { observedInputs } from "./read-back.js";

/** The lifecycle of a template on Vast. Deleting or editing one says nothing about the instances that were made of it. */
export function templateLifecycle(runtime: Runtime = thisProcess) {
  const idsInState: IdsInState = new Set();

  return defineLifecycle<TemplateInputs>(
    {
      name: "Template",
      isFree: true,
      check: checkTemplate,
      onChange,
      same,
      kept: ["ownerToken"],
      shown: (id, outputs) => {
        idsInState.add(templateIdOf(id, outputs));
      },

      create: (inputs, operation) =>
        createTemplate({ account: runtime.accountOf(operation), idsInState, inputs, operation }),

      read: async (id, before, operation) => {
        const row = await readerOf(runtime.accountOf(operation)).look(templateIdOf(id, before), operation.signal);
        // Only create writes templateId: without it the program asked for a template by its id, which may be anybody's.
        if (before.templateId === undefined) {
          if (!row) throw noSuchTemplate(id);
          return { ...observedInputs(row, { href: "", repo: "" }, ""), ...templateFacts(row) };
        }
        if (!row || isOthers(row.creator_id, before.creatorId)) return undefined;
        const token = typeof before.ownerToken === "string" ? before.ownerToken : "";
        return { ...before, ...observedInputs(row, before as Partial<TemplateInputs>, token), ...templateFacts(row) };
      },

      update: async (id, before, wanted, operation) => {
        const account = runtime.accountOf(operation);
        const known = templateIdOf(id, before);
        await refuseUnmarkedTwin({ account, idsInState, inputs: wanted, operation }, known);
        const edited = await edit(account, known, before, wanted, operation);
        // Documented to stay. Should an edit make a new version under a new id, that is the template from now on.
        if (edited.id !== known) claimTemplate(idsInState, edited.id, wanted.name);
        operation.exists(id, { templateId: edited.id, hashId: edited.hashId });
        return factsNow(account, edited, operation);
      },

      delete: async (id, before, operation) => {
        const { client } = runtime.accountOf(operation);
        const templateId = templateIdOf(id, before);
        try {
          await client.templates.delete(templateId, operation.signal);
        } catch (error) {
          if (!(error instanceof NotFoundError)) throw error;
        }
        idsInState.delete(templateId);
      },
    },
    runtime.context,
  );
}

/** What Pulumi's dynamic host loads. */
export const provider = templateLifecycle();

/** Sends the whole content. The hash is another after every edit, also after one whose answer was lost: then it is read anew, once. */
async function edit(
  account: Account,
  id: number,
  before: Bag,
  wanted: TemplateInputs,
  operation: Operation,
): Promise<TemplateKey> {
  const { templates } = account.client;
  const document = toDocument(wanted);
  try {
    const { hashId } = before;
    if (typeof hashId === "string") return await templates.update({ id, hashId }, document, operation.signal);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
  }
  const row = await readerOf(account).look(id, operation.signal);
  if (!row || isOthers(row.creator_id, before.creatorId)) {
    throw new VastError(
      "no_such_template",
      `Template ${id} does not exist any more: it was deleted outside of Pulumi. Nothing was changed. Run \`pulumi up --refresh\` to make it anew.`,
    );
  }
  return templates.update({ id, hashId: row.hash_id }, document, operation.signal);
}

/** The id on Vast, which is the resource's id unless an edit gave it another. */
function templateIdOf(id: string, outputs: Bag): number {
  return typeof outputs.templateId === "number" ? outputs.templateId : Number(id);
}

function noSuchTemplate(id: string): VastError {
  return new VastError(
    "no_such_template",
    `There is no template ${id} that this account can see. Nothing was changed. Correct the id.`,
  );
}

/** The record outlives its deletion; then it is somebody else's, or nobody's (vast-api.md §2.9). */
function isOthers(creator: number | null | undefined, before: unknown): boolean {
  return typeof creator === "number" && typeof before === "number" && creator !== before;
}
