import type { Bag } from "../../../provider/engine/values.js";
import { aPublicKey } from "../../support/public-keys.js";
import type { Operation } from "../operations.js";
import { outputOf } from "../references.js";
import type { Scene } from "../scene.js";
import { rentByHand, somebody } from "../somebody.js";
import { have, isStrange, operation, type Said, say } from "./noun-steps.js";
import { LIST as KEYS, sshKey } from "./ssh-key.js";

const LIST = "GET /api/v0/instances/{instanceId}/ssh/";
const ATTACH = "POST /api/v0/instances/{instanceId}/ssh/";
const DETACH = "DELETE /api/v0/instances/{instanceId}/ssh/{keyId}/";

/** An instance of somebody else's, who wants a key in it: `token` keeps apart what stands in the program. */
async function attachment(scene: Scene, inputs: Bag = {}): Promise<Said> {
  const [contract] = scene.world.billedContracts();
  const instanceId = contract?.id ?? (await instanceByHand(scene));
  return {
    kind: "InstanceSshKey",
    name: "colleague",
    inputs: { instanceId, publicKey: aPublicKey(5), ownerToken: "c".repeat(12), ...inputs },
  };
}

/** Somebody's instance, with the keys of the account that Vast has put into it. */
async function instanceByHand(scene: Scene): Promise<number> {
  scene.world.addOffer();
  const id = await rentByHand(scene);
  for (const keyId of scene.world.contract(id)?.sshKeyIds ?? []) {
    isStrange(scene, "InstanceSshKey", `${id}/${keyId}`, "may go");
  }
  return id;
}

const endByHand = (scene: Scene) => {
  for (const { id } of scene.world.billedContracts()) scene.world.act(id, { do: "destroy" });
};

const haveIt = async (scene: Scene) => have(scene, await attachment(scene));

/** Everything that create, read and delete of a key inside an instance do; nothing of it is updated but what did not show. */
export const instanceSshKeyOperations: readonly Operation[] = [
  operation("instance key: create", [LIST, ATTACH], async (scene) => say(scene, await attachment(scene))),
  operation("instance key: create, where keys show late", [LIST, ATTACH], async (scene) => {
    scene.world.settings.sshKeyLagSeconds = 20;
    say(scene, await attachment(scene));
  }),
  operation("instance key: create of one of the account", [KEYS, LIST, ATTACH], async (scene) => {
    await instanceByHand(scene);
    await have(scene, sshKey);
    const said = await attachment(scene, { publicKey: undefined, sshKeyId: outputOf(sshKey.name, "keyId") });
    say(scene, said);
  }),
  operation("instance key: create of one that Vast has put in", [KEYS, LIST], async (scene) => {
    await have(scene, sshKey);
    const said = await attachment(scene, { publicKey: undefined, sshKeyId: outputOf(sshKey.name, "keyId") });
    say(scene, said);
  }),
  operation("instance key: update of one that did not show", [LIST], async (scene) => {
    scene.world.settings.sshKeyLagSeconds = 90;
    say(scene, await attachment(scene));
    await scene.run("up");
    await scene.clock.sleep(90_000);
  }),
  operation("instance key: replacement", [LIST, ATTACH, DETACH], async (scene) => {
    await haveIt(scene);
    say(scene, await attachment(scene, { publicKey: aPublicKey(6) }));
  }),
  operation("instance key: read", [LIST], haveIt, "refresh"),
  operation("instance key: delete", [LIST, DETACH], haveIt, "destroy"),
  operation(
    "instance key: delete where the instance is gone",
    [LIST],
    async (scene) => {
      await haveIt(scene);
      endByHand(scene);
    },
    "destroy",
  ),
  operation(
    "instance key: read where the key is gone",
    [LIST],
    async (scene) => {
      await haveIt(scene);
      const [contract] = scene.world.billedContracts();
      await somebody(scene, ({ sshKeys }) => sshKeys.detach(contract?.id ?? 0, contract?.sshKeyIds[0] ?? 0));
    },
    "refresh",
  ),
];
