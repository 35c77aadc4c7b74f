import type { Bag } from "../../provider/engine/values.js";
import { pendingLabel } from "../../provider/resources/instance/label.js";
import { anInstance, TOKEN } from "../support/harness.js";
import { startProcess } from "./process.js";
import type { Command, Disturbance, Scene } from "./scene.js";

/** Something that the engine asks of the provider, from a prepared stack on. */
export interface Operation {
  readonly name: string;
  /** Routes that it calls in a calm world, as "METHOD /path/{template}/". */
  readonly routes: readonly string[];
  /** Brings stack, program and world to where it begins; nothing goes wrong yet. */
  prepare(scene: Scene): Promise<void>;
  readonly command: Command;
  /** What else disturbs it: what the operation is about. */
  readonly disturbance?: (scene: Scene) => Disturbance;
  /** How the stack ends up: runs of `up` and then of `destroy`, or of `destroy` alone. */
  readonly then: "until quiet" | "until destroyed";
}

export const SEARCH = "POST /api/v0/bundles/";
export const LIST = "GET /api/v1/instances/";
export const LIST_V0 = "GET /api/v0/instances/";
export const SHOW = "GET /api/v0/instances/{id}/";
export const RENT = "PUT /api/v0/asks/{offerId}/";
export const MANAGE = "PUT /api/v0/instances/{id}/";
export const DESTROY = "DELETE /api/v0/instances/{id}/";
export const DESTROY_MANY = "DELETE /api/v0/instances/";
export const UPDATE_TEMPLATE = "PUT /api/v0/instances/update_template/{id}/";
export const BID = "PUT /api/v0/instances/bid_price/{id}/";
export const REBOOT = "PUT /api/v0/instances/reboot/{id}/";
const VOLUMES = "GET /api/v0/volumes/";
export const USER = "GET /api/v0/users/current/";
export const PRICE_INCREASES = "GET /api/v0/instances/pending-price-increases/";
export const REQUEST_LOGS = "PUT /api/v0/instances/request_logs/{id}/";

/** Routes that no operation calls, and why. */
export const notCalled: Readonly<Record<string, string>> = {
  "GET /api/v0/gpu_names/unique/": "only the lookup getGpuNames calls it, which changes nothing",
  "POST /api/v0/auth/apikeys/": "only the command line calls it, once and by a person's hand; no resource does",
};

const NAME = "trainer";

/** Puts offers on the market and says in the program what is wanted. */
function says(scene: Scene, inputs: Bag = {}, name = NAME, ownerToken = TOKEN): void {
  if (scene.world.offers().length === 0) {
    for (let i = 0; i < 6; i += 1) scene.world.addOffer({ dph_base: 0.3 + i / 100 });
  }
  scene.program.set(name, anInstance({ label: name, ownerToken, ...inputs }));
}

/** The stack as it is after a run in which nothing goes wrong. */
async function has(scene: Scene, inputs: Bag = {}): Promise<void> {
  says(scene, inputs);
  const { failures } = await scene.run("up");
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
}

/** A run that ends just after the service rented, in one of the two ways. */
async function endedAfterRent(scene: Scene, how: "cancel" | "kill", inputs: Bag = {}): Promise<void> {
  says(scene, inputs);
  await scene.run("up", { onRequest: ({ path }, _, process) => path.includes("/asks/") && process[how]() });
}

/** A contract of the resource that nobody waits for: the answer to its rent was lost, and it shows only now. */
async function turnsUpLate(scene: Scene): Promise<void> {
  const { account } = startProcess(scene.simulator.url, scene.clock, scene.config);
  await account.client.instances.rent(scene.world.offers()[0]?.id ?? 0, {
    client_id: "me",
    image: "ubuntu:22.04",
    disk: 10,
    env: {},
    label: pendingLabel(TOKEN),
    target_state: "running",
    cancel_unavail: true,
  });
}

function creating(what: string, routes: readonly string[], prepare: Operation["prepare"]): Operation {
  return { name: `create${what}`, routes, prepare, command: "up", then: "until quiet" };
}

function changing(what: string, routes: readonly string[], before: Bag, after: Bag): Operation {
  const prepare = async (scene: Scene) => {
    await has(scene, before);
    says(scene, { ...before, ...after });
  };
  return { name: `update: ${what}`, routes, prepare, command: "up", then: "until quiet" };
}

/** Everything that create, update, read and delete of an instance do. */
export const operations: readonly Operation[] = [
  creating("", [SEARCH, LIST, RENT, MANAGE], async (scene) => says(scene)),
  creating(", where contracts show late", [SEARCH, LIST, RENT, MANAGE], async (scene) => {
    says(scene);
    Object.assign(scene.world.settings, { listLagSeconds: 40, nullReadsAfterCreate: 2 });
  }),
  creating(", where only the old list is", [SEARCH, LIST, LIST_V0, RENT, MANAGE], async (scene) => {
    says(scene);
    Object.assign(scene.world.settings, { listV1: false, listV0: "open" });
  }),
  creating(
    ": the first machine does not boot",
    [SEARCH, LIST, SHOW, RENT, MANAGE, DESTROY, REQUEST_LOGS],
    async (scene) => {
      says(scene);
      scene.world.tell({ times: 1, story: { boots: { afterMinutes: 0.02 }, ociError: true } });
    },
  ),
  creating(": the image is not found", [SEARCH, LIST, SHOW, RENT, DESTROY], async (scene) => {
    says(scene);
    scene.world.tell({ times: 1, story: { imageNotFound: true } });
  }),
  creating(": nobody started the container", [SEARCH, LIST, RENT, MANAGE], async (scene) => {
    says(scene);
    scene.world.tell({ times: 1, story: { neverStarted: true } });
  }),
  creating(": dearer than its cap", [SEARCH, LIST, SHOW, RENT, MANAGE, DESTROY], async (scene) => {
    says(scene, { maxDollarsPerHour: 0.5 });
    scene.world.tell({ times: 1, story: { priceRises: { afterMinutes: 0, toDollarsPerHour: 0.9 } } });
  }),
  {
    ...creating(": refused, and yet a contract", [SEARCH, LIST, SHOW, RENT, MANAGE, DESTROY], async (scene) => {
      scene.world.replaceOffers([0, 1, 2].map((i) => ({ dph_base: 0.6, min_bid: 0.2 + i / 100 })));
      says(scene, { bidDollarsPerHour: 0.25 });
    }),
    // Between the search and the rent the host of the best offer raises its least bid.
    disturbance: ({ world }) => ({
      onRequest: ({ path }) => {
        const [best] = world.offers().filter(({ minBid }) => minBid === 0.2);
        if (path.startsWith("/api/v0/bundles") && best) world.setMinBid(best.id, 0.5);
      },
    }),
  },
  creating(": takes up what a killed run left", [LIST, VOLUMES, MANAGE], (scene) => endedAfterRent(scene, "kill")),
  creating(": refuses beside a finished contract", [LIST], async (scene) => {
    await has(scene);
    scene.stack.clear();
  }),
  creating(", with a floor under the credit", [SEARCH, LIST, USER, RENT, MANAGE], async (scene) => {
    says(scene);
    scene.config.set("vastai:minCredit", "5");
  }),
  creating(": two at once", [SEARCH, LIST, RENT, MANAGE], async (scene) => {
    says(scene);
    says(scene, {}, "tester", "b".repeat(12));
  }),

  changing("label", [LIST, MANAGE], {}, { label: "champion" }),
  changing("stop", [LIST, MANAGE], {}, { targetState: "stopped" }),
  changing("start", [LIST, MANAGE], { targetState: "stopped" }, { targetState: "running" }),
  {
    ...changing("start, queued until the time is over", [LIST, MANAGE], { targetState: "stopped" }, {}),
    prepare: async (scene) => {
      await has(scene, { targetState: "stopped" });
      says(scene, { timeouts: { updateMinutes: 0.2 } });
      for (const { id } of scene.world.billedContracts()) scene.world.takeGpusOf(id);
    },
  },
  changing("time to live", [LIST, MANAGE], { timeToLiveHours: 5 }, { timeToLiveHours: 50 }),
  changing("bid", [LIST, BID], { bidDollarsPerHour: 0.2 }, { bidDollarsPerHour: 0.25 }),
  changing("container", [LIST, UPDATE_TEMPLATE], { image: "ubuntu:22.04" }, { image: "ubuntu:24.04" }),
  {
    ...changing("resume waiting", [LIST, MANAGE], {}, {}),
    prepare: (scene) => endedAfterRent(scene, "cancel"),
  },
  {
    ...changing("resume waiting after a lost answer", [LIST, SHOW, MANAGE, DESTROY], {}, {}),
    prepare: async (scene) => {
      says(scene);
      await scene.run("up", {
        faults: [{ on: "PUT /api/v0/asks/*", then: "hang-up-before" }],
        onRequest: ({ path, status }, _, process) => path.includes("/asks/") && status === 200 && process.cancel(),
      });
      await turnsUpLate(scene);
    },
  },
  {
    ...changing("restart of what ended by itself", [LIST, REBOOT], {}, {}),
    prepare: async (scene) => {
      scene.world.tell({ times: 1, story: { boots: { afterMinutes: 0.02 }, entrypointExits: { afterMinutes: 5 } } });
      await has(scene, { onDrift: { exited: "restart" } });
      await scene.clock.sleep(600_000);
      await scene.run("refresh");
    },
  },
  {
    ...changing("higher bid for what was outbid", [LIST, BID], {}, {}),
    prepare: async (scene) => {
      scene.world.tell({ times: 1, story: { boots: { afterMinutes: 0.02 }, outbid: { afterMinutes: 5 } } });
      await has(scene, { bidDollarsPerHour: 0.2, onDrift: { outbid: "raiseBid", maxBidDollarsPerHour: 0.9 } });
      await scene.clock.sleep(600_000);
      await scene.run("refresh");
    },
  },
  changing("replacement", [SEARCH, LIST, SHOW, RENT, MANAGE, DESTROY], {}, { diskGb: 50 }),
  {
    ...changing("replacement, the old one deleted first", [SEARCH, LIST, SHOW, RENT, MANAGE, DESTROY], {}, {}),
    prepare: async (scene) => {
      await has(scene);
      says(scene, { diskGb: 50 });
      scene.deleteFirst.add(NAME);
    },
  },

  { name: "read", routes: [LIST, PRICE_INCREASES], prepare: has, command: "refresh", then: "until quiet" },
  {
    name: "read of one that is gone",
    routes: [LIST, SHOW],
    prepare: async (scene) => {
      await has(scene);
      for (const { id } of scene.world.billedContracts()) scene.world.act(id, { do: "destroy" });
    },
    command: "refresh",
    then: "until quiet",
  },
  { name: "delete", routes: [LIST, SHOW, DESTROY], prepare: has, command: "destroy", then: "until destroyed" },
  {
    name: "delete of one that does not show yet",
    routes: [LIST, SHOW, DESTROY],
    prepare: async (scene) => {
      Object.assign(scene.world.settings, { listLagSeconds: 40, nullReadsAfterCreate: 2 });
      await endedAfterRent(scene, "cancel");
    },
    command: "destroy",
    then: "until destroyed",
  },
  {
    name: "delete of two at once",
    routes: [LIST, DESTROY_MANY],
    prepare: async (scene) => {
      says(scene, {}, "tester", "b".repeat(12));
      await has(scene);
    },
    command: "destroy",
    then: "until destroyed",
  },
];
