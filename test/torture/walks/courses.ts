// Courses that random acts seldom take, and on which one thing leads to another.
import fc from "fast-check";
import type { Fault } from "../../../simulator/index.js";
import { DESTROY, LIST, MANAGE, RENT, SHOW } from "../operations.js";
import type { Command } from "../scene.js";
import type { Act, Edit, Ending, Run } from "./plan.js";

/** A route as faults name it. */
export function pattern(route: string): string {
  return route.replace(/\{\w+\}/g, "*");
}

export const someEnding: fc.Arbitrary<Ending> = fc
  .tuple(
    fc.constantFrom("cancel" as const, "kill" as const),
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ atRequest: fc.integer({ min: 1, max: 14 }) }) },
      { weight: 2, arbitrary: fc.record({ atRent: fc.integer({ min: 1, max: 2 }) }) },
      { weight: 2, arbitrary: fc.record({ afterSeconds: fc.integer({ min: 0, max: 90 }) }) },
    ),
  )
  .map(([how, when]) => ({ how, ...when }));

const CALM_RUN: Run = {
  command: "up",
  edits: [],
  takenBack: false,
  replaced: [],
  faults: [],
  ending: undefined,
  takenAt: [],
  bidRises: false,
};

function run(more: Partial<Run>): Act {
  return { do: "run", run: { ...CALM_RUN, ...more } };
}

/** More of one fault than anybody asks again. */
const someLastingFault: fc.Arbitrary<Fault> = fc
  .record({
    on: fc.constantFrom(LIST, SHOW, DESTROY, RENT, MANAGE),
    then: fc.constantFrom("500-before", "hang-up-before", "not-json", "429"),
    skip: fc.integer({ min: 0, max: 3 }),
  })
  .map((fault) => ({ ...fault, on: pattern(fault.on), times: 12 }));

const someCommand = fc.constantFrom<Command>("up", "up --refresh", "refresh", "destroy");

export const someCourse: fc.Arbitrary<Act[]> = fc.oneof(
  // A killed replacement leaves a machine beside the one in the state; what comes then does not get to its end.
  fc
    .record({
      edit: fc.constantFrom<Edit>("generation", "disk"),
      takenBack: fc.boolean(),
      how: fc.constantFrom("kill" as const, "cancel" as const),
      minutes: fc.constantFrom(0, 2),
      command: someCommand,
      fault: fc.option(someLastingFault),
    })
    .map(({ edit, takenBack, how, minutes, command, fault }): Act[] => [
      run({}),
      run({ edits: [{ resource: 0, edit }], takenBack, ending: { how, atRent: 1 } }),
      { do: "wait", minutes },
      run({ command, faults: fault ? [fault] : [] }),
    ]),
  // The first minute of a contract, in several processes.
  fc
    .record({
      seconds: fc.integer({ min: 1, max: 20 }),
      commands: fc.array(someCommand, { minLength: 1, maxLength: 3 }),
      skip: fc.nat(1),
    })
    .map(({ seconds, commands, skip }): Act[] => [
      run({ ending: { how: "cancel", afterSeconds: seconds } }),
      ...commands.map((command) =>
        run({ command, faults: [{ on: pattern(SHOW), then: "null-instance", skip, times: 1 }] }),
      ),
    ]),
  // What is there is replaced by `--replace`: ready, not ready, or already replaced once.
  fc
    .record({
      first: fc.option(someEnding),
      again: fc.boolean(),
      ending: fc.option(someEnding),
      minutes: fc.constantFrom(0, 2),
      command: someCommand,
    })
    .map(({ first, again, ending, minutes, command }): Act[] => [
      run({ ending: first ?? undefined }),
      run({ replaced: [0] }),
      ...(again ? [run({ replaced: [0], ending: ending ?? undefined })] : []),
      { do: "wait", minutes },
      run({ command }),
    ]),
  // The program changes between a run that was killed and the next.
  fc
    .record({ edit: fc.constantFrom<Edit>("gpu", "bid", "disk"), atRent: fc.integer({ min: 1, max: 2 }) })
    .map(({ edit, atRent }): Act[] => [
      run({ ending: { how: "kill", atRent } }),
      run({ edits: [{ resource: 0, edit }] }),
    ]),
);
