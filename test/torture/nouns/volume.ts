import { isMarkedName } from "../../../provider/resources/volume/own-volumes.js";
import type { VolumeView } from "../../../simulator/index.js";
import { edit, type NounRules, type Thing } from "./noun.js";

interface VolumeThing extends Thing {
  readonly view: VolumeView;
}

/** A volume is billed from its first second. */
export const volumeRules: NounRules<VolumeThing> = {
  things: ({ world }) =>
    world
      .billedVolumes()
      .map((view) => ({ id: String(view.id), like: `${view.name}, ${view.sizeGb} GB on ${view.machineId}`, view })),

  isFoundBy: ({ ownerToken, name, cloneOf }, { view }) =>
    isMarkedName(view.name, String(ownerToken)) ||
    (name !== undefined && view.name === name) ||
    (cloneOf !== undefined && view.clonedFrom === cloneOf),

  isAsWanted: ({ sizeGb, machineId, name }, { view }) =>
    (sizeGb === undefined || view.sizeGb === sizeGb) &&
    (machineId === undefined || view.machineId === machineId) &&
    (name === undefined || view.name === name),

  answer: async (scene, name, message) => {
    const id = Number(/[Ss]et `adoptVolumeId: (\d+)`/.exec(message)?.[1]);
    // What is taken over is not cloned as well.
    if (id) edit(scene, name, { adoptVolumeId: id, cloneOf: undefined });
    if (/Take `adoptVolumeId` out/.test(message)) edit(scene, name, { adoptVolumeId: undefined });
    const holder = Number(/Destroy `vastai destroy instance (\d+)`/.exec(message)?.[1]);
    if (holder) scene.world.act(holder, { do: "destroy" });
    if (!/allowDataLoss: true/.test(message)) return;
    edit(scene, name, { allowDataLoss: true });
    await scene.run("up");
  },
};
