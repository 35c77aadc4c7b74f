// An instance that exists as inputs, outputs and arguments of a resource: for `pulumi-vastai import`.
import type { Account } from "../../account/account.js";
import type { WireInstance } from "../../api/instance-row.js";
import { type Found, type ImportOptions, importRecord, ownedBecause } from "../../engine/import-record.js";
import type { Bag } from "../../engine/values.js";
import { checkInstance } from "./check.js";
import { describeInstance } from "./describe.js";
import { ANY_MARK, readLabel, tokenIn } from "./label.js";
import { freshOutputs } from "./read-back.js";
import { expiryOnVast, expiryText } from "./time-to-live/time-to-live.js";

/** The instances of an account for import. */
export const instanceImport = {
  find: async (account: Account, id: string, options: ImportOptions): Promise<Found | undefined> => {
    const row = /^\d+$/.test(id) ? await account.look(Number(id)) : undefined;
    return row && importInstance(row, options);
  },
  all: async (account: Account, options: ImportOptions): Promise<Found[]> =>
    (await account.contracts()).map((row) => importInstance(row, options)),
};

/** One instance for import. It keeps a mark that it has; one without a mark is left without, since an import changes nothing on Vast. */
function importInstance(row: WireInstance, { takeOver }: ImportOptions): Found {
  const id = String(row.id);
  const [mark = ""] = ANY_MARK.exec((row.label ?? "").trim()) ?? [];
  const token = tokenIn(row.label) ?? "";
  const { label } = readLabel(row.label, token);
  const refused = (why: "owned" | "unfit", because: string): Found => ({
    is: "refused",
    id,
    knownAs: label,
    why,
    because,
  });
  if (mark.endsWith(":pending")) {
    return refused(
      "owned",
      `Its label is ${mark.trim()}: a \`pulumi up\` is making it, or was cut off and takes it up when it runs again. ` +
        "Run that stack's `pulumi up`, or see `pulumi-vastai orphans`.",
    );
  }
  if (mark !== "" && !takeOver) {
    return refused(
      "owned",
      ownedBecause("instance", mark.trim(), "gets the mark of this stack by the next `pulumi up`"),
    );
  }
  if (typeof row.disk_space !== "number" || !row.image_uuid || (row.is_bid && typeof row.dph_base !== "number")) {
    return refused(
      "unfit",
      "Vast does not tell its image, disk or bid yet, and a wrong guess would replace it. Run this again in a few minutes.",
    );
  }
  const { args, secrets, notes } = describeInstance(row, row.disk_space, token);
  return importRecord(checkInstance, {
    id,
    knownAs: label,
    args: { ...args, label },
    nameInput: "label",
    ownerToken: token || undefined,
    outputs: {
      ...freshOutputs(row),
      // Update takes an instance without it for one whose create did not end.
      rentedDollarsPerHour: row.dph_total ?? null,
      ...expiresAt(row),
    },
    secrets: [...secrets, ["jupyterToken"], ["jupyterUrl"]],
    notes,
  });
}

function expiresAt(row: WireInstance): Bag {
  const expiry = expiryOnVast(row);
  return expiry === undefined ? {} : { expiresAt: expiryText(expiry) };
}
