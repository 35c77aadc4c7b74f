import { isSamePublicKey } from "../../../provider/public-key.js";
import { carriesMark } from "../../../provider/resources/ssh-key/mark.js";
import { somebody } from "../somebody.js";
import { edit, type NounRules } from "./noun.js";

/** An SSH key opens every new instance of the account. */
export const sshKeyRules: NounRules = {
  things: ({ world }) =>
    (world.view().accounts[0]?.sshKeys ?? []).map(({ id, publicKey }) => ({ id: String(id), like: publicKey })),

  isFoundBy: ({ ownerToken }, { like }) => carriesMark(like, String(ownerToken)),

  isAsWanted: ({ publicKey, ownerToken }, { like }, { outputs }) =>
    isSamePublicKey(like, String(publicKey)) && (outputs.adopted === true || carriesMark(like, String(ownerToken))),

  answer: async (scene, name, message) => {
    if (/`onExisting` to "adopt"/.test(message)) edit(scene, name, { onExisting: "adopt" });
    const left = Number(/`vastai delete ssh-key (\d+)`/.exec(message)?.[1]);
    if (left) await somebody(scene, ({ sshKeys }) => sshKeys.delete(left));
  },
};
