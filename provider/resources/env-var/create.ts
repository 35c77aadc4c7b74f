import type { Account } from "../../account/account.js";
import { isUnknownOutcome } from "../../api/retry.js";
import type { Operation } from "../../engine/lifecycle.js";
import { ApiError, CancelledError } from "../../errors.js";
import { lookUntil } from "../../wait.js";
import type { EnvVarInputs } from "./inputs.js";
import { existsAlready, inWords, unknownOutcome, valueUnsure } from "./messages.js";

/** How often it is asked for in all, when answers are lost and the variable does not show. */
const MOST_TRIES = 3;
/** How long a variable may take to show after its answer was lost. */
const GRACE_MS = 30_000;
const LOOK_EVERY_MS = 5_000;

/**
 * Makes a variable. The names are read first: what is absent then and present after a lost answer is ours, whatever its value. Values
 * are masked, and a mark of ours would have to be a variable too, which every instance would get: so a variable that a killed run left
 * cannot be told from somebody else's, and is refused unless the program says `adopt`.
 */
export async function createEnvVar(account: Account, inputs: EnvVarInputs, operation: Operation): Promise<void> {
  const { name, value, onExisting } = inputs;
  const { client, clock } = account;
  const { signal } = operation;
  const isThere = async () =>
    (await account.envVarNames(signal)).some((each) => each.toUpperCase() === name) ? true : undefined;
  const overwrite = () =>
    client.secrets.update(name, value, signal).catch((error) => {
      throw inWords(error, name);
    });

  if (await isThere()) {
    if (onExisting === "refuse") throw existsAlready(name);
    return overwrite();
  }
  for (let tried = 1; ; tried += 1) {
    try {
      return await client.secrets.create(name, value, signal);
    } catch (error) {
      const exists = error instanceof ApiError && error.code === "existing_key";
      // On the first try somebody was faster; later it is our own, which came late.
      if (exists && tried === 1 && onExisting === "refuse") throw existsAlready(name);
      if (exists && tried === 1) return overwrite();
      if (!exists && !isUnknownOutcome(error)) throw inWords(error, name);
      if (!exists) {
        operation.progress("the answer was lost; looking whether the variable is there");
        const options = { everyMs: LOOK_EVERY_MS, deadline: clock.now() + GRACE_MS, signal };
        const found = await lookUntil(clock, isThere, options).catch((lookError) => {
          throw lookError instanceof CancelledError ? lookError : unknownOutcome(error, name);
        });
        if (!found && tried < MOST_TRIES) continue;
        if (!found) throw unknownOutcome(error, name);
      }
      // From here on it is in the account: whatever fails, the next run goes on with it.
      operation.exists(name, {});
      return await client.secrets.update(name, value, signal).catch((updateError) => {
        throw valueUnsure(inWords(updateError, name), name);
      });
    }
  }
}
