import type { Bag } from "../../../provider/engine/values.js";
import { TOKEN } from "../../support/harness.js";
import { LIST as INSTANCES, type Operation } from "../operations.js";
import type { Scene } from "../scene.js";
import { rentByHand, somebody } from "../somebody.js";
import { cutOff, have, isStrange, operation, type Said, say } from "./noun-steps.js";

const SEARCH = "POST /api/v0/volumes/search/";
const LIST = "GET /api/v0/volumes/";
const RENT = "PUT /api/v0/volumes/";
const CLONE = "POST /api/v0/volumes/copy/";
const DELETE = "DELETE /api/v0/volumes/";

export const volume: Said = {
  kind: "Volume",
  name: "data",
  inputs: { offer: {}, sizeGb: 50, resourceName: "data", ownerToken: TOKEN, allowDataLoss: true },
};
const other: Said = { ...volume, name: "cache", inputs: { ...volume.inputs, ownerToken: "b".repeat(12) } };

function changing(what: string, routes: readonly string[], before: Bag, after: Bag): Operation {
  return operation(`volume: ${what}`, routes, async (scene) => {
    await have(scene, volume, before);
    say(scene, volume, { ...before, ...after });
  });
}

/** Somebody rents a volume by hand. */
async function byHand(scene: Scene, belonging: "stays" | "may go"): Promise<number> {
  say(scene, volume);
  const [offer] = scene.world.offers();
  await somebody(scene, ({ volumes }) =>
    volumes.rent({ id: 60_000_000 + (offer?.machineId ?? 0), size: 50, name: "hand" }),
  );
  const id = scene.world.billedVolumes()[0]?.id ?? 0;
  isStrange(scene, "Volume", id, belonging);
  return id;
}

const deleteByHand = (scene: Scene) =>
  somebody(scene, ({ volumes }) => volumes.delete(scene.world.billedVolumes()[0]?.id ?? 0));

/** Somebody mounts the volume into an instance. */
function mount(scene: Scene): Promise<number> {
  const [data] = scene.world.billedVolumes();
  return rentByHand(scene, data?.machineId, data?.id);
}

/** Everything that create, update, read and delete of a volume do. */
export const volumeOperations: readonly Operation[] = [
  operation("volume: create", [LIST, SEARCH, RENT], async (scene) => say(scene, volume)),
  operation("volume: create, where volumes show late", [LIST, SEARCH, RENT], async (scene) => {
    say(scene, volume);
    scene.world.settings.listLagSeconds = 40;
  }),
  operation("volume: create under a name of its own", [LIST, SEARCH, RENT], async (scene) =>
    say(scene, volume, { name: "mine" }),
  ),
  operation("volume: create of two at once", [LIST, SEARCH, RENT], async (scene) => {
    say(scene, volume);
    say(scene, other);
  }),
  operation("volume: create takes over what a killed run left", [LIST], async (scene) => {
    say(scene, volume);
    await cutOff(scene, "kill", { method: "PUT", path: "/api/v0/volumes/" });
  }),
  operation("volume: create adopts", [LIST], async (scene) => {
    const adoptVolumeId = await byHand(scene, "may go");
    say(scene, volume, { adoptVolumeId, sizeGb: undefined, offer: undefined });
  }),
  operation("volume: create of a clone", [LIST, SEARCH, CLONE], async (scene) => {
    const cloneOf = await byHand(scene, "stays");
    say(scene, volume, { cloneOf, sizeGb: undefined });
  }),

  changing("update", [LIST], { allowDataLoss: false }, { allowDataLoss: true }),
  {
    ...changing("update resumes waiting", [LIST], {}, {}),
    prepare: async (scene) => {
      say(scene, volume);
      await cutOff(scene, "cancel", { method: "PUT", path: "/api/v0/volumes/" });
    },
  },
  changing("replacement", [LIST, SEARCH, RENT, DELETE], {}, { sizeGb: 60 }),
  {
    ...changing("replacement, the old one deleted first", [LIST, SEARCH, RENT, DELETE], {}, {}),
    prepare: async (scene) => {
      await have(scene, volume);
      say(scene, volume, { sizeGb: 60 });
      scene.deleteFirst.add(volume.name);
    },
  },

  operation("volume: read", [LIST], (scene) => have(scene, volume), "refresh"),
  operation("volume: delete", [LIST, DELETE], (scene) => have(scene, volume), "destroy"),
  operation(
    "volume: delete without consent",
    [LIST],
    (scene) => have(scene, volume, { allowDataLoss: false }),
    "destroy",
  ),
  operation(
    "volume: delete just after its instance went",
    [LIST, DELETE],
    async (scene) => {
      await have(scene, volume);
      scene.world.act(await mount(scene), { do: "destroy" });
    },
    "destroy",
  ),
  operation(
    "volume: delete while an instance has it",
    [LIST, INSTANCES, DELETE],
    async (scene) => {
      await have(scene, volume);
      await mount(scene);
    },
    "destroy",
  ),
  ...(["refresh", "destroy"] as const).map((command) =>
    operation(
      `volume: ${command} of one that is gone`,
      command === "refresh" ? [LIST] : [LIST, DELETE],
      async (scene) => {
        await have(scene, volume);
        await deleteByHand(scene);
      },
      command,
    ),
  ),
];
