import type { Bag } from "../../../provider/engine/values.js";
import { TOKEN } from "../../support/harness.js";
import { type Operation, USER } from "../operations.js";
import type { Scene } from "../scene.js";
import { cutOff, have, isStrange, operation, type Said, say } from "./noun-steps.js";

const SEARCH = "GET /api/v0/template/";
const CREATE = "POST /api/v0/template/";
const UPDATE = "PUT /api/v1/template/";
const DELETE = "DELETE /api/v0/template/";

export const template: Said = {
  kind: "Template",
  name: "training",
  inputs: { name: "training", image: "ubuntu:22.04", env: { MODE: "try" }, ownerToken: TOKEN },
};
const other: Said = { ...template, name: "serving", inputs: { ...template.inputs, ownerToken: "b".repeat(12) } };
const UNMARKED = { descriptionMark: false };

function changing(what: string, routes: readonly string[], before: Bag, after: Bag): Operation {
  return operation(`template: ${what}`, routes, async (scene) => {
    await have(scene, template, before);
    say(scene, template, { ...before, ...after });
  });
}

const ours = ({ world }: Scene) => world.templates().find(({ account, kept }) => account === 1 && kept)?.id ?? 0;

/** Everything that create, update, read and delete of a template do. */
export const templateOperations: readonly Operation[] = [
  operation("template: create", [USER, SEARCH, CREATE], async (scene) => say(scene, template)),
  operation("template: create without a mark", [USER, SEARCH, CREATE], async (scene) => say(scene, template, UNMARKED)),
  operation("template: create of two at once", [USER, SEARCH, CREATE], async (scene) => {
    say(scene, template);
    say(scene, other);
  }),
  operation("template: create takes up what a killed run left", [USER, SEARCH, UPDATE], async (scene) => {
    say(scene, template);
    await cutOff(scene, "kill", { method: "POST", path: "/api/v0/template/" });
  }),
  operation("template: create adopts", [USER, SEARCH], async (scene) => {
    const id = scene.world.addTemplate({ name: "by hand", image: "ubuntu:20.04", private: true }, 1);
    isStrange(scene, "Template", id, "may go");
    say(scene, template, { adoptTemplateId: id });
  }),
  operation("template: create refuses beside an equal one without a mark", [USER, SEARCH], async (scene) => {
    await have(scene, template, UNMARKED);
    isStrange(scene, "Template", ours(scene), "may go");
    scene.stack.clear();
  }),

  changing("update", [SEARCH, UPDATE], {}, { image: "ubuntu:24.04" }),
  changing("update without a mark", [USER, SEARCH, UPDATE], UNMARKED, { image: "ubuntu:24.04" }),
  changing("update takes the mark off", [USER, SEARCH, UPDATE], {}, UNMARKED),
  {
    ...changing("update of what was edited in the console", [SEARCH, UPDATE], {}, {}),
    prepare: async (scene) => {
      await have(scene, template);
      scene.world.editTemplate(ours(scene), { onstart: "by hand" });
      say(scene, template, { image: "ubuntu:24.04" });
    },
  },

  operation("template: read", [SEARCH], (scene) => have(scene, template), "refresh"),
  operation("template: delete", [DELETE], (scene) => have(scene, template), "destroy"),
  ...(["refresh", "destroy"] as const).map((command) =>
    operation(
      `template: ${command} of one that is gone`,
      [command === "refresh" ? SEARCH : DELETE],
      async (scene) => {
        await have(scene, template);
        scene.world.deleteTemplate(ours(scene));
      },
      command,
    ),
  ),
];
