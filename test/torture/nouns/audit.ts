// The promises of the nouns beside instances, looked up in the world. What each means for a noun stands in its rules.
import { violation } from "../audit.js";
import { type Entry, entriesOf, type RunReport } from "../engine.js";
import { type NounKind, nounOf } from "../kinds.js";
import { resolved } from "../references.js";
import type { Scene } from "../scene.js";
import type { Thing } from "./noun.js";
import { rulesOf } from "./rules.js";

/** What somebody else made: `may go` once the program takes it over. */
export type Belonging = "stays" | "may go";

/** The things of the nouns of the program at one moment. */
export type Things = ReadonlyMap<NounKind, readonly Thing[]>;

/** Everything that the account has of the nouns of the program. */
export function lookAround(scene: Scene): Things {
  const kinds = [...scene.program.values(), ...entriesOf(scene.stack).map(({ entry }) => entry.inputs)].flatMap(
    (inputs) => nounOf(inputs) ?? [],
  );
  return new Map([...new Set(kinds)].map((kind) => [kind, rulesOf(kind).things(scene)]));
}

/** The name under which a scene knows what somebody else made. */
export function strangerName(kind: NounKind | "Instance", id: string | number): string {
  return `${kind} ${id}`;
}

/** At the end of a run: everything stands in the state, or will be found by the next run; what is others' is as it was. */
export function checkNounsAccounted(scene: Scene, before: Things): void {
  for (const [kind, things] of lookAround(scene)) {
    const lost = strays(scene, kind, things).filter(
      (thing) => !programOf(scene, kind).some(([, inputs]) => rulesOf(kind).isFoundBy(inputs, thing)),
    );
    if (lost.length > 0) throw violation(scene, "lost", listed(kind, lost));
    const gone = (before.get(kind) ?? []).filter(
      ({ id, like }) =>
        scene.strangers.get(strangerName(kind, id)) === "stays" &&
        !things.some((thing) => thing.id === id && thing.like === like),
    );
    if (gone.length > 0)
      throw violation(scene, "not as wanted", `others' ${listed(kind, gone)} was changed or deleted`);
  }
}

/** What an error says of the account and the state is so. */
export function checkNounStatements(scene: Scene, { failures }: RunReport, before: Things): void {
  const now = lookAround(scene);
  for (const { name, message, operation } of failures) {
    const inputs = scene.program.get(name) ?? scene.formerly.get(name) ?? {};
    const kind = nounOf(inputs);
    if (kind === undefined) continue;
    const untrue = (what: string) => violation(scene, "said what is not so", `${what}, and it was said: ${message}`);
    const current = scene.stack.get(name)?.current;
    if (/stays in the (stack|instance|account)/.test(message) && operation !== "delete" && current === undefined)
      throw untrue(`${name} is not in the state`);
    if (kind !== "Volume" && /it may be billed/.test(message)) throw untrue(`a ${kind} costs nothing`);
    if (!/[Nn]othing was (rented|made|changed|added)|nothing is billed/.test(message)) continue;
    const isKnown = inState(scene, kind);
    const made = (now.get(kind) ?? []).filter(
      (thing) =>
        !message.includes(thing.id) &&
        !isKnown(thing) &&
        !(before.get(kind) ?? []).some(({ id, like }) => id === thing.id && like === thing.like) &&
        rulesOf(kind).isFoundBy(resolved(inputs, scene.stack), thing),
    );
    if (made.length > 0) throw untrue(listed(kind, made));
  }
}

/** After a run of a calm world that went well: what it made is there, and the account has nothing beside the state. */
export function checkNounsOnce(scene: Scene, { steps }: RunReport): void {
  for (const [kind, things] of lookAround(scene)) {
    const beside = strays(scene, kind, things);
    if (beside.length > 0) throw violation(scene, "made twice", `${listed(kind, beside)} beside what is in the state`);
    const entries = entriesOf(scene.stack).filter(({ entry }) => nounOf(entry.inputs) === kind);
    const missing = entries.filter(
      ({ name, entry }) =>
        steps.some((step) => step === `create ${name}` || step === `update ${name}`) &&
        !things.some(({ id }) => id === idOf(kind, entry)),
    );
    if (missing.length > 0) throw violation(scene, "lost", missing.map(({ name }) => name).join(", "));
    const ids = entries.map(({ entry }) => idOf(kind, entry));
    if (new Set(ids).size < ids.length)
      throw violation(scene, "not as wanted", `several resources are one ${kind}: ${ids}`);
  }
}

/** When there is nothing to do any more: the resource is as its program wants it. */
export function checkNounAsWanted(scene: Scene, name: string, kind: NounKind): void {
  const entry = scene.stack.get(name)?.current;
  const inputs = resolved(scene.program.get(name) ?? {}, scene.stack);
  const thing = rulesOf(kind)
    .things(scene)
    .find(({ id }) => entry && id === idOf(kind, entry));
  if (entry && thing && entry.initErrors.length === 0 && rulesOf(kind).isAsWanted(inputs, thing, entry)) return;
  const found = JSON.stringify({ thing, initErrors: entry?.initErrors, id: entry?.id });
  throw violation(scene, "not as wanted", `${name} is ${found} and should be ${JSON.stringify(inputs)}`);
}

/** After the destroy: nothing is left but what is others'. */
export function checkNounsGone(scene: Scene): void {
  for (const kind of new Set([...scene.program.values()].flatMap((inputs) => nounOf(inputs) ?? []))) {
    const left = strays(scene, kind, rulesOf(kind).things(scene));
    if (left.length > 0) throw violation(scene, "left after destroy", listed(kind, left));
  }
}

/** What stands in no state and is nobody else's. */
function strays(scene: Scene, kind: NounKind, things: readonly Thing[]): Thing[] {
  const isKnown = inState(scene, kind);
  return things.filter((thing) => !isKnown(thing) && !scene.strangers.has(strangerName(kind, thing.id)));
}

function inState({ stack }: Scene, kind: NounKind): (thing: Thing) => boolean {
  const entries = entriesOf(stack).filter(({ entry }) => nounOf(entry.inputs) === kind);
  const ids = new Set(entries.map(({ entry }) => idOf(kind, entry)));
  return ({ id }) => ids.has(id);
}

function idOf(kind: NounKind, entry: Entry): string {
  return rulesOf(kind).idOf?.(entry) ?? entry.id;
}

function programOf({ program, stack }: Scene, kind: NounKind) {
  return [...program]
    .filter(([, inputs]) => nounOf(inputs) === kind)
    .map(([name, inputs]) => [name, resolved(inputs, stack)] as const);
}

function listed(kind: NounKind, things: readonly Thing[]): string {
  return things.map(({ id, like }) => `${kind} ${id} (${like})`).join(" and ");
}
