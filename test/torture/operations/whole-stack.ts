import { type Operation, USER } from "../operations.js";
import type { Scene } from "../scene.js";
import { variable } from "./env-var.js";
import { have, operation, say } from "./noun-steps.js";
import { sshKey } from "./ssh-key.js";
import { template } from "./template.js";
import { volume } from "./volume.js";

const said = [template, sshKey, variable, volume];

const saysAll = (scene: Scene) => {
  for (const each of said) say(scene, each);
};

/** Several nouns in one program: what one failure leaves undone, the next run does, and a destroy goes the other way round. */
export const wholeStackOperations: readonly Operation[] = [
  operation(
    "a stack of four nouns: create",
    [
      USER,
      ...["GET /api/v0/template/", "POST /api/v0/template/"],
      ...["GET /api/v0/ssh/", "POST /api/v0/ssh/"],
      ...["GET /api/v0/secrets/", "POST /api/v0/secrets/"],
      ...["GET /api/v0/volumes/", "POST /api/v0/volumes/search/", "PUT /api/v0/volumes/"],
    ],
    async (scene) => saysAll(scene),
  ),
  operation(
    "a stack of four nouns: delete",
    [
      "DELETE /api/v0/template/",
      "DELETE /api/v0/ssh/{id}/",
      "DELETE /api/v0/secrets/",
      ...["GET /api/v0/volumes/", "DELETE /api/v0/volumes/"],
    ],
    async (scene) => {
      saysAll(scene);
      await have(scene, volume);
    },
    "destroy",
  ),
];
