import { isSameResource } from "../../../account/identity.js";
import type { Bag } from "../../../engine/values.js";
import { tokenOf } from "./left-behind.js";

/** Answers for checked inputs, and those in the state, which token the resource goes by. */
export type OwnTokens = (before: Bag, wanted: Bag) => string;

/**
 * The token of a resource in one run of the engine: the state's, as long as that is of the same resource, since another name of the machine
 * that runs the program changes nothing. That of another name or stack gives way to the program's: whoever gets the old name must find its token
 * free. When a resource is replaced, the engine asks once more as if it were new, and means the same one.
 */
export function createOwnTokens(): OwnTokens {
  const kept = new Map<string, string>();
  return (before, wanted) => {
    const [old, now] = [tokenOf(before), tokenOf(wanted)];
    if (old !== "" && isSameResource(old, now)) kept.set(now, old);
    return kept.get(now) ?? now;
  };
}
