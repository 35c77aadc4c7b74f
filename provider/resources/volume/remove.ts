import type { Account } from "../../account/account.js";
import type { WireVolume } from "../../api/volumes.js";
import type { Operation } from "../../engine/lifecycle.js";
import { ApiError, VastError } from "../../errors.js";

/** Vast frees a volume about half a minute after its instance went (vast-api.md §2.10). */
const AGAIN_AFTER_MS = 10_000;

/** What a removal may take. */
export interface RemoveOptions {
  readonly timeoutMs: number;
  /** Until then, in milliseconds of the clock, a volume that does not show may be too young to. */
  readonly tooYoungUntil: number;
}

/** Deletes a volume and returns when it is certainly gone; one that is gone already is success. */
export async function removeVolume(
  account: Account,
  id: number,
  { timeoutMs, tooYoungUntil }: RemoveOptions,
  operation: Pick<Operation, "signal" | "progress">,
): Promise<void> {
  const deadline = account.clock.now() + timeoutMs;
  const { signal } = operation;
  let ended = false;
  for (;;) {
    const outcome = await tryDelete(account, id, signal);
    ended ||= outcome === "ended";
    const isOldEnough = account.clock.now() >= tooYoungUntil;
    const row = (await account.volumes(signal)).find((volume) => volume.id === id);
    if (!row && (ended || isOldEnough)) return;
    if (outcome instanceof ApiError) await refuseWhileMounted(account, id, row, outcome, signal);
    if (account.clock.now() >= deadline) throw stillThere(id, row, timeoutMs, outcome);
    operation.progress(`waiting until Vast lets volume ${id} go`);
    await account.clock.sleep(AGAIN_AFTER_MS, signal);
  }
}

/** A refusal with 400 is what a volume in use answers; its words are not known, so the instances decide what it means. */
async function tryDelete(account: Account, id: number, signal: AbortSignal): Promise<"ended" | "absent" | ApiError> {
  try {
    return await account.client.volumes.delete(id, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 400) return error;
    throw error;
  }
}

/** Throws when an instance that exists has it: waiting would not help. One that was destroyed just now may still be named. */
async function refuseWhileMounted(
  account: Account,
  id: number,
  row: WireVolume | undefined,
  refusal: ApiError,
  signal: AbortSignal,
): Promise<void> {
  const looks = (row?.instances ?? []).map((instanceId) => account.look(instanceId, signal));
  const living = (await Promise.all(looks)).flatMap((instance) => instance?.id ?? []);
  if (living.length === 0) return;
  throw new VastError(
    "volume_in_use",
    `Volume ${id} was not deleted: ${living.length === 1 ? "instance" : "instances"} ${living.join(", ")} still ${living.length === 1 ? "has" : "have"} it mounted ` +
      `("${refusal.refusal.said}"). It stays in the stack and is billed (${row?.storage_total_cost ?? "unknown"} $/h). ` +
      `Destroy ${living.map((each) => `\`vastai destroy instance ${each}\``).join(", ")} or take it out of the program, then run again.`,
  );
}

function stillThere(id: number, row: WireVolume | undefined, timeoutMs: number, outcome: unknown): VastError {
  const said = outcome instanceof ApiError ? ` ("${outcome.refusal.said}")` : "";
  return new VastError(
    "not_deleted",
    `Volume ${id} was told to go but still exists after ${Math.round(timeoutMs / 1000)} s (status ${row?.status ?? "unknown"})${said}. ` +
      `It stays in the stack and may be billed (${row?.storage_total_cost ?? "unknown"} $/h). Run the command again (\`timeouts.deleteMinutes\` says how long), ` +
      `or end it with \`vastai delete volume ${id}\`.`,
  );
}
