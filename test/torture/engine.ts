// Pulumi's engine as far as it matters to a provider: which calls it makes, in which order, and what of their results
// reaches the state. After pkg/v3.258.0/resource/deploy: step.go, step_generator.go, deployment_executor.go.

import type { DynamicProvider } from "../../provider/engine/lifecycle.js";
import type { Bag } from "../../provider/engine/values.js";
import type { InitFailure } from "../support/harness.js";
import { kindOf } from "./kinds.js";
import { Killed, type MortalProcess } from "./process.js";
import { resolved } from "./references.js";

/** One thing in the state. */
export interface Entry {
  readonly id: string;
  readonly inputs: Bag;
  readonly outputs: Bag;
  /** Why it is "created, not initialised"; empty when all is well. */
  readonly initErrors: readonly string[];
  /** Deleted before its replacement, which is still to be made: only the entry is left. */
  readonly isPendingReplacement?: true;
}

/** What the state holds of one resource. */
export interface Slot {
  current: Entry | undefined;
  /** Replaced, and still to be deleted by the end of this or the next run. */
  toDelete: readonly Entry[];
}

/** The state of a stack: resources by name. */
export type Stack = Map<string, Slot>;

/** What the program says: inputs by resource name. */
export type Program = ReadonlyMap<string, Bag>;

/** One failure of a run. */
export interface Failure {
  readonly name: string;
  readonly operation: "check" | "create" | "update" | "read" | "delete";
  readonly message: string;
  /** The id that the failure brought into the state. */
  readonly id: string | undefined;
}

/** What came of a run. */
export interface RunReport {
  readonly failures: readonly Failure[];
  /** Steps that changed something, as "create trainer". */
  readonly steps: readonly string[];
  readonly ended: "by itself" | "by Ctrl-C" | "by kill -9";
}

/** A run in the making. */
interface Run {
  readonly process: MortalProcess;
  readonly failures: Failure[];
  readonly steps: string[];
}

/** Options of a run, by resource names. */
export interface UpOptions {
  /** Made anew by `--replace` or a taint, for which diff is not asked. */
  readonly replace?: ReadonlySet<string> | undefined;
  /** With the resource option `deleteBeforeReplace`. */
  readonly deleteFirst?: ReadonlySet<string> | undefined;
}

/**
 * `pulumi up`. Of one kind everything runs at once; with several kinds, which may refer to each other, one resource after another, and
 * deletes the other way round.
 */
export function up(
  process: MortalProcess,
  stack: Stack,
  program: Program,
  options: UpOptions = {},
): Promise<RunReport> {
  return running(process, async (run) => {
    const steps: Promise<void>[] = [];
    const inTurn = isMixed(stack, program);
    // The step generator asks check and diff one resource after another; creates and updates go on meanwhile.
    for (const [name, inputs] of program) {
      const step = await generate(run, slotOf(stack, name), name, resolved(inputs, stack), options);
      if (!step || !mayGoOn(run)) continue;
      const started = step();
      if (inTurn) await started;
      // It may fail while the next resource is still being asked about.
      started.catch(() => {});
      steps.push(started);
    }
    await Promise.all(steps);
    if (!mayGoOn(run)) return;
    // What was replaced, and what has left the program.
    const over = entriesOf(stack).filter(({ name, slot, entry }) => slot.current !== entry || !program.has(name));
    await removeAll(run, over, inTurn);
  });
}

/** `pulumi refresh`; with `up` behind it `pulumi up --refresh`. */
export function refresh(process: MortalProcess, stack: Stack): Promise<RunReport> {
  return running(process, async (run) => {
    const standing = entriesOf(stack).filter(({ entry }) => !entry.isPendingReplacement);
    await Promise.all(standing.map(({ name, slot, entry }) => read(run, slot, name, entry)));
  });
}

/** `pulumi destroy`. */
export function destroy(process: MortalProcess, stack: Stack): Promise<RunReport> {
  return running(process, async (run) => {
    await removeAll(run, entriesOf(stack), isMixed(stack));
  });
}

/** Everything that stands in the state. */
export function entriesOf(stack: Stack): Placed[] {
  return [...stack].flatMap(([name, slot]) =>
    [...(slot.current ? [slot.current] : []), ...slot.toDelete].map((entry) => ({ name, slot, entry })),
  );
}

/** An entry and where it stands. */
interface Placed {
  readonly name: string;
  readonly slot: Slot;
  readonly entry: Entry;
}

async function removeAll(run: Run, placed: readonly Placed[], inTurn: boolean): Promise<void> {
  if (!inTurn) {
    await Promise.all(placed.map(({ name, slot, entry }) => remove(run, slot, name, entry)));
    return;
  }
  for (const { name, slot, entry } of placed.toReversed()) if (mayGoOn(run)) await remove(run, slot, name, entry);
}

function isMixed(stack: Stack, program: Program = new Map()): boolean {
  const all = [...program.values(), ...entriesOf(stack).map(({ entry }) => entry.inputs)];
  return new Set(all.map(kindOf)).size > 1;
}

async function running(process: MortalProcess, work: (run: Run) => Promise<void>): Promise<RunReport> {
  const run: Run = { process, failures: [], steps: [] };
  try {
    await work(run);
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
  const ended = process.isDead ? "by kill -9" : process.isCancelled ? "by Ctrl-C" : "by itself";
  return { failures: run.failures, steps: run.steps, ended };
}

/** After a failure or Ctrl-C what runs is waited for, and nothing new begins. */
function mayGoOn({ process, failures }: Run): boolean {
  return !process.isDead && !process.isCancelled && failures.length === 0;
}

type Step = () => Promise<void>;

async function generate(
  run: Run,
  slot: Slot,
  name: string,
  program: Bag,
  options: UpOptions,
): Promise<Step | undefined> {
  if (!mayGoOn(run)) return undefined;
  const old = slot.current;
  // isTargetedReplace: check gets no old inputs and diff is not asked, so the provider hears nothing of what is replaced.
  if (old && options.replace?.has(name)) return replacement(run, slot, name, old, program, options);
  const inputs = await check(run, name, old?.inputs ?? {}, program);
  if (!inputs) return undefined;
  if (!old) return () => create(run, slot, name, inputs);
  const diff = await run.process.alive(lifecycleOf(run, inputs).diff(old.id, old.outputs, inputs));
  if (old.isPendingReplacement || (diff.changes && diff.replaces.length > 0))
    return replacement(run, slot, name, old, program, options);
  if (diff.changes || old.initErrors.length > 0) return () => update(run, slot, name, old, inputs);
  slot.current = { ...old, inputs };
  return undefined;
}

/** The replacement is checked as something new. */
async function replacement(
  run: Run,
  slot: Slot,
  name: string,
  old: Entry,
  program: Bag,
  options: UpOptions,
): Promise<Step | undefined> {
  const fresh = await check(run, name, {}, program);
  if (!fresh) return undefined;
  if (old.isPendingReplacement || !options.deleteFirst?.has(name)) return () => create(run, slot, name, fresh);
  return async () => {
    await remove(run, slot, name, old, { ...old, isPendingReplacement: true });
    if (mayGoOn(run)) await create(run, slot, name, fresh);
  };
}

async function check(run: Run, name: string, olds: Bag, program: Bag): Promise<Bag | undefined> {
  const { inputs, failures } = await run.process.alive(lifecycleOf(run, program).check(olds, program));
  if (failures.length === 0) return { ...inputs, __provider: program.__provider };
  run.failures.push({ name, operation: "check", message: JSON.stringify(failures), id: undefined });
  return undefined;
}

async function create(run: Run, slot: Slot, name: string, inputs: Bag): Promise<void> {
  run.steps.push(`create ${name}`);
  const record = (entry: Entry) => {
    if (slot.current && !slot.current.isPendingReplacement) slot.toDelete = [...slot.toDelete, slot.current];
    slot.current = entry;
  };
  try {
    const { id, outs } = await run.process.alive(lifecycleOf(run, inputs).create(inputs));
    record({ id, inputs, outputs: stored(id, outs, inputs), initErrors: [] });
  } catch (error) {
    const failure = failed(run, name, "create", error);
    if (failure.id) record(notInitialised(failure, inputs));
  }
}

async function update(run: Run, slot: Slot, name: string, old: Entry, inputs: Bag): Promise<void> {
  run.steps.push(`update ${name}`);
  try {
    const { outs } = await run.process.alive(lifecycleOf(run, inputs).update(old.id, old.outputs, inputs));
    slot.current = { id: old.id, inputs, outputs: stored(old.id, outs, inputs), initErrors: [] };
  } catch (error) {
    const failure = failed(run, name, "update", error);
    if (failure.id) slot.current = notInitialised(failure, inputs);
  }
}

/** A refresh forgets that something was not initialised. */
async function read(run: Run, slot: Slot, name: string, entry: Entry): Promise<void> {
  try {
    const { id, props } = await run.process.alive(lifecycleOf(run, entry.inputs).read(entry.id, entry.outputs));
    const outputs = { ...props, __provider: entry.outputs.__provider };
    exchange(
      slot,
      entry,
      id ? { id, inputs: entry.inputs, outputs: stored(id, outputs, entry.inputs), initErrors: [] } : undefined,
    );
  } catch (error) {
    failed(run, name, "read", error);
  }
}

async function remove(run: Run, slot: Slot, name: string, entry: Entry, left?: Entry): Promise<void> {
  run.steps.push(`delete ${name}`);
  try {
    // What was deleted before its replacement needs no provider any more.
    if (!entry.isPendingReplacement)
      await run.process.alive(lifecycleOf(run, entry.inputs).delete(entry.id, entry.outputs));
    exchange(slot, entry, left);
  } catch (error) {
    failed(run, name, "delete", error);
  }
}

function lifecycleOf({ process }: Run, inputs: Bag): DynamicProvider {
  return process.lifecycles[kindOf(inputs)];
}

function exchange(slot: Slot, old: Entry, next: Entry | undefined): void {
  if (slot.current === old) slot.current = next;
  else slot.toDelete = slot.toDelete.flatMap((entry) => (entry === old ? (next ?? []) : entry));
}

function failed(run: Run, name: string, operation: Failure["operation"], error: unknown): InitFailure {
  if (error instanceof Killed) throw error;
  const failure = error as InitFailure;
  const id = operation === "create" || operation === "update" ? failure.id : undefined;
  run.failures.push({ name, operation, message: String(failure.message), id });
  return failure;
}

function notInitialised({ id, properties, reasons }: InitFailure, inputs: Bag): Entry {
  return { id, inputs, outputs: stored(id, properties, inputs), initErrors: reasons };
}

/** What survives the way to the state: JSON. What would not survive in the real engine is an error here. */
function stored(id: string, outputs: Bag, inputs: Bag): Bag {
  if (typeof id !== "string" || id === "") throw new TypeError(`the id ${JSON.stringify(id)} is no text`);
  if (outputs.__provider !== inputs.__provider) throw new TypeError(`the outputs of ${id} lack __provider`);
  return JSON.parse(
    JSON.stringify(outputs, (key, value: unknown) => {
      if (value === undefined) throw new TypeError(`the output ${key} of ${id} is undefined`);
      return value;
    }),
  ) as Bag;
}

function slotOf(stack: Stack, name: string): Slot {
  const slot = stack.get(name) ?? { current: undefined, toDelete: [] };
  stack.set(name, slot);
  return slot;
}
