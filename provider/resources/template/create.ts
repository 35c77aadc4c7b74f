import type { Account } from "../../account/account.js";
import type { TemplateKey, WireTemplate } from "../../api/templates.js";
import { TAKEN_UP } from "../../engine/entries.js";
import type { Operation } from "../../engine/lifecycle.js";
import { entriesWith } from "../../engine/stack-state.js";
import type { Bag } from "../../engine/values.js";
import { NotFoundError, VastError } from "../../errors.js";
import { isAsWanted } from "./changes.js";
import { readDescription } from "./description-mark.js";
import { toDocument } from "./document.js";
import type { TemplateInputs } from "./inputs.js";
import { templateFacts } from "./outputs.js";
import { readerOf } from "./own-templates.js";
import { observedInputs } from "./read-back.js";

/** Ids of templates that the engine has shown this process, and of those made in it: no second resource may have one of them. */
export type IdsInState = Set<number>;

interface Making {
  readonly account: Account;
  readonly idsInState: IdsInState;
  readonly inputs: TemplateInputs;
  readonly operation: Operation;
}

/**
 * Makes a template. Vast answers the existing one to equal content, so what is there is looked at first: what a cut-off create of this
 * resource left is taken up, and another resource's or a hand-made template is never shared unnoticed.
 */
export async function createTemplate(making: Making): Promise<{ id: string; outputs: Bag }> {
  const { account, inputs, operation } = making;
  if (inputs.adoptTemplateId !== undefined) return adopt(making, inputs.adoptTemplateId);
  const left = await findLeftOver(making);
  const takenUp = left && (await takeUp(making, left));
  const key = takenUp ?? (await account.client.templates.create(toDocument(inputs), operation.signal));
  // Two unmarked creates of one run can both have found nothing.
  claimTemplate(making.idsInState, key.id, inputs.name);
  const mark = takenUp ? { [TAKEN_UP]: new Date(account.clock.now()).toISOString() } : {};
  operation.exists(String(key.id), { templateId: key.id, hashId: key.hashId, ...mark });
  return { id: String(key.id), outputs: { ...(await factsNow(account, key, operation)), ...mark } };
}

/** Facts of a template just made or edited. The lists may be behind; then the answer of the edit is all that is known. */
export async function factsNow(account: Account, key: TemplateKey, operation: Operation): Promise<Bag> {
  const row = await readerOf(account).look(key.id, operation.signal);
  return { ...(row && templateFacts(row)), templateId: key.id, hashId: key.hashId };
}

/** Takes note of a template; refuses one that another resource of the stack has. */
export function claimTemplate(idsInState: IdsInState, id: number, name: string): void {
  if (idsInState.has(id)) throw sharedInStack(id, name);
  idsInState.add(id);
}

/** What an earlier create of this very resource made and could not report. Throws when making one would share another's. */
async function findLeftOver({ account, idsInState, inputs, operation }: Making): Promise<WireTemplate | undefined> {
  const token = inputs.ownerToken ?? "";
  const own = await readerOf(account).own(inputs.name, operation.signal);
  const isEqual = (row: WireTemplate) => isAsWanted(observedInputs(row, inputs, token), inputs);
  const marked = own.filter(
    (row) => token !== "" && !idsInState.has(row.id) && readDescription(row.desc).token === token,
  );
  const different = marked.filter((row) => !isEqual(row));
  // What `--replace` is to replace has not been shown to this create.
  const standing = await entriesWith(new Set(different.map(({ id }) => id)), "Template", operation.readState);
  const strangers = different.filter((row) => !standing?.some(({ id }) => Number(id) === row.id));
  if (strangers.length > 0) throw refuseBeside(strangers);
  if (inputs.descriptionMark && token !== "") return marked.find(isEqual);
  refuseShared(own.filter(isEqual), idsInState, inputs.name);
  return undefined;
}

/** Throws when content without a mark would be that of another template of the account. `ownId` is the one that gets the content. */
export async function refuseUnmarkedTwin(
  { account, idsInState, inputs, operation }: Making,
  ownId: number,
): Promise<void> {
  const token = inputs.ownerToken ?? "";
  if (inputs.descriptionMark && token !== "") return;
  const own = await readerOf(account).own(inputs.name, operation.signal);
  const twins = own.filter((row) => row.id !== ownId && isAsWanted(observedInputs(row, inputs, token), inputs));
  refuseShared(twins, idsInState, inputs.name);
}

function refuseShared([twin]: readonly WireTemplate[], idsInState: IdsInState, name: string): void {
  if (twin) throw idsInState.has(twin.id) ? sharedInStack(twin.id, name) : refuseEqual(twin);
}

/** Writes the whole content over what was left, since not all of it can be compared; undefined when it is no longer the account's. */
async function takeUp({ account, inputs, operation }: Making, row: WireTemplate): Promise<TemplateKey | undefined> {
  operation.warn(`Taking up template ${row.id}, which an earlier run made for this resource.`);
  try {
    const key = { id: row.id, hashId: row.hash_id };
    return await account.client.templates.update(key, toDocument(inputs), operation.signal);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

async function adopt(
  { account, idsInState, inputs, operation }: Making,
  id: number,
): Promise<{ id: string; outputs: Bag }> {
  if (idsInState.has(id)) {
    throw new VastError(
      "adopt_in_state",
      `adoptTemplateId is ${id}, which is in this stack already: two resources would change one template. Nothing was changed. ` +
        "Take `adoptTemplateId` out of the program.",
    );
  }
  const reader = readerOf(account);
  const row = await reader.look(id, operation.signal);
  const me = await reader.accountId(operation.signal);
  if (!row || row.creator_id !== me) {
    throw new VastError(
      "no_such_template",
      `adoptTemplateId is ${id}, and there is no such template of this account. Nothing was made. Correct the id, or leave it out to make one.`,
    );
  }
  const token = inputs.ownerToken ?? "";
  const { token: marked } = readDescription(row.desc);
  if (marked !== undefined && marked !== token) {
    operation.warn(
      `Template ${id} has the mark of another resource (pulumi:${marked}). If that one is still in use, both will change it: take it out of there.`,
    );
  }
  claimTemplate(idsInState, id, inputs.name);
  const facts = { ...templateFacts(row), [TAKEN_UP]: new Date(account.clock.now()).toISOString() };
  operation.exists(String(id), facts);
  // What differs from the program shows in the next preview instead of being overwritten unasked.
  return { id: String(id), outputs: { ...observedInputs(row, inputs, token), ...facts } };
}

function refuseBeside(rows: readonly WireTemplate[]): VastError {
  const list = rows.map(({ id, name }) => `${id} ("${name ?? ""}")`).join(", ");
  const id = rows[0]?.id;
  return new VastError(
    "already_made",
    `Vast has a template with this resource's mark and other content, which no state shown to this run has: ${list}. It may be a copy made by ` +
      "hand, so nothing was changed and nothing was made. " +
      `Set \`adoptTemplateId: ${id}\` to take it over, or delete it with \`vastai delete template --template-id ${id}\`, and run again.`,
  );
}

function refuseEqual({ id, name }: WireTemplate): VastError {
  return new VastError(
    "already_made",
    `This account has a template of exactly this content, ${id} ("${name ?? ""}"), and Vast keeps equal templates only once: making it would mean ` +
      "that one, and deleting it would delete that one. Nothing was made or changed. " +
      `Set \`adoptTemplateId: ${id}\` to take it over, or leave \`descriptionMark: false\` out, which makes the content this resource's own.`,
  );
}

function sharedInStack(id: number, name: string): VastError {
  return new VastError(
    "shared_template",
    `The content of "${name}" is that of template ${id}, which is in this stack already, and Vast keeps equal templates only once. Nothing was ` +
      "made or changed: both resources would have been one template. Use the other one's `hashId`, leave `descriptionMark: false` out, or give it another name.",
  );
}
