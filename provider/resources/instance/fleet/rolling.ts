import type { Clock } from "../../../clock.js";
import type { Operation } from "../../../engine/lifecycle.js";
import type { Bag } from "../../../engine/values.js";
import { VastError } from "../../../errors.js";
import type { EngineQuestions } from "../stack/engine-questions.js";
import { tokenOf } from "../stack/left-behind.js";
import { groupName, type Placement } from "./placement-inputs.js";
import { createRollingTurns, type RollingTurns } from "./rolling-turns.js";

/**
 * How long after the delete of a replacement its create may follow. The engine calls it at once, unless something else in the stack has failed:
 * then it calls it in the next run, and tells nobody.
 */
const CREATE_FOLLOWS_MS = 120_000;

/**
 * Turns within groups whose `placement` says `rolling`. The engine runs delete and create of a replacement with `deleteBeforeReplace` one after the
 * other, and those of several resources at the same time: so a delete that waits holds back its own resource only.
 */
export interface Rolls {
  /** Check: the program has this resource, so that a delete of it in this run is the first half of a replacement. */
  expect(wanted: Bag): void;
  /** Diff: this is the machine of the program's resource; an older one, which an earlier run left to be deleted, is not replaced now. */
  shown(id: string, token: string): void;
  /** Runs a delete: that of a replacement when its turn has come, another one at once. */
  deleting(id: string, before: Bag, turn: Turn, run: () => Promise<void>): Promise<void>;
  /** Runs a create, which never waits: what it replaces is gone already. */
  creating<T>(inputs: Bag, run: () => Promise<T>): Promise<T>;
  /** Runs an update: when its turn has come, where it takes the instance away. */
  updating<T>(id: string, wanted: Bag, turn: Turn & { effect: Effect }, run: () => Promise<T>): Promise<T>;
}

/** What an update means for who uses the instance. One that was never up is away already. */
export type Effect = "stays up" | "goes away" | "was never up";

/** What a wait for a turn needs. */
interface Turn {
  readonly clock: Clock;
  readonly operation: Operation;
}

/** Turns of one provider process, which is one run of the engine. */
export function createRolls(questions: EngineQuestions): Rolls {
  const groups = new Map<string, RollingTurns>();
  /** By token what the program wants of resources whose create has not begun. */
  const expected = new Map<string, Bag>();
  const liveIds = new Map<string, string>();
  /** By id the token that the program has for the resource. */
  const tokens = new Map<string, string>();
  /** By token the end of the wait for the create that follows a delete. */
  const overdue = new Map<string, () => void>();

  /** The turns that a resource takes, if it does. */
  function turnsOf(wanted: Bag | undefined): RollingTurns | undefined {
    const placement = wanted?.placement as Placement | undefined;
    if (!placement?.rolling) return undefined;
    const turns = groups.get(placement.group) ?? createRollingTurns();
    groups.set(placement.group, turns);
    return turns;
  }

  async function waitForTurn(turns: RollingTurns, id: string, wanted: Bag, { clock, operation }: Turn): Promise<void> {
    const { signal } = operation;
    const { rolling, ...placement } = wanted.placement as Placement;
    // Members that are away from an earlier run are known when their creates have begun.
    await questions.quiet(clock, signal);
    const refused = await turns.take(tokenOf(wanted), nameOf(wanted), {
      most: rolling?.maxUnavailable ?? 1,
      signal,
      onWait: (names) => operation.progress(`waiting for its turn: away now ${names.join(", ")}`),
    });
    if (refused) throw stoppedError(id, groupName(placement), refused.stopped);
  }

  /** Runs what brings a member up; when it fails, nobody else of the group begins. */
  async function comingUp<T>(turns: RollingTurns, wanted: Bag, run: () => Promise<T>): Promise<T> {
    try {
      const result = await run();
      turns.back(tokenOf(wanted));
      return result;
    } catch (error) {
      turns.stop(`${nameOf(wanted)} did not come up`);
      throw error;
    }
  }

  return {
    expect: (wanted) => {
      expected.set(tokenOf(wanted), wanted);
    },

    shown: (id, token) => {
      liveIds.set(token, id);
      tokens.set(id, token);
    },

    deleting: async (id, before, turn, run) => {
      // The state may have another one for it, from before it was renamed.
      const token = tokens.get(id) ?? tokenOf(before);
      const wanted = expected.get(token);
      const turns = turnsOf(wanted);
      if (wanted === undefined || turns === undefined || (liveIds.get(token) ?? id) !== id) return run();
      await waitForTurn(turns, id, wanted, turn);
      try {
        await run();
      } catch (error) {
        turns.stop(`${nameOf(wanted)} could not be destroyed`);
        throw error;
      }
      const limit = turn.clock.timeLimit(CREATE_FOLLOWS_MS);
      const because = `something else failed before ${nameOf(wanted)} was made anew`;
      limit.signal.addEventListener("abort", () => turns.stop(because));
      overdue.set(token, limit.cancel);
    },

    creating: (inputs, run) => {
      const token = tokenOf(inputs);
      expected.delete(token);
      overdue.get(token)?.();
      const turns = turnsOf(inputs);
      if (turns === undefined) return run();
      turns.away(token, nameOf(inputs));
      return comingUp(turns, inputs, run);
    },

    updating: async (id, wanted, { effect, ...turn }, run) => {
      const turns = effect === "stays up" ? undefined : turnsOf(wanted);
      if (turns === undefined) return run();
      if (effect === "goes away") await waitForTurn(turns, id, wanted, turn);
      else turns.away(tokenOf(wanted), nameOf(wanted));
      return comingUp(turns, wanted, run);
    },
  };
}

/** What people call it: a fleet's instances are labelled with their names, unless the program says otherwise. */
function nameOf({ label }: Bag): string {
  return typeof label === "string" && label !== "" ? label : "an instance without a label";
}

function stoppedError(id: string, group: string, why: string): VastError {
  return new VastError(
    "roll_stopped",
    `The rolling replacement of ${group} stopped: ${why}. Instance ${id} was left as it is: it was not destroyed or changed, and is billed as before. ` +
      "Correct what the error of that one says and run `pulumi up` again, which goes on with those that are left.",
  );
}
