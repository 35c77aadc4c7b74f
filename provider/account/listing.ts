import type { Client } from "../api/client.js";
import type { CallArgs } from "../api/endpoint.js";
import type { WireInstance } from "../api/instance-row.js";
import { type InstanceListQuery, LIST_PAGE_SIZE } from "../api/instances.js";
import { ApiError, NotFoundError, VastError } from "../errors.js";
import { pagesOf } from "./pages.js";

/** A bound for accounts that never end: 400 pages are 10,000 instances. */
const MOST_PAGES = 400;

type OnTheWay = Pick<CallArgs, "onSend" | "onRetry">;

type Wanted = Pick<InstanceListQuery, "select_cols" | "select_filters" | "order_by">;

/** Reads instances of the account page by page. */
export interface Listing {
  /** Every instance that the filters let through. `on` follows each call on its way. */
  all(wanted: Wanted, signal?: AbortSignal, on?: OnTheWay): Promise<WireInstance[]>;
  /** The rows of these ids, in pages of 25; ids that do not exist are missing from the answer. */
  byIds(ids: readonly number[], signal?: AbortSignal): Promise<WireInstance[]>;
}

/** Lists by v1; falls back to the older v0 list for good when the server has no v1. */
export function createListing(client: Client): Listing {
  let serverHasV1 = true;

  async function pages(wanted: Wanted, signal: AbortSignal | undefined, on?: OnTheWay): Promise<WireInstance[]> {
    const rows: WireInstance[] = [];
    let token: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer = await client.instances.list({ ...wanted, ...(token ? { after_token: token } : {}) }, signal, on);
      rows.push(...answer.instances);
      const next = answer.next_token || undefined;
      if (next === undefined) return rows;
      if (next === token) break;
      token = next;
    }
    throw new VastError(
      "endless_list",
      `The list of instances did not end after ${rows.length} rows; nothing was changed.`,
    );
  }

  async function all(wanted: Wanted, signal?: AbortSignal, on?: OnTheWay): Promise<WireInstance[]> {
    if (!serverHasV1) return allByV0(signal);
    try {
      return await pages(wanted, signal, on);
    } catch (error) {
      if (!isMissingRoute(error)) throw error;
      serverHasV1 = false;
      return allByV0(signal);
    }
  }

  async function allByV0(signal: AbortSignal | undefined): Promise<WireInstance[]> {
    try {
      return (await client.instances.listV0(signal)).instances;
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "deprecated_endpoint") throw error;
      // A server that has retired v0 has v1: its 404 was a passing fault.
      serverHasV1 = true;
      throw new VastError(
        "no_list",
        "The list of instances cannot be read: GET /api/v1/instances/ was answered with a 404 that is not Vast's own, and " +
          "GET /api/v0/instances/ is retired. Nothing was changed. Check the API address (VAST_URL) and run the command again.",
      );
    }
  }

  return {
    all,
    byIds: async (ids, signal) => {
      const unique = [...new Set(ids)];
      const answers = await Promise.all(
        pagesOf(unique, LIST_PAGE_SIZE).map((page) => all({ select_filters: { id: { in: page } } }, signal)),
      );
      // The v0 list knows no filters.
      return answers.flat().filter((row) => unique.includes(row.id));
    },
  };
}

/** A 404 that is not in Vast's own form: the server does not know the route. */
function isMissingRoute(error: unknown): boolean {
  return (
    error instanceof ApiError && error.status === 404 && !(error instanceof NotFoundError) && error.code === "http_404"
  );
}
