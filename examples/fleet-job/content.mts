import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { FLEET } from "./program.mts";

/** What the state of a run holds. */
export interface Content {
  /** The machines, with their contracts where they are known. */
  readonly names: readonly string[];
  /** One more than the highest number of a machine whose making began and has no end; 0 when there is none. */
  readonly unfinished: number;
  /** What the provider marks the machines with, on Vast. */
  readonly tokens: readonly string[];
}

interface StateResource {
  readonly urn: string;
  readonly id?: string;
  readonly inputs?: { readonly ownerToken?: string };
}

/** Reads the state. */
export async function contentOf(stack: Stack): Promise<Content> {
  const { deployment } = await stack.exportStack();
  const begun: StateResource[] = (deployment?.pending_operations ?? [])
    .filter(({ type }: { type: string }) => type === "creating")
    .map(({ resource }: { resource: StateResource }) => resource);
  const standing: StateResource[] = deployment?.resources ?? [];
  const machines = [...standing, ...begun].filter(({ urn }) => isMachine(urn));
  return {
    names: machines.map(({ urn, id }) => `${nameOf(urn)} (${id ? `contract ${id}` : "being rented"})`),
    unfinished: Math.max(0, ...begun.map(({ urn }) => Number(nameOf(urn).slice(FLEET.length + 1)) + 1)),
    tokens: machines.flatMap(({ inputs }) => inputs?.ownerToken ?? []),
  };
}

/** Whether a resource is one of the machines. */
export function isMachine(urn: string): boolean {
  return urn.includes(`vastai:Instance::${FLEET}-`);
}

/** The name of a resource. */
export function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}
