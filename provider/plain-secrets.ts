import * as pulumi from "@pulumi/pulumi";
import { soundsSecret } from "./engine/secret-names.js";

/**
 * Warns beside a resource of each variable that sounds like a secret and is none: its value stands in the clear in the state and in previews. Said
 * here, because the provider process gets every value in the clear.
 */
export function warnOfPlainSecrets(resource: pulumi.Resource, env: pulumi.Input<unknown>): void {
  plainSecrets(env).then(
    (names) => {
      if (names.length === 0) return undefined;
      const list = names.map((name) => `env.${name}`).join(", ");
      const one = names.length === 1;
      return pulumi.log.warn(
        `${list} ${one ? "sounds" : "sound"} like a secret and ${one ? "is" : "are"} not marked as one: the state and previews hold the value in ` +
          "the clear. Write `pulumi.secret(…)`, or take it from `config.requireSecret`.",
        resource,
      );
    },
    // What is wrong with the value is said where it is used.
    () => {},
  );
}

async function plainSecrets(env: pulumi.Input<unknown>): Promise<string[]> {
  if (isOutput(env)) {
    if (await pulumi.isSecret(env)) return [];
    return new Promise((resolve) => env.apply((known) => resolve(Object.keys(known ?? {}).filter(soundsSecret))));
  }
  const given = Object.entries((await env) ?? {}).filter(([name, value]) => soundsSecret(name) && value !== undefined);
  const plain = await Promise.all(
    given.map(async ([name, value]) => (isOutput(value) && (await pulumi.isSecret(value)) ? [] : [name])),
  );
  return plain.flat();
}

function isOutput(value: unknown): value is pulumi.Output<object | undefined> {
  return pulumi.Output.isInstance(value);
}
