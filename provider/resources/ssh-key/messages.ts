import type { WireSshKey } from "../../api/ssh-keys.js";
import { ApiError, messageOf, VastError } from "../../errors.js";

/** An error of the SSH key routes in words; what needs none stays as it is. */
export function inWords(error: unknown): unknown {
  if (!(error instanceof ApiError) || !/team_ssh_keys_not_supported/.test(`${error.code} ${error.refusal.said}`))
    return error;
  return new VastError(
    "team_ssh_keys_not_supported",
    "The API key belongs to a team, and Vast keeps no SSH keys for teams. Nothing was added. Use the API key of a person's own account " +
      "(`vastai:apiKey`, or an explicit provider for this resource), or put the key into single instances.",
  );
}

/** The account has the key, and the program wants none that was there before. */
export function existsAlready({ id, createdAt }: WireSshKey): VastError {
  const since = createdAt === undefined ? "" : `, since ${createdAt}`;
  return new VastError(
    "existing_key",
    `The account has this key already, as SSH key ${id}${since}. Nothing was changed. Set \`onExisting\` to "adopt" to use it, ` +
      "or delete it in Vast's console first.",
  );
}

/** An earlier run was cut off after it had added a key, and the program says another one since. */
export function leftWithAnotherKey({ id, publicKey }: WireSshKey): VastError {
  return new VastError(
    "already_added",
    `The account has SSH key ${id} with this resource's mark and another key ("${publicKey.split(/\s+/).slice(2).join(" ")}"), which no state ` +
      "shown to this run has: an earlier run was cut off after adding it. Nothing was added or changed; that key opens every new instance of the account. " +
      `Delete it with \`vastai delete ssh-key ${id}\`, or say that key in the program once more, and run again.`,
  );
}

/** Nobody can say whether the key came into the account. */
export function unknownOutcome(error: unknown): VastError {
  return new VastError(
    "unknown_outcome",
    `${messageOf(error)} The key was looked for and did not show, so nothing is in the stack; keys cost nothing. Run \`pulumi up\` again: ` +
      "should it be in the account after all, it is found by the mark in its comment.",
  );
}

/** Somebody deleted it outside. */
export function goneOutside(id: string): VastError {
  return new VastError(
    "gone",
    `SSH key ${id} is not in the account any more: somebody deleted it. Nothing was changed. Run \`pulumi up --refresh\` to add it again.`,
  );
}
