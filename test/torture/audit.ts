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

/** The instances of the program. */
export function instances({ program }: Scene): (readonly [name: string, inputs: Bag])[] {
  return [...program].filter(([, inputs]) => nounOf(inputs) === undefined);
}

/** At the moment of a rent: what is billed for one resource beside what stands in the state is that one contract. */
export function checkRent(scene: Scene): void {
  const known = idsInState(scene);
  for (const [name] of instances(scene)) {
    const beside = billedBy(scene, name).filter(({ id }) => !known.has(id));
    if (beside.length > 1) throw violation(scene, "rented twice", `${name} has ${listed(beside)} at the same time`);
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

const NOTHING = /rented nothing|was given back|is not billed any more/i;

/** What an error says of the money and of the state is so; of the money it speaks of the run, which began at `since`. */
export function checkStatements(scene: Scene, { failures }: RunReport, since: number): void {
  const known = idsInState(scene);
  for (const { name, message } of failures) {
    if (nounOf(scene.program.get(name) ?? {}) !== undefined) continue;
    const gone = /[Ii]nstance (\d+) (?:does not exist any more|disappeared)/.exec(message)?.[1];
    if (gone !== undefined && scene.world.contract(Number(gone))?.destroyedAt === null) {
      throw violation(scene, "said what is not so", `${gone} is billed, and it was said: ${message}`);
    }
    const unknown = /state does not know: (\d+)/.exec(message)?.[1];
    if (unknown !== undefined && known.has(Number(unknown))) {
      throw violation(scene, "said what is not so", `${unknown} is in the state, and it was said: ${message}`);
    }
    if (!NOTHING.test(message)) continue;
    const isNamed = ({ id, label }: { readonly id: number; readonly label: string | null }) =>
      message.includes(String(id)) || (label !== null && message.includes(`\`${label}\``));
    const billed = billedBy(scene, name).filter(
      (contract) => !known.has(contract.id) && !isNamed(contract) && Date.parse(contract.createdAt) >= since,
    );
    if (billed.length > 0)
      throw violation(scene, "said what is not so", `${listed(billed)}, and it was said: ${message}`);
  }
}

/** After a run of a calm world that went well: what it made or changed is there. */
export function checkAlive(scene: Scene, { steps }: RunReport): void {
  for (const [name, { current }] of scene.stack) {
    if (current && nounOf(current.inputs) !== undefined) continue;
    if (!steps.some((step) => step === `create ${name}` || step === `update ${name}`)) continue;
    const contract = scene.world.contract(Number(current?.id));
    if (contract?.destroyedAt !== null) {
      throw violation(
        scene,
        "lost",
        `${name} is ${current?.id} in the state, which does not exist after: ${steps.join(", ")}`,
      );
    }
  }
}

export function violation(scene: Scene, kind: ViolationKind, what: string): Violation {
  return new Violation(kind, what, scene.story);
}

function listed(contracts: readonly ContractView[]): string {
  return contracts
    .map(({ id, label, actualStatus, createdAt }) => `${id} ("${label}", ${actualStatus}, rented ${createdAt})`)
    .join(" and ");
}
