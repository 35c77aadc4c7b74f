import { fullImage } from "../../../provider/api/image.js";
import { readDescription } from "../../../provider/resources/template/description-mark.js";
import type { TemplateView } from "../../../simulator/index.js";
import { edit, type NounRules, type Thing } from "./noun.js";

interface TemplateThing extends Thing {
  readonly view: TemplateView;
}

/** A template costs nothing, and is still to be there once, as the program wants it, and never another resource's. */
export const templateRules: NounRules<TemplateThing> = {
  things: ({ world }) =>
    world
      .templates()
      .filter(({ kept, account }) => kept && account === 1)
      .map((view) => ({ id: String(view.id), like: view.hashId, view })),

  isFoundBy: ({ ownerToken, name }, { view }) => {
    const { token } = readDescription(view.description);
    return token === undefined ? view.name === name : token === ownerToken;
  },

  isAsWanted: ({ name, image, description = "", descriptionMark = true, ownerToken }, { view }, { outputs }) =>
    view.name === name &&
    fullImage(view.image) === fullImage(String(image)) &&
    view.description === (descriptionMark ? `${description} pulumi:${ownerToken}`.trim() : description) &&
    view.private &&
    view.hashId === outputs.hashId,

  answer: async (scene, name, message) => {
    const id = Number(/Set `adoptTemplateId: (\d+)`/.exec(message)?.[1]);
    if (id) edit(scene, name, { adoptTemplateId: id });
    if (/Take `adoptTemplateId` out/.test(message)) edit(scene, name, { adoptTemplateId: undefined });
  },
};
