import type { Bag } from "../../provider/engine/values.js";
import { readLabel } from "../../provider/resources/instance/label.js";
import type { ContractView } from "../../simulator/snapshot.js";
import { entriesOf, type RunReport } from "./engine.js";
import { nounOf } from "./kinds.js";
import type { Scene } from "./scene.js";

/** A promise of the provider that was broken. */
export class Violation extends Error {
  readonly kind: ViolationKind;

  constructor(kind: ViolationKind, what: string, story: readonly string[]) {
    super(`${kind}: ${what}\n${story.join("\n")}`);
    this.kind = kind;
  }
}

export type ViolationKind =
  | "rented twice"
  | "made twice"
  | "lost"
  | "billed after destroy"
  | "left after destroy"
  | "said what is not so"
  | "touched another's"
  | "never quiet"
  | "not as wanted"
  | "unknown route";

/** The resource that a contract was rented for, by the mark in its label. */
export function ownerOf(scene: Scene, contract: ContractView): string | undefined {
  return instances(scene).find(
    ([, inputs]) => readLabel(contract.label, String(inputs.ownerToken)).mark !== "none",
  )?.[0];
}

/** Billed contracts by the resource that they were rented for. */
export function billedBy(scene: Scene, name: string): ContractView[] {
  return scene.world.billedContracts().filter((contract) => ownerOf(scene, contract) === name);
}

export function idsInState(scene: Scene): Set<number> {
  const entries = entriesOf(scene.stack).filter(({ entry }) => nounOf(entry.inputs) === undefined);
  return new Set(entries.map(({ entry }) => Number(entry.id)));
}

/** The instances of the program, and those that have left it. */
export function instances({ program, formerly }: Scene): (readonly [name: string, inputs: Bag])[] {
  return [...program, ...formerly].filter(([, inputs]) => nounOf(inputs) === undefined);
}

/** At the moment of a rent: what is billed for one resource beside what stands in the state is that one contract. */
export function checkRent(scene: Scene): void {
  const known = idsInState(scene);
  for (const [name] of instances(scene)) {
    const beside = billedBy(scene, name).filter(({ id }) => !known.has(id));
    if (beside.length > 1) throw violation(scene, "rented twice", `${name} has ${listed(beside)} at the same time`);
  }
}

/** For how long the contract of a lost answer is looked for, and how long a rent may wait for those of others, in seconds. */
const [LOST_ANSWER_SECONDS, TURNS_SECONDS] = [60, 30];

/**
 * At the moment of a rent, whatever answers were lost before: what is billed for the same resource beside the state did not show yet when the run began, at
 * `since`, or its answer was lost just now.
 */
export function checkApart(scene: Scene, rented: number, since: number): void {
  const known = idsInState(scene);
  const lagMs = scene.world.settings.listLagSeconds * 1000;
  const contract = scene.world.contract(rented);
  const owner = contract && ownerOf(scene, contract);
  if (contract === undefined || owner === undefined) return;
  for (const other of billedBy(scene, owner)) {
    if (other.id === rented || known.has(other.id)) continue;
    const shownAt = Date.parse(other.createdAt) + lagMs;
    const shownMs = Date.parse(contract.createdAt) - shownAt;
    if (shownAt < since || shownMs > (LOST_ANSWER_SECONDS + TURNS_SECONDS) * 1000)
      throw violation(scene, "rented twice", `${owner} has ${listed([other, contract])}, and lists showed the first`);
  }
}

/** At the end of a run that was not killed: what it rented, and was told so, stands in the state or has ended. */
export function checkRecorded(scene: Scene, delivered: ReadonlySet<number>): void {
  const known = idsInState(scene);
  const forgotten = scene.world.billedContracts().filter(({ id }) => delivered.has(id) && !known.has(id));
  if (forgotten.length > 0) throw violation(scene, "lost", `${listed(forgotten)}, though the rent was answered`);
}

/** What of a contract nobody may change whom it does not belong to. */
export function stayingAs({ label, destroyedAt, curState }: ContractView): string {
  return JSON.stringify({ label, destroyedAt, curState });
}

/** Other people's contracts are as they were. */
export function checkBystanders({ world, bystanders, story }: Scene): void {
  for (const [id, as] of bystanders) {
    const contract = world.contract(id);
    const is = contract && stayingAs(contract);
    if (is !== as) throw new Violation("touched another's", `${id} was ${as} and is ${is}`, story);
  }
}

/** At the end of a run: each billed contract stands in the state, or carries the mark by which the next run finds it. */
export function checkAccounted(scene: Scene): void {
  const known = idsInState(scene);
  const lost = scene
    .billedContracts()
    .filter((contract) => !known.has(contract.id) && ownerOf(scene, contract) === undefined);
  if (lost.length > 0) throw violation(scene, "lost", listed(lost));
}

/** After a run of a calm world that went well: what is billed for a resource is what stands in the state. */
export function checkNoSecond(scene: Scene): void {
  for (const [name] of instances(scene)) {
    const billed = billedBy(scene, name);
    if (billed.length > 1) throw violation(scene, "rented twice", `${name} has ${listed(billed)}`);
  }
}

/** The instances that the state has, by name. */
export type Holdings = ReadonlyMap<string, readonly number[]>;

export function holdings({ stack }: Scene): Holdings {
  const held = new Map<string, number[]>();
  for (const { name, entry } of entriesOf(stack)) {
    if (nounOf(entry.inputs) !== undefined || entry.isPendingReplacement) continue;
    held.set(name, [...(held.get(name) ?? []), Number(entry.id)]);
  }
  return held;
}

/** At the end of a run: what has left the state has ended. */
export function checkKept(scene: Scene, before: Holdings): void {
  const known = idsInState(scene);
  const dropped = [...before.values()].flat().flatMap((id) => {
    const contract = scene.world.contract(id);
    return !known.has(id) && contract?.destroyedAt === null ? [contract] : [];
  });
  if (dropped.length > 0) throw violation(scene, "lost", `${listed(dropped)} left the state and is billed`);
}

/** At the end of a run: what it has made or changed, and reported as done, is there, and is what the program says. */
export function checkMade(scene: Scene, { steps, failures, ended }: RunReport): void {
  // A run that was killed records nothing of a step that has not ended.
  if (ended === "by kill -9") return;
  for (const [name, { current }] of scene.stack) {
    if (!current || nounOf(current.inputs) !== undefined || failures.some((failure) => failure.name === name)) continue;
    const isMade = steps.includes(`create ${name}`);
    if (current.initErrors.length > 0 || !(isMade || steps.includes(`update ${name}`))) continue;
    const contract = scene.world.contract(Number(current.id));
    if (contract?.destroyedAt !== null) {
      const what = `${name} is ${current.id} in the state, which does not exist after: ${steps.join(", ")}`;
      throw violation(scene, "lost", what);
    }
    const { offer, adoptInstanceId } = current.inputs;
    const { gpuName } = Object(offer) as { gpuName?: string };
    if (isMade && adoptInstanceId === undefined && contract.gpuName !== gpuName)
      throw violation(scene, "not as wanted", `${name} was made on ${contract.gpuName}, wanted ${gpuName}`);
  }
}

/** For how long lists may hide a contract. */
const HIDDEN_MS = 60_000;

/** At the end of a destroy that went well: what is billed for a resource that it ended was named. Of what stood in no state it knows nothing. */
export function checkDestroyed(
  scene: Scene,
  { failures, ended }: RunReport,
  { held, warnings, startedAt }: { held: Holdings; warnings: readonly string[]; startedAt: number },
): void {
  if (failures.length > 0 || ended !== "by itself") return;
  const left = [...held.keys()].flatMap((name) => billedBy(scene, name));
  const unnamed = left.filter(
    ({ id, createdAt, label }) =>
      Date.parse(createdAt) < startedAt - HIDDEN_MS &&
      label?.endsWith(":pending") &&
      !warnings.some((text) => text.includes(String(id))),
  );
  if (unnamed.length > 0) throw violation(scene, "billed after destroy", `${listed(unnamed)}, and nobody said so`);
}

export function violation(scene: Scene, kind: ViolationKind, what: string): Violation {
  return new Violation(kind, what, scene.story);
}

export function listed(contracts: readonly ContractView[]): string {
  return contracts
    .map(({ id, label, actualStatus, createdAt }) => `${id} ("${label}", ${actualStatus}, rented ${createdAt})`)
    .join(" and ");
}
