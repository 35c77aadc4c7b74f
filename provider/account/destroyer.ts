import type { Client } from "../api/client.js";
import type { WireInstance } from "../api/instance-row.js";
import { DESTROY_BATCH_SIZE, instanceEndpoints } from "../api/instances.js";
import type { Clock } from "../clock.js";
import { ApiError, AuthError, VastError, WireFormatError } from "../errors.js";
import { gather } from "./gather.js";
import { pagesOf } from "./pages.js";

/** Ends a contract and returns when it is certainly gone. A contract that is gone already is success. */
export type Destroyer = (id: number, options: DestroyOptions) => Promise<void>;

export interface DestroyOptions {
  /** How long to look for the end, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * Until then, in milliseconds of the clock, a contract that answers "no such instance" may be too young to show. Default: it may
   * not be.
   */
  readonly tooYoungUntil?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Between two looks whether a destroyed contract is gone. Vast is near-immediate here. */
const CONFIRM_EVERY_MS = 3_000;
/** Sent again this often while a contract that was told to end still shows, or may not have been there yet: the answer may have lied. */
const REPEAT_AFTER_LOOKS = 4;

/** What a call said of one id: it ended; it was not there; or it was told to end with others, and whether it was there is not said. */
type Outcome = "ended" | "absent" | "told";

/** Looks whether an instance is there: undefined when it does not exist. */
type LookAt = (id: number, signal?: AbortSignal) => Promise<WireInstance | undefined>;

/** The two ways to see that a contract is gone. */
export interface DestroyLooks {
  /** By a list and by its id. */
  readonly look: LookAt;
  /**
   * By two lists, one of ids and one of everything: enough for those whose end the server has acknowledged, and a call for 25 of them, where
   * looks by id are two seconds apart.
   */
  readonly lookInLists: LookAt;
}

/** A destroyer whose calls that come together leave in batches of 64; a refused batch is sent one by one. */
export function createDestroyer(client: Client, clock: Clock, { look, lookInLists }: DestroyLooks): Destroyer {
  const send = gather<number, Map<number, PromiseSettledResult<Outcome>>>(clock, sendAll, {
    spacingMs: instanceEndpoints.destroyMany.minIntervalSeconds * 1000,
  });

  async function sendAll(ids: readonly number[]): Promise<Map<number, PromiseSettledResult<Outcome>>> {
    const outcomes = new Map<number, PromiseSettledResult<Outcome>>();
    for (const batch of pagesOf([...new Set(ids)], DESTROY_BATCH_SIZE)) {
      const results = await sendBatch(batch);
      for (const [j, id] of batch.entries()) outcomes.set(id, results[j] ?? { status: "fulfilled", value: "absent" });
    }
    return outcomes;
  }

  async function sendBatch(ids: readonly number[]): Promise<PromiseSettledResult<Outcome>[]> {
    if (ids.length > 1) {
      try {
        await client.instances.destroyMany(ids);
        return ids.map(() => ({ status: "fulfilled", value: "told" }));
      } catch (error) {
        // The bulk route is undocumented, and one id that is gone may fail all: a refusal has a second way.
        const hasSecondWay =
          (error instanceof ApiError && !(error instanceof AuthError)) || error instanceof WireFormatError;
        if (!hasSecondWay) return ids.map(() => ({ status: "rejected", reason: error }));
      }
    }
    return Promise.allSettled(ids.map((id) => client.instances.destroy(id)));
  }

  async function sendTogether(id: number, signal: AbortSignal | undefined): Promise<Outcome> {
    const outcome = (await send(id, signal)).get(id);
    if (outcome?.status === "rejected") throw outcome.reason;
    return outcome?.value ?? "absent";
  }

  return async (id, { timeoutMs, tooYoungUntil = 0, signal }) => {
    const deadline = clock.now() + timeoutMs;
    let outcome = await sendTogether(id, signal);
    /** A look has shown it since the last call. */
    let hasShown = false;
    for (let looks = 1; ; looks += 1) {
      // A look takes its time: it reads a list first, and by the id later.
      const isOldEnough = clock.now() >= tooYoungUntil;
      const row = await (outcome === "told" ? lookInLists : look)(id, signal);
      hasShown ||= row !== undefined;
      // In the first minute answers take turns in showing it.
      if (!row && (outcome === "ended" || (isOldEnough && !(outcome === "told" && hasShown)))) return;
      if (row && clock.now() >= deadline) throw stillThere(row, timeoutMs);
      await clock.sleep(CONFIRM_EVERY_MS, signal);
      // What the bulk route did not end, its own call may. It tells nothing new of one that the bulk route has ended, and is seconds apart.
      const isRepeated = looks % REPEAT_AFTER_LOOKS === 0 && (hasShown || outcome !== "told");
      if (!isRepeated) continue;
      const again = await client.instances.destroy(id, signal);
      if (outcome !== "ended") outcome = again;
      hasShown = false;
    }
  };
}

function stillThere(row: WireInstance, timeoutMs: number): VastError {
  return new VastError(
    "not_destroyed",
    `Instance ${row.id} was told to end but still exists after ${Math.round(timeoutMs / 1000)} s ` +
      `(status ${row.actual_status ?? "null"}). It stays in the stack and may be billed (${row.dph_total ?? "unknown"} $/h while running). ` +
      `Run the command again, or end it with \`vastai destroy instance ${row.id}\`.`,
  );
}
