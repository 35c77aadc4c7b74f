import type { Bag } from "../../../provider/engine/values.js";
import { TOKEN } from "../../support/harness.js";
import type { Operation } from "../operations.js";
import type { Scene } from "../scene.js";
import { somebody } from "../somebody.js";
import { cutOff, have, isStrange, operation, type Said, say } from "./noun-steps.js";

const NAMES = "GET /api/v0/secrets/";
const CREATE = "POST /api/v0/secrets/";
const UPDATE = "PUT /api/v0/secrets/";
const DELETE = "DELETE /api/v0/secrets/";

export const variable: Said = {
  kind: "EnvVar",
  name: "token",
  inputs: { name: "hf_token", value: "first", ownerToken: TOKEN },
};

const byHand = async (scene: Scene) => {
  await somebody(scene, ({ secrets }) => secrets.create("HF_TOKEN", "theirs"));
  isStrange(scene, "EnvVar", "HF_TOKEN", "may go");
};

const deleteByHand = (scene: Scene) => somebody(scene, ({ secrets }) => secrets.delete("HF_TOKEN"));

function changing(what: string, routes: readonly string[], after: Bag, before: Operation["prepare"]): Operation {
  return operation(`variable: ${what}`, routes, async (scene) => {
    await before(scene);
    say(scene, variable, after);
  });
}

const haveIt = (scene: Scene) => have(scene, variable);

/** Everything that create, update, read and delete of an environment variable do. */
export const envVarOperations: readonly Operation[] = [
  operation("variable: create", [NAMES, CREATE], async (scene) => say(scene, variable)),
  operation("variable: create of two at once", [NAMES, CREATE], async (scene) => {
    say(scene, variable);
    say(scene, { ...variable, name: "other", inputs: { name: "WANDB_KEY", value: "x", ownerToken: "b".repeat(12) } });
  }),
  changing("create takes over", [NAMES, UPDATE], { onExisting: "adopt" }, byHand),
  changing("create refuses what is there", [NAMES], {}, byHand),
  changing("create refuses what a killed run left", [NAMES], {}, async (scene) => {
    say(scene, variable);
    await cutOff(scene, "kill", { method: "POST", path: "/api/v0/secrets/" });
  }),

  changing("update", [UPDATE], { value: "second" }, haveIt),
  changing("update of one that is gone", [UPDATE, CREATE], { value: "second" }, async (scene) => {
    await haveIt(scene);
    await deleteByHand(scene);
  }),
  changing("replacement", [NAMES, CREATE, DELETE], { name: "HF_KEY" }, haveIt),
  changing("replacement, the old one deleted first", [NAMES, CREATE, DELETE], { name: "HF_KEY" }, async (scene) => {
    await haveIt(scene);
    scene.deleteFirst.add(variable.name);
  }),

  operation("variable: read", [NAMES], haveIt, "refresh"),
  operation("variable: delete", [DELETE], haveIt, "destroy"),
  ...(["refresh", "destroy"] as const).map((command) =>
    operation(
      `variable: ${command} of one that is gone`,
      [command === "refresh" ? NAMES : DELETE],
      async (scene) => {
        await haveIt(scene);
        await deleteByHand(scene);
      },
      command,
    ),
  ),
];
