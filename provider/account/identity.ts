import { createHash } from "node:crypto";

/** What makes one resource of one stack unlike every other in the world. */
export interface Identity {
  /** Stands for the place of the state: `vastai:owner` if set, else the backend's address. */
  readonly owner: string;
  /** The machine whose folder that is; empty where the place is the same for every machine. */
  readonly host: string;
  readonly organization: string;
  /** Pulumi URN: stack, project, parents, type and name. */
  readonly urn: string;
}

/** A token in a regular expression. One of 12 digits does not tell its stack. */
export const TOKEN = "[0-9a-f]{12}(?:[0-9a-f]{12})?";
const DIGITS = 12;

/**
 * The token that marks a resource's contracts on Vast: 12 hex digits for the stack and 12 for the resource, the same in every run of the same
 * resource. Two stacks, two backends or two resources never share one, so nobody adopts or destroys another's machine.
 */
export function ownerToken({ owner, host, organization, urn }: Identity): string {
  const [stack = ""] = /^urn:pulumi:.*?::.*?(?=::)/.exec(urn) ?? [];
  // Without the host: its name changes with the network, and that makes no other resource of this one.
  return digits([owner, host, organization, stack]) + digits([owner, organization, urn]);
}

/** The part of a token that all resources of a stack share; undefined when it does not tell. */
export function stackIn(token: string): string | undefined {
  return token.length > DIGITS ? token.slice(0, DIGITS) : undefined;
}

/** Whether two tokens are of one resource, whatever the machine that made them. */
export function isSameResource(one: string, other: string): boolean {
  return one.slice(-DIGITS) === other.slice(-DIGITS);
}

function digits(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, DIGITS);
}
