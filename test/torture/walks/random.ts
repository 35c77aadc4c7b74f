import fc from "fast-check";
import { type Endpoint, routeOf } from "../../../provider/api/endpoint.js";
import { instanceEndpoints } from "../../../provider/api/instances.js";
import { offerEndpoints } from "../../../provider/api/offers.js";
import { userEndpoints } from "../../../provider/api/users.js";
import { faultKinds } from "../../../simulator/http/faults.js";
import type { Fault, Story } from "../../../simulator/index.js";
import { DESTROY, LIST, MANAGE, notCalled, RENT, SEARCH, SHOW } from "../operations.js";
import type { WayOut } from "../quiet.js";
import type { Command } from "../scene.js";
import { pattern, someCourse, someEnding } from "./courses.js";
import type { Act, Edit, Walk } from "./plan.js";

/** What a stack of instances calls. */
const routes = [instanceEndpoints, offerEndpoints, userEndpoints]
  .flatMap((nouns) => Object.values<Endpoint>(nouns).map(routeOf))
  .filter((route) => notCalled[route] === undefined);

/** Routes where a fault matters most come more often. */
const someRoute = fc
  .oneof(
    { weight: 4, arbitrary: fc.constant(RENT) },
    { weight: 4, arbitrary: fc.constantFrom(LIST, SHOW, MANAGE, DESTROY, SEARCH) },
    { weight: 1, arbitrary: fc.constantFrom(...routes) },
    { weight: 1, arbitrary: fc.constant("* /**") },
  )
  .map(pattern);

const someFault: fc.Arbitrary<Fault> = fc.record({
  on: someRoute,
  then: fc.constantFrom(...faultKinds),
  skip: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.integer({ min: 1, max: 6 }) }),
  times: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constantFrom(2, 4, 8, 12) }),
});

const someRun: fc.Arbitrary<Act> = fc
  .record({
    command: fc.oneof(
      { weight: 7, arbitrary: fc.constant<Command>("up") },
      { weight: 2, arbitrary: fc.constant<Command>("up --refresh") },
      { weight: 2, arbitrary: fc.constant<Command>("refresh") },
      { weight: 2, arbitrary: fc.constant<Command>("destroy") },
    ),
    edits: fc.array(
      fc.record({
        resource: fc.nat(2),
        edit: fc.constantFrom<Edit>("label", "image", "env", "state", "bid", "disk", "generation", "gpu", "leave"),
      }),
      { maxLength: 2 },
    ),
    takenBack: fc.integer({ min: 0, max: 3 }).map((n) => n === 3),
    replaced: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(fc.nat(2), { maxLength: 2 }) },
    ),
    faults: fc.array(someFault, { maxLength: 2 }),
    ending: fc.option(someEnding, { freq: 2, nil: undefined }),
    takenAt: fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 2 }),
    bidRises: fc.boolean(),
  })
  .map((run) => ({ do: "run", run }));

const someAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 8, arbitrary: someRun },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("wait" as const), minutes: fc.constantFrom(0.5, 1, 5) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("console" as const),
      contract: fc.nat(3),
      action: fc.constantFrom("destroy" as const, "stop" as const, "start" as const),
    }),
  },
);

const someStory: fc.Arbitrary<Story> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Story>({}) },
  {
    weight: 5,
    arbitrary: fc.constantFrom<Story>(
      { boots: { afterMinutes: 0.5 } },
      { boots: { afterMinutes: 3 } },
      { imageNeverPulls: true },
      { imageNotFound: true },
      { noSpace: true },
      { boots: { afterMinutes: 0.02 }, ociError: true },
      { neverStarted: true },
      { entrypointExits: { afterMinutes: 0 } },
      { hostGoesOffline: { afterMinutes: 0.02 } },
      { hostGoesOffline: { afterMinutes: 0.02, forMinutes: 0.3 } },
      { outbid: { afterMinutes: 0.03 } },
      { outbid: { afterMinutes: 0.03, forMinutes: 0.2 } },
      { priceRises: { afterMinutes: 0, toDollarsPerHour: 0.9 } },
    ),
  },
);

/** A random walk. */
export const someWalk: fc.Arbitrary<Walk> = fc.record({
  seed: fc.nat(1_000_000),
  resources: fc.array(
    fc.record({
      interruptible: fc.boolean(),
      capped: fc.boolean(),
      onBootFailure: fc.constantFrom("destroy" as const, "keep" as const),
      deletedFirst: fc.integer({ min: 0, max: 3 }).map((n) => n === 3),
    }),
    { minLength: 1, maxLength: 3, size: "small" },
  ),
  market: fc.record({
    offers: fc.integer({ min: 2, max: 8 }),
    listLagSeconds: fc.constantFrom(0, 0, 0, 10, 45),
    nullReadsAfterCreate: fc.constantFrom(0, 0, 2),
    oldListOnly: fc.integer({ min: 0, max: 9 }).map((n) => n === 9),
  }),
  stories: fc.array(someStory, { maxLength: 4 }),
  acts: fc.oneof(
    { weight: 2, arbitrary: fc.array(someAct, { minLength: 1, maxLength: 5 }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(someCourse, fc.array(someAct, { maxLength: 2 }))
        .map(([course, more]): Act[] => [...course, ...more]),
    },
  ),
  stateIsReadable: fc.integer({ min: 0, max: 3 }).map((n) => n < 3),
  end: fc.constantFrom("until quiet" as const, "until quiet" as const, "until quiet" as const, "destroyed" as const),
  wayOut: fc.constantFrom<WayOut>("adopt", "destroy by hand"),
});
