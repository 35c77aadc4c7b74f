import type { Given, Props } from "./asked.js";

/** What a rule has to say about one resource, or about a whole stack. */
export interface Case {
  readonly rule: string;
  readonly what: string;
  readonly settings?: Props;
  /** One resource before it is made, or the stack at the end. */
  readonly given: Given | readonly Given[];
  /** Nothing, the whole message, or that the SDK is to say that it is not known yet. */
  readonly says: "nothing" | "unknown" | string;
}

export const one = (props: Props): Given => ({ props });
export const machine = (props: Props, name = "trainer"): Given => ({ props, name });
export const volume = (props: Props): Given => ({ kind: "Volume", name: "data", props });
export const template = (props: Props): Given => ({ kind: "Template", name: "shape", props });
