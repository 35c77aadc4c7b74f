// Every request of create, update, read and delete, hit by everything that can go wrong with it. After each case the promises of
// the never-lost protocol are looked up in the world: see scene.ts, audit.ts and quiet.ts.
import { describe, expect, it } from "vitest";
import { endpoints } from "../../provider/api/client.js";
import { routeOf } from "../../provider/api/endpoint.js";
import { type FaultKind, faultKinds } from "../../simulator/http/faults.js";
import type { LoggedRequest } from "../../simulator/index.js";
import type { Operation } from "./operations.js";
import { destroyAll, untilQuiet } from "./quiet.js";
import { type Disturbance, openScene, type Scene } from "./scene.js";

/** One thing that goes wrong with request number `skip` + 1 of a route. */
interface Trouble {
  readonly name: string;
  disturb(route: string, skip: number): Disturbance;
}

function fault(name: string, then: FaultKind, more: { times?: number; seconds?: number } = {}): Trouble {
  return { name, disturb: (route, skip) => ({ faults: [{ on: pattern(route), then, skip, ...more }] }) };
}

/** The run ends when the request has taken effect, or when it has not. */
function ending(name: string, how: "cancel" | "kill", effect: "effect" | "no effect"): Trouble {
  return {
    name,
    disturb: (route, skip) => {
      let seen = 0;
      return {
        faults: effect === "effect" ? [] : [{ on: pattern(route), then: "hang-up-before", skip }],
        onRequest: (request, _, process) => {
          if (routeOfRequest(request) !== route) return;
          if (seen === skip) process[how]();
          seen += 1;
        },
      };
    },
  };
}

const troubles: readonly Trouble[] = [
  ...faultKinds.map((then) => fault(then, then)),
  fault("429 storm", "429", { times: 4 }),
  fault("429 for longer than anybody asks again", "429", { times: 12 }),
  fault("500 for longer than anybody asks again", "500-before", { times: 8 }),
  fault("effect and no answer, for longer than anybody asks again", "hang-up-after", { times: 8 }),
  fault("null for the first reads", "null-instance", { times: 3 }),
  fault("slow, but in time", "slow", { seconds: 20 }),
  ending("Ctrl-C before its effect", "cancel", "no effect"),
  ending("Ctrl-C after its effect", "cancel", "effect"),
  ending("kill -9 before its effect", "kill", "no effect"),
  ending("kill -9 after its effect", "kill", "effect"),
];

/** What something can get lost or be mistaken by; the others the client meets alike on every route. */
const DECISIVE_FOR_READS = [
  "hang-up-before",
  "not-json",
  "null-instance",
  "auth-error",
  "500 for longer than anybody asks again",
  "Ctrl-C before its effect",
  "kill -9 after its effect",
];
/** Where a request changes something, it matters as well whether it did. */
const DECISIVE_FOR_WRITES = [
  ...DECISIVE_FOR_READS,
  "500-after",
  "hang-up-after",
  "effect and no answer, for longer than anybody asks again",
  "Ctrl-C after its effect",
  "kill -9 before its effect",
];

const reads = new Set(endpoints.filter(({ effect }) => effect === "read").map(routeOf));

function isDecisive({ name }: Trouble, route: string): boolean {
  return (reads.has(route) ? DECISIVE_FOR_READS : DECISIVE_FOR_WRITES).includes(name);
}

/** Where a case meets everything that can go wrong, and not only what is decisive. */
export type MeetsEverything = (operation: Operation, route: string, skip: number) => boolean;

/** A route meets everything once: the first time that the first operation calls it. */
export function onceARoute(operations: readonly Operation[]): MeetsEverything {
  return (operation, route, skip) =>
    skip === 0 && operations.find(({ routes }) => routes.includes(route)) === operation;
}

function pattern(route: string): string {
  return route.replace(/\{\w+\}/g, "*");
}

const templates = endpoints.map((endpoint) => {
  const [method, path = ""] = routeOf(endpoint).split(" ");
  return {
    route: routeOf(endpoint),
    method,
    path: new RegExp(`^${path.replace(/\{\w+\}/g, "\\d+").replace(/\/$/, "/?")}$`),
  };
});

function routeOfRequest(request: LoggedRequest): string | undefined {
  return templates.find(({ method, path }) => method === request.method && path.test(request.path))?.route;
}

/** Runs the operation; says how often each route was called. */
async function perform(scene: Scene, operation: Operation, trouble: Disturbance = {}): Promise<Map<string, number>> {
  await operation.prepare(scene);
  const own = operation.disturbance?.(scene) ?? {};
  const { length } = scene.world.view().requests;
  await scene.run(operation.command, {
    faults: trouble.faults ?? [],
    onRequest: (request, count, process) => {
      own.onRequest?.(request, count, process);
      trouble.onRequest?.(request, count, process);
    },
  });
  const calls = new Map<string, number>();
  for (const request of scene.world.view().requests.slice(length)) {
    // Logs lie beside the API, behind an address that it names.
    if (!request.path.startsWith("/api/")) continue;
    const route = routeOfRequest(request) ?? "unknown";
    calls.set(route, (calls.get(route) ?? 0) + 1);
  }
  return calls;
}

async function inScene<T>(work: (scene: Scene) => Promise<T>): Promise<T> {
  const scene = await openScene();
  const result = await work(scene).finally(() => scene.clock.stop());
  await scene.stop();
  return result;
}

/** What is wrong with a case; undefined when every promise held. */
async function complaint(
  operation: Operation,
  route: string,
  trouble: Trouble,
  skip: number,
): Promise<string | undefined> {
  try {
    await inScene(async (scene) => {
      const calls = await perform(scene, operation, trouble.disturb(route, skip));
      if ((calls.get(route) ?? 0) <= skip) throw new Error(`the trouble was never met: ${scene.story.join("\n")}`);
      await (operation.then === "until quiet" ? untilQuiet(scene) : destroyAll(scene));
    });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Tests the cases of these operations: all of them, unless it is said where to. */
export function describeMatrix(some: readonly Operation[], meetsEverything: MeetsEverything = () => true): void {
  describe.each(some)("$name", (operation) => {
    let calls: ReadonlyMap<string, number>;

    it("calls the routes that it says, and keeps every promise when nothing goes wrong", async () => {
      calls = await inScene(async (scene) => {
        const counted = await perform(scene, operation);
        await (operation.then === "until quiet" ? untilQuiet(scene) : destroyAll(scene));
        return counted;
      });
      expect([...calls.keys()].toSorted()).toEqual([...operation.routes].toSorted());
    });

    it.each(operation.routes)("keeps every promise whatever happens to %s", { timeout: 60_000 }, async (route) => {
      const last = (calls.get(route) ?? 1) - 1;
      const complaints: string[] = [];
      for (const trouble of troubles) {
        for (const skip of new Set([0, last])) {
          if (!isDecisive(trouble, route) && !meetsEverything(operation, route, skip)) continue;
          const said = await complaint(operation, route, trouble, skip);
          const name = [operation.name, route, trouble.name, skip === 0 ? "first" : "last"].join(", ");
          if (said !== undefined) complaints.push(`${name}:\n${said}`);
        }
      }
      expect(complaints.join("\n\n")).toBe("");
    });
  });
}
