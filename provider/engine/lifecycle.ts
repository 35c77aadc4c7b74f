import { messageOf, NotReadyError, VastError } from "../errors.js";
import { type EngineContext, engineContext } from "./context.js";
import { type ChangeTable, type DiffResult, diffByTable, type Sameness } from "./diff.js";
import { createEntries, markOf } from "./entries.js";
import type { ReadState } from "./stack-state.js";
import { type Bag, holdsUnknown, PROVIDER_KEY, splitUnknown, toWire } from "./values.js";

/** One input that cannot be accepted: its dotted path, and a sentence with the value and the remedy. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** Reads a configuration value of the explicit provider or of the stack. */
export type ReadConfig = (key: string) => string | undefined;

/** What an operation has besides its arguments. */
export interface Operation {
  /** Aborts on Ctrl-C and when the engine is gone: every wait ends at once. */
  readonly signal: AbortSignal;
  readonly readConfig: ReadConfig;
  readonly readState: ReadState;
  /** Shows where a long operation stands, beside the resource. */
  progress(text: string): void;
  /** Says something that stays in the report of the run, beside the resource. */
  note(text: string, subject?: string): void;
  /** Says something that somebody should act on; stays in the report of the run. `subject` as in {@link EngineContext.log}. */
  warn(text: string, subject?: string): void;
  /**
   * Call it the moment something billed exists, and again when more is known: from then on every failure leaves the
   * resource in the stack as "created but not initialised", and the next `up` goes on.
   */
  exists(id: string, outputs: Bag): void;
  /** Call it when that thing is gone for certain: a later failure then records nothing. */
  ended(): void;
}

/** What check knows besides the inputs. */
export interface CheckedResource {
  /** The resource is in the state already. */
  readonly exists: boolean;
  /** Its inputs in the state; empty for a new one. */
  readonly before: Bag;
  readonly readConfig: ReadConfig;
}

/** What a noun brings; everything that all nouns have in common is done by {@link defineLifecycle}. */
export interface Noun<Inputs> {
  /** Name in messages, e.g. `Instance`. */
  readonly name: string;
  /** Vast bills nothing for it. Default false. */
  readonly isFree?: true;
  /** Checks and completes the known inputs; `unknown` names those that cannot be looked at yet. Calls no API. */
  check(known: Bag, unknown: ReadonlySet<string>, about: CheckedResource): { inputs: Bag; failures: CheckFailure[] };
  /** Says beside a resource that is to be made what it would mean. Must not fail, and be quick: every preview calls it. */
  foretell?(inputs: Inputs, unknown: ReadonlySet<string>, operation: Operation): Promise<void>;
  readonly onChange: ChangeTable<Inputs>;
  /**
   * What else is to be done, besides following changes of inputs: outputs to replace or update for. Must not fail, but
   * to refuse what is wanted, and be quick or local: every preview asks it.
   */
  alsoChanges?(id: string, before: Bag, wanted: Bag, operation: Operation): Promise<DiffResult> | DiffResult;
  readonly same: Sameness<Inputs>;
  /** Inputs that keep the value they had when the resource was first created. */
  readonly kept: readonly (keyof Inputs & string)[];
  /** Called with every id that the engine shows, and its outputs: those are in the state. */
  shown(id: string, outputs: Bag): void;
  create(inputs: Inputs, operation: Operation): Promise<{ id: string; outputs: Bag }>;
  /** Outputs as they are now, or undefined when the thing is gone for certain. */
  read(id: string, before: Bag, operation: Operation): Promise<Bag | undefined>;
  update(id: string, before: Bag, wanted: Inputs, operation: Operation): Promise<Bag>;
  /** Whether a thing that the engine deletes has another resource now: then only the entry leaves the state. Throws when it is about to get one. */
  isHandedOver?(id: string, operation: Operation): boolean;
  delete(id: string, before: Bag, operation: Operation): Promise<void>;
}

/** The interface that Pulumi's dynamic host calls. */
export interface DynamicProvider {
  configure(request: { config: { get(key: string): string | undefined } }): Promise<void>;
  check(olds: Bag, news: Bag): Promise<{ inputs: Bag; failures: CheckFailure[] }>;
  diff(id: string, olds: Bag, news: Bag): Promise<DiffResult>;
  create(inputs: Bag): Promise<{ id: string; outs: Bag }>;
  read(id: string, props: Bag): Promise<{ id?: string; props?: Bag }>;
  update(id: string, olds: Bag, news: Bag): Promise<{ outs: Bag }>;
  delete(id: string, props: Bag): Promise<void>;
}

/** Makes a noun into what Pulumi's dynamic host calls. `context` is replaced in tests only. */
export function defineLifecycle<Inputs>(
  noun: Noun<Inputs>,
  context: () => EngineContext = engineContext,
): DynamicProvider {
  let config: { get(key: string): string | undefined } | undefined;
  const entries = createEntries();

  const readConfig: ReadConfig = (key) => config?.get(key) || undefined;

  function operation(record: Pick<Operation, "exists" | "ended"> = { exists: () => {}, ended: () => {} }): Operation {
    const engine = context();
    return {
      signal: engine.signal,
      readConfig,
      readState: () => engine.readState?.() ?? Promise.resolve(undefined),
      progress: (text) => engine.log(text, "passing"),
      note: (text, subject) => engine.log(text, "info", subject),
      warn: (text, subject) => engine.log(text, "warning", subject),
      ...record,
    };
  }

  /** Runs an operation whose failure after `exists` must keep the resource in the stack. */
  async function keeping<T>(inputs: Bag, run: (operation: Operation) => Promise<T>): Promise<T> {
    let known: { id: string; outputs: Bag } | undefined;
    try {
      return await run(
        operation({
          exists: (id, outputs) => {
            known = { id, outputs: { ...(known?.id === id ? known.outputs : {}), ...outputs } };
          },
          ended: () => {
            known = undefined;
          },
        }),
      );
    } catch (error) {
      if (known === undefined) throw withoutStack(error);
      entries.stands(known.id, known.outputs);
      throw initFailure(noun, error, known.id, stored(inputs, known.outputs));
    }
  }

  /** A delete of what another entry of the state is as well: only the entry goes. */
  function leave(id: string): void {
    const { name, isFree } = noun;
    operation().warn(
      `${name} ${id} stays${isFree ? "" : ", and is billed as before"}: the resource was given it again, because the engine had not shown that it is in the ` +
        "stack already. So it was not replaced. For another one run `pulumi up --refresh --replace` with the URN of the resource.",
    );
  }

  return {
    // Only the first caller is awaited, so the value must be there before anything else happens.
    configure: (request) => {
      config = request.config;
      context();
      return Promise.resolve();
    },

    check: (olds, news) =>
      plainly(async () => {
        const { known, unknown } = splitUnknown(news);
        const before = withoutProvider(olds);
        const about = { exists: Object.keys(before).length > 0, before, readConfig };
        const open = new Set(Object.keys(unknown));
        const { inputs, failures } = noun.check(known, open, about);
        if (failures.length === 0 && !about.exists) await noun.foretell?.(inputs as Inputs, open, operation());
        const kept = Object.fromEntries(noun.kept.flatMap((key) => (isSet(olds[key]) ? [[key, olds[key]]] : [])));
        return { inputs: toWire({ ...inputs, ...unknown, ...kept }) as Bag, failures };
      }),

    diff: (id, olds, news) =>
      plainly(async () => {
        noun.shown(id, olds);
        // Also a change that asks for no replacement can lead to one: by the option `replaceOnChanges`.
        entries.changes(id, olds);
        const byTable = diffByTable(noun.onChange, noun.same, olds, news);
        const also = (await noun.alsoChanges?.(id, olds, news, operation())) ?? { changes: false, replaces: [] };
        const changes = byTable.changes || also.changes;
        if (!changes) entries.stands(id, olds);
        return { changes, replaces: [...byTable.replaces, ...also.replaces] };
      }),

    create: (inputs) =>
      keeping(inputs, async (op) => {
        const { id, outputs } = await noun.create(withoutProvider(inputs) as Inputs, op);
        entries.stands(id, outputs);
        return { id, outs: stored(inputs, outputs) };
      }),

    read: (id, props) =>
      plainly(async () => {
        noun.shown(id, props);
        const outputs = await noun.read(id, withoutProvider(props), operation());
        return outputs ? { id, props: stored(props, outputs) } : {};
      }),

    update: (id, olds, news) => {
      noun.shown(id, olds);
      entries.stands(id, olds);
      const kept = { ...news, ...markOf(olds) };
      return keeping(kept, async (op) => ({
        outs: stored(kept, await noun.update(id, withoutProvider(olds), withoutProvider(news) as Inputs, op)),
      }));
    },

    delete: (id, props) =>
      plainly(async () => {
        noun.shown(id, props);
        if (noun.isHandedOver?.(id, operation())) return;
        const about = entries.deleting(id, props);
        if (about === "an entry") leave(id);
        if (about !== "the thing") return;
        await noun.delete(id, withoutProvider(props), operation());
      }),
  };
}

/**
 * What goes into the state: the inputs under their own names, so that secrets stay marked, and the outputs over them. A null
 * output says that there is no such value any more.
 */
export function stored(inputs: Bag, outputs: Bag): Bag {
  const all = Object.entries({ ...inputs, ...outputs }).filter(([, value]) => value !== null);
  return toWire(Object.fromEntries(all)) as Bag;
}

/**
 * The form in which Pulumi takes "it exists, and it is not ready": the resource stays in the stack and the next `up` calls
 * update. Always a new error: concurrent operations may fail with one shared cause, and each must carry its own id.
 */
function initFailure(
  { name, isFree }: Pick<Noun<unknown>, "name" | "isFree">,
  cause: unknown,
  id: string,
  properties: Bag,
): Error {
  const said = messageOf(cause);
  // A NotReadyError says itself what it means for the money and how to go on.
  const meaning = `${name} ${id} exists and stays in the stack; ${isFree ? "it costs nothing" : "it may be billed"}. Run \`pulumi up\` to go on, or \`pulumi destroy\` to end it.`;
  const message = cause instanceof NotReadyError ? said : `${said} ${meaning}`;
  return Object.assign(new Error(message), { id, properties, reasons: [message] });
}

function withoutProvider(bag: Bag): Bag {
  const { [PROVIDER_KEY]: _, ...own } = bag;
  return own;
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && !holdsUnknown(value);
}

async function plainly<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw withoutStack(error);
  }
}

/** Pulumi's host prints the stack of what check, diff, read and delete throw; for an expected error that is only noise. */
function withoutStack(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(messageOf(error));
  if (error instanceof VastError) error.stack = error.name;
  return error;
}
