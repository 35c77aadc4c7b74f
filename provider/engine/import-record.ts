import { isDeepStrictEqual } from "node:util";
import { type Noun, stored } from "./lifecycle.js";
import { soundsSecret } from "./secret-names.js";
import { type Bag, toWire } from "./values.js";

/** What the person who imports allows. */
export interface ImportOptions {
  /** Also things that carry the mark of a stack, which must not exist any more. */
  readonly takeOver: boolean;
}

/** Stands for a secret that Vast does not tell. The program's value differs from it, so the first `pulumi up` writes that one. */
export const UNTOLD = "not-told-by-Vast";

/** What one thing on Vast is, in the words of its noun. */
export interface ThingOnVast {
  /** The id that its resource has in a state. */
  readonly id: string;
  /** What people know it by; the resource's name is made from it. Empty when it has no name of its own. */
  readonly knownAs: string;
  /** Arguments that describe it as it is. One that says no more than the default may be among them. */
  readonly args: Bag;
  /** The mark that it carries already, which its resource must keep. */
  readonly ownerToken?: string | undefined;
  /** Outputs besides the inputs, as create and read answer them. */
  readonly outputs: Bag;
  /** Where secrets stand in the arguments and outputs, as paths. */
  readonly secrets?: readonly (readonly string[])[];
  /** The argument whose default is the resource's name. */
  readonly nameInput?: string;
  /** Whole sentences for the person who pastes the program. */
  readonly notes?: readonly string[];
}

/** A thing on Vast in the form in which a stack takes it over without any change. */
export interface ImportRecord extends ThingOnVast {
  /** Complete inputs, as check stores them, without the handler's text. */
  readonly inputs: Bag;
}

/** A thing that was found, and whether it can be imported. */
export type Found =
  | { readonly is: "importable"; readonly record: ImportRecord }
  | ({ readonly is: "refused" } & Refused);

/** A thing that is not imported, and why. */
export interface Refused {
  readonly id: string;
  readonly knownAs: string;
  /** `in a stack`: a state that was given has it. `owned`: another stack looks after it, or did. `unfit`: it cannot be described. */
  readonly why: "in a stack" | "owned" | "unfit";
  /** What is the matter and what to do, as whole sentences. */
  readonly because: string;
}

/**
 * Completes a thing by the check of its noun: the inputs get the very defaults that a program gets, and arguments that change nothing about
 * them are left out. What the check refuses is refused.
 */
export function importRecord(check: Noun<unknown>["check"], thing: ThingOnVast): Found {
  const { id, knownAs, ownerToken } = thing;
  const complete = (args: Bag) => {
    const token = ownerToken === undefined ? {} : { ownerToken };
    return check({ ...args, ...token }, new Set(), { exists: true, before: {}, readConfig: () => undefined });
  };
  const given = Object.fromEntries(Object.entries(thing.args).filter(([, value]) => value !== undefined));
  const { inputs, failures } = complete(given);
  const [failure] = failures;
  if (failure !== undefined) {
    const because = `A program could not say what it is: \`${failure.property}\`: ${failure.reason}`;
    return { is: "refused", id, knownAs, why: "unfit", because };
  }
  const saysSomething = ([key]: [string, unknown]) => {
    if (key === thing.nameInput) return true;
    const { [key]: _, ...others } = given;
    const without = complete(others);
    return without.failures.length > 0 || !isDeepStrictEqual(toWire(without.inputs), toWire(inputs));
  };
  const args = Object.fromEntries(Object.entries(given).filter(saysSomething));
  const record = { ...thing, args, inputs: toWire(inputs) as Bag, outputs: stored(inputs, thing.outputs) };
  return { is: "importable", record };
}

/** Where variables with names like HF_TOKEN stand in the argument `env`. */
export function secretsOfEnv(env: Readonly<Record<string, unknown>>): string[][] {
  return Object.keys(env)
    .filter(soundsSecret)
    .map((name) => ["env", name]);
}

/** Why a thing that carries the mark of a stack is left out; `then` is what becomes of its mark when it is taken over. */
export function ownedBecause(noun: string, mark: string, then = "keeps its mark"): string {
  return (
    `It carries the mark ${mark}: the stack with this token looks after it, and what stands in two stacks ends for both when one is destroyed. ` +
    `If that stack is gone for good, or its state is lost, add --take-over: the ${noun} ${then}.`
  );
}
