import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { aPublicKey } from "../support/public-keys.js";
import { instance } from "./programs.js";
import { testStack } from "./pulumi.js";
import { ENCRYPTED, filesWith } from "./state.js";

const VALUE = "secret-variable-for-tests";

it("keeps keys and variables of the account, and keys of an instance, under the real engine", async () => {
  const stack = await testStack();
  const { world } = stack;
  const account = () => world.view().accounts[0];
  const keyFile = join(stack.stateFolder, "..", "laptop.pub");
  writeFileSync(keyFile, `${aPublicKey(1)}\n`);
  const program = (more = "") => `
const laptop = new vastai.SshKey("laptop", { publicKeyFile: ${JSON.stringify(keyFile)} });
const token = new vastai.EnvVar("token", { name: "hf_token", value: process.env.VARIABLE });
${instance("trainer")}
const colleague = new vastai.InstanceSshKey("colleague", { instanceId: trainer.instanceId, publicKey: "${aPublicKey(2, "colleague")}" });
const again = new vastai.InstanceSshKey("again", { instanceId: trainer.instanceId, sshKeyId: laptop.keyId });
exports.fingerprint = laptop.fingerprint;
exports.adopted = laptop.adopted;
exports.variable = token.name;
exports.fingerprints = [colleague.fingerprint, again.fingerprint];
exports.keys = vastai.getSshKeysOutput({ dependsOn: laptop }).sshKeys.apply((keys) => keys.map(({ comment }) => comment));
exports.names = vastai.getEnvVarNamesOutput({ dependsOn: token }).names;
${more}`;
  stack.write(program());
  await stack.up({ VARIABLE: VALUE });

  expect(account()).toMatchObject({
    sshKeys: [{ publicKey: expect.stringContaining(aPublicKey(1)) }],
    envVarNames: ["HF_TOKEN"],
  });
  expect(world.secrets()).toEqual({ HF_TOKEN: VALUE });
  expect(world.billedContracts()[0]?.sshKeyIds).toHaveLength(2);
  const outputs = stack.outputs();
  expect(outputs).toMatchObject({ adopted: false, variable: "HF_TOKEN", keys: ["me@laptop"], names: ["HF_TOKEN"] });
  expect(outputs.fingerprints).toEqual([expect.stringMatching(/^SHA256:/), outputs.fingerprint]);
  expect(stack.resource("token").outputs).toMatchObject({ value: ENCRYPTED, name: "HF_TOKEN" });
  expect(filesWith(VALUE, stack.stateFolder)).toEqual([]);

  // Nothing changes by itself, and a file with another key shows.
  await stack.refresh({ VARIABLE: VALUE });
  expect((await stack.up({ VARIABLE: VALUE })).steps).toEqual([]);
  writeFileSync(keyFile, aPublicKey(3, "new"));
  await stack.up({ VARIABLE: `${VALUE}-2` });
  expect(account()?.sshKeys).toMatchObject([{ publicKey: expect.stringContaining(aPublicKey(3, "new")) }]);
  expect(world.secrets()).toEqual({ HF_TOKEN: `${VALUE}-2` });

  stack.write(
    program(`exports.now = vastai.getSshKeys().then(({ sshKeys }) => sshKeys.length);
exports.namesNow = vastai.getEnvVarNames().then(({ names }) => names);
exports.got = vastai.SshKey.get("got", laptop.id).comment;`),
  );
  await stack.up({ VARIABLE: `${VALUE}-2` });
  expect(stack.outputs()).toMatchObject({ now: 1, namesNow: ["HF_TOKEN"], got: "new" });

  await stack.destroy({ VARIABLE: VALUE });
  expect(account()).toMatchObject({ sshKeys: [], envVarNames: [] });
});
