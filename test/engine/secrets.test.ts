import { expect, it } from "vitest";
import { instance } from "./programs.js";
import { testStack } from "./pulumi.js";
import { ENCRYPTED, filesWith } from "./state.js";

const PASSWORD = "registry-password-for-tests";
const VARIABLE = "secret-variable-for-tests";

it("encrypts in the state what is secret, and shows it only when asked", async () => {
  const stack = await testStack();
  const { world } = stack;
  const program = (label: string) => `
const secretly = {
  env: { MODE: "train", TOKEN: pulumi.secret(process.env.VARIABLE) },
  imageLogin: { username: "me", password: process.env.PASSWORD },
};
${instance("trainer", { runtype: "jupyter", label }, { more: "secretly" })}
exports.notebook = trainer.jupyterToken;
exports.ownKey = trainer.instanceApiKey;
exports.environment = trainer.env;
exports.login = trainer.imageLogin;
`;
  const env = { PASSWORD, VARIABLE };
  stack.write(program("before"));
  await stack.up(env);
  stack.write(program("after"));
  // The engine's own log of this level shows inputs, secret ones too, but must not show the API key.
  await stack.run("up --logtostderr -v=9", env);
  await stack.refresh(env);

  const [contract] = world.billedContracts();
  const { jupyter_token: token, extra_env: variables } = await stack.row(contract?.id ?? 0);
  expect(variables).toEqual(expect.arrayContaining([["TOKEN", VARIABLE]]));
  const { stdout } = await stack.run("stack output --show-secrets --json");
  const shown = JSON.parse(stdout);
  expect(shown).toMatchObject({ notebook: token, environment: { TOKEN: VARIABLE }, login: { password: PASSWORD } });
  expect(String(shown.ownKey)).not.toBe("");

  const { inputs, outputs } = stack.resource("trainer");
  for (const bag of [inputs, outputs]) {
    expect(bag.env).toMatchObject({ MODE: "train", TOKEN: ENCRYPTED });
    expect(bag.imageLogin).toEqual(ENCRYPTED);
  }
  expect(outputs).toMatchObject({ jupyterToken: ENCRYPTED, instanceApiKey: ENCRYPTED });
  for (const secret of [PASSWORD, VARIABLE, String(token), String(shown.ownKey)]) {
    expect(filesWith(secret, stack.stateFolder), secret).toEqual([]);
  }
  await stack.destroy(env);
});
