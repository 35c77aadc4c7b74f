// A template that exists as inputs, outputs and arguments of a resource: for `pulumi-vastai import`.
import type { Account } from "../../account/account.js";
import { parsePort, portArgument } from "../../api/ports.js";
import type { WireTemplate } from "../../api/templates.js";
import {
  type Found,
  type ImportOptions,
  importRecord,
  ownedBecause,
  secretsOfEnv,
  UNTOLD,
} from "../../engine/import-record.js";
import type { Bag } from "../../engine/values.js";
import { VastError } from "../../errors.js";
import { checkTemplate } from "./check.js";
import { readDescription } from "./description-mark.js";
import { offerInWords } from "./offer-words.js";
import { templateFacts } from "./outputs.js";
import { readerOf } from "./own-templates.js";
import { observedInputs } from "./read-back.js";

/** The templates that an account has made itself, for import. */
export const templateImport = {
  find: async (account: Account, id: string, options: ImportOptions): Promise<Found | undefined> => {
    const reader = readerOf(account);
    const row = /^\d+$/.test(id) ? await reader.look(Number(id)) : undefined;
    if (row === undefined || row.creator_id === (await reader.accountId())) return row && importTemplate(row, options);
    const because =
      "Another account made it, and only that one can change it. Read it with `Template.get`, or use its hash.";
    return { is: "refused", id, knownAs: row.name ?? "", why: "unfit", because };
  },

  all: async (account: Account, options: ImportOptions): Promise<Found[]> => {
    const me = await readerOf(account).accountId();
    const { rows, truncated } = await account.client.templates.search({ creator_id: { eq: me } });
    if (truncated) {
      throw new VastError(
        "too_many_templates",
        "Vast answers no more templates than these at once, and there are more, so some would be missed. Nothing was written. " +
          "Import them one by one: `pulumi-vastai import template ID`.",
      );
    }
    const own = rows.filter((row) => row.creator_id === me && typeof row.deleted_at !== "number");
    return own.map((row) => importTemplate(row, options));
  },
};

/** One template for import. It keeps a mark that it has, and is left without one that it lacks. */
function importTemplate(row: WireTemplate, { takeOver }: ImportOptions): Found {
  const id = String(row.id);
  const knownAs = row.name ?? "";
  const { token } = readDescription(row.desc);
  if (token !== undefined && !takeOver) {
    return { is: "refused", id, knownAs, why: "owned", because: ownedBecause("template", `pulumi:${token}`) };
  }
  const { offer: filters, imageLogin, ...observed } = observedInputs(row, {}, token ?? "");
  const { offer, unsaid } = offerInWords((filters ?? {}) as Bag);
  const login = loginOf(imageLogin as Bag | null | undefined);
  const given = Object.entries(observed).filter(([, value]) => value !== null);
  const env = (observed.env ?? {}) as Bag;
  return importRecord(checkTemplate, {
    id,
    knownAs,
    args: { ...Object.fromEntries(given), ports: portsOf(observed.ports), offer, imageLogin: login?.inputs },
    nameInput: "name",
    ownerToken: token,
    outputs: templateFacts(row),
    secrets: [...secretsOfEnv(env), ...(login?.untold ?? []).map((key) => ["imageLogin", key])],
    notes: [
      ...(token === undefined
        ? [
            "It carries no mark of this provider yet: take `descriptionMark: false` out, and the next `pulumi up` puts one into its description.",
          ]
        : []),
      ...(row.readme === undefined
        ? ["Vast does not tell its readme: the next change replaces it by the program's."]
        : []),
      ...(login
        ? ["Vast does not tell its whole registry login: the first `pulumi up` sets the one that the program says."]
        : []),
      ...(unsaid.length > 0
        ? [
            `It filters offers by ${unsaid.join(", ")} as well, for which there are no words here: the next change drops that.`,
          ]
        : []),
    ],
  });
}

function portsOf(ports: unknown): unknown {
  if (!Array.isArray(ports)) return undefined;
  return ports.map((text) => {
    const port = parsePort(String(text));
    return port ? portArgument(port) : text;
  });
}

/** The login with stand-ins for what Vast does not tell, which is at least the password. */
function loginOf(told: Bag | null | undefined): { inputs: Bag; untold: string[] } | undefined {
  if (!told) return undefined;
  const untold = ["username", "password"].filter((key) => told[key] === undefined);
  return {
    inputs: { ...told, ...Object.fromEntries(untold.map((key) => [key, UNTOLD])) },
    untold,
  };
}
