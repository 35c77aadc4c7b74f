import { createHash } from "node:crypto";

/** What makes one resource of one stack unlike every other in the world. */
export interface Identity {
  /** Stands for the place of the state: `vastai:owner` if set, else the backend. */
  readonly owner: string;
  readonly organization: string;
  /** Pulumi URN: stack, project, parents, type and name. */
  readonly urn: string;
}

/**
 * The token that marks a resource's contracts on Vast: 12 hex digits, the same in every run of the same resource. Two
 * stacks, two backends or two resources never share one, so nobody adopts or destroys another's machine.
 */
export function ownerToken(identity: Identity): string {
  const text = JSON.stringify([identity.owner, identity.organization, identity.urn]);
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
