import { edit, type NounRules } from "./noun.js";

/** A variable goes into every new instance of the account. Nothing but its name tells whose it is. */
export const envVarRules: NounRules = {
  things: ({ world }) => Object.entries(world.secrets()).map(([id, like]) => ({ id, like })),

  isFoundBy: ({ name }, { id }) => String(name).toUpperCase() === id,

  isAsWanted: ({ name, value }, { id, like }) => String(name).toUpperCase() === id && value === like,

  answer: async (scene, name, message) => {
    if (/`onExisting` to "adopt"/.test(message)) edit(scene, name, { onExisting: "adopt" });
  },
};
