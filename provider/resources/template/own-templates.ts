import type { Account } from "../../account/account.js";
import { gather } from "../../account/gather.js";
import type { WireTemplate } from "../../api/templates.js";
import { VastError } from "../../errors.js";

/** Looks at templates; those that come together share calls, of which Vast takes one in three seconds. */
export interface TemplateReader {
  /** The template as it is now, undefined when it does not exist for certain: absent from a list *and* by its id. */
  look(id: number, signal?: AbortSignal): Promise<WireTemplate | undefined>;
  /** The account's own templates; of more than Vast answers at once, those of this name. */
  own(name: string, signal?: AbortSignal): Promise<WireTemplate[]>;
  /** Vast's id of the account. */
  accountId(signal?: AbortSignal): Promise<number>;
}

const readers = new WeakMap<Account, TemplateReader>();

/** The one reader of an account. */
export function readerOf(account: Account): TemplateReader {
  const reader = readers.get(account) ?? createReader(account);
  readers.set(account, reader);
  return reader;
}

function createReader({ client, clock }: Account): TemplateReader {
  const byIds = gather<number, WireTemplate[]>(clock, (ids) => rowsWith({ id: { in: [...new Set(ids)] } }));
  const ofNames = gather<string, WireTemplate[]>(clock, async (names) => {
    const creator_id = { eq: await accountId() };
    const { rows, truncated } = await client.templates.search({ creator_id });
    // Public templates take part in the count, should the filter not be honoured.
    if (!truncated) return rows;
    return rowsWith({ creator_id, name: { in: [...new Set(names)] } });
  });
  let known: Promise<number> | undefined;

  async function rowsWith(filters: Record<string, Record<string, unknown>>): Promise<WireTemplate[]> {
    return (await client.templates.search(filters)).rows;
  }

  async function accountId(signal?: AbortSignal): Promise<number> {
    known ??= client.users.current(signal).then(({ id }) => {
      if (typeof id === "number") return id;
      throw new VastError(
        "no_user_id",
        "Vast did not tell the id of this account, so its templates cannot be told from others'. Run again.",
      );
    });
    return known.catch((error: unknown) => {
      known = undefined;
      throw error;
    });
  }

  return {
    accountId,
    look: async (id, signal) => {
      const isIt = (row: WireTemplate) => row.id === id && !isDeleted(row);
      const found = (await byIds(id, signal)).find(isIt);
      return found ?? (await rowsWith({ id: { eq: id } })).find(isIt);
    },
    own: async (name, signal) => {
      const me = await accountId(signal);
      return (await ofNames(name, signal)).filter((row) => row.creator_id === me && !isDeleted(row));
    },
  };
}

/** The record can outlive its deletion (vast-api.md §2.9). */
function isDeleted({ deleted_at: at }: WireTemplate): boolean {
  return typeof at === "number";
}
