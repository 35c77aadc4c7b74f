import { z } from "zod";
import { matchesGlob } from "../glob.js";
import type { Random } from "../random.js";

/**
 * What goes wrong. "before": nothing took place; "after": the effect took place and the answer was lost. `429` comes in the
 * usual form of the route, `429-plain` as text, `429-detail` with `detail`; nothing takes place. `not-json`, `truncated`
 * and `slow` happen to the answer of something that took place. `null-instance`, `auth-error`, `v0-410` and `502-html`
 * answer so and nothing takes place.
 */
export const faultKinds = [
  "429",
  "429-plain",
  "429-detail",
  "500-before",
  "500-after",
  "502-html",
  "hang-up-before",
  "hang-up-after",
  "not-json",
  "truncated",
  "slow",
  "null-instance",
  "auth-error",
  "v0-410",
] as const;

/** One kind of fault. */
export type FaultKind = (typeof faultKinds)[number];

/** A fault as data. */
export const Fault = z.strictObject({
  /** Method and path, e.g. `PUT /api/v0/asks/*`; `*` stands for one segment or for any method, `**` for anything. */
  on: z.string(),
  // biome-ignore lint/suspicious/noThenProperty: the published word for what happens.
  then: z.enum(faultKinds),
  /** How many requests it hits. Default 1. */
  times: z.union([z.int().positive(), z.literal("always")]).optional(),
  /** How many fitting requests pass before it begins. Default 0. */
  skip: z.int().nonnegative().optional(),
  /** Chance from 0 to 1 that it hits, drawn from the world's seed. Default 1. */
  probability: z.number().min(0).max(1).optional(),
  /** How late a `slow` answer comes, in seconds of the world's clock. Default 120. */
  seconds: z.number().positive().optional(),
});
export type Fault = z.infer<typeof Fault>;

/** Faults that wait for their requests. */
export interface Faults {
  add(...faults: readonly Fault[]): void;
  /** Forgets all that have not happened. */
  clear(): void;
  /** Those that have not happened yet, or not often enough. */
  pending(): Fault[];
  /** The fault that hits this request, if any; the first one added goes first. */
  take(method: string, path: string): Fault | undefined;
}

interface Waiting {
  readonly fault: Fault;
  skipsLeft: number;
  timesLeft: number;
}

/** No faults yet. */
export function createFaults(random: Random): Faults {
  let waiting: Waiting[] = [];
  return {
    add: (...faults) => {
      for (const fault of faults) {
        const timesLeft = fault.times === "always" ? Number.POSITIVE_INFINITY : (fault.times ?? 1);
        waiting.push({ fault: Fault.parse(fault), skipsLeft: fault.skip ?? 0, timesLeft });
      }
    },
    clear: () => {
      waiting = [];
    },
    pending: () => waiting.map(({ fault }) => fault),
    take: (method, path) => {
      for (const entry of waiting) {
        if (!fits(entry.fault, method, path)) continue;
        if (entry.skipsLeft > 0) {
          entry.skipsLeft -= 1;
          continue;
        }
        if (!random.chance(entry.fault.probability ?? 1)) continue;
        entry.timesLeft -= 1;
        waiting = waiting.filter(({ timesLeft }) => timesLeft > 0);
        return entry.fault;
      }
      return undefined;
    },
  };
}

function fits({ on }: Fault, method: string, path: string): boolean {
  const [wantedMethod = "*", wantedPath = "**"] = on.split(/\s+/, 2);
  if (wantedMethod !== "*" && wantedMethod !== method) return false;
  const trim = (text: string) => text.replace(/\/+$/, "");
  if (wantedPath.includes("**")) return matchesGlob(trim(wantedPath).replaceAll("**", "*"), trim(path));
  return matchesGlob(trim(wantedPath), trim(path), "[^/]+");
}
