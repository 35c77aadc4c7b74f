import type { Bag } from "../../../provider/engine/values.js";
import { TOKEN } from "../../support/harness.js";
import { aPublicKey } from "../../support/public-keys.js";
import type { Operation } from "../operations.js";
import type { Scene } from "../scene.js";
import { somebody } from "../somebody.js";
import { cutOff, have, isStrange, operation, type Said, say } from "./noun-steps.js";

export const LIST = "GET /api/v0/ssh/";
const CREATE = "POST /api/v0/ssh/";
const UPDATE = "PUT /api/v0/ssh/{id}/";
const DELETE = "DELETE /api/v0/ssh/{id}/";

export const sshKey: Said = {
  kind: "SshKey",
  name: "laptop",
  inputs: { publicKey: aPublicKey(1), ownerToken: TOKEN },
};
const other: Said = {
  ...sshKey,
  name: "desktop",
  inputs: { publicKey: aPublicKey(2), ownerToken: "b".repeat(12) },
};

/** Somebody has put the key into the account by hand. */
async function byHand(scene: Scene): Promise<void> {
  const { id } = await somebody(scene, ({ sshKeys }) => sshKeys.create(aPublicKey(1)));
  isStrange(scene, "SshKey", id, "stays");
}

const deleteByHand = (scene: Scene) =>
  somebody(scene, ({ sshKeys }) => sshKeys.delete(scene.world.view().accounts[0]?.sshKeys[0]?.id ?? 0));

function changing(what: string, routes: readonly string[], after: Bag, before: Operation["prepare"]): Operation {
  return operation(`ssh key: ${what}`, routes, async (scene) => {
    await before(scene);
    say(scene, sshKey, after);
  });
}

/** Everything that create, update, read and delete of an SSH key do. */
export const sshKeyOperations: readonly Operation[] = [
  operation("ssh key: create", [LIST, CREATE], async (scene) => say(scene, sshKey)),
  operation("ssh key: create of two at once", [LIST, CREATE], async (scene) => {
    say(scene, sshKey);
    say(scene, other);
  }),
  changing("create takes up what a killed run left", [LIST], {}, async (scene) => {
    say(scene, sshKey);
    await cutOff(scene, "kill", { method: "POST", path: "/api/v0/ssh/" });
  }),
  changing(
    "create refuses beside another key that a killed run left",
    [LIST],
    { publicKey: aPublicKey(3) },
    async (scene) => {
      say(scene, sshKey);
      await cutOff(scene, "kill", { method: "POST", path: "/api/v0/ssh/" });
    },
  ),
  changing("create adopts", [LIST], {}, byHand),
  changing("create refuses what is there", [LIST], { onExisting: "refuse" }, byHand),

  changing("update", [UPDATE], { publicKey: aPublicKey(3) }, (scene) => have(scene, sshKey)),
  changing("replacement of an adopted one", [LIST, CREATE], { publicKey: aPublicKey(3) }, async (scene) => {
    await byHand(scene);
    await have(scene, sshKey);
  }),

  operation("ssh key: read", [LIST], (scene) => have(scene, sshKey), "refresh"),
  operation("ssh key: delete", [DELETE], (scene) => have(scene, sshKey), "destroy"),
  ...(["refresh", "destroy"] as const).map((command) =>
    operation(
      `ssh key: ${command} of one that is gone`,
      [command === "refresh" ? LIST : DELETE],
      async (scene) => {
        await have(scene, sshKey);
        await deleteByHand(scene);
      },
      command,
    ),
  ),
];
