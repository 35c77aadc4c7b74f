// The texts that stand in users' states. They never change. This file loads nothing, so that the command line can write states too.

/** The nouns that have a resource, with the sub-path of the package that holds their lifecycle. */
const LIFECYCLES = {
  Instance: "instance",
  Template: "template",
  Volume: "volume",
  SshKey: "ssh-key",
  InstanceSshKey: "instance-ssh-key",
  EnvVar: "env-var",
} as const;
export type Kind = keyof typeof LIFECYCLES;

/** Pulumi's type token of a kind. It stands in users' states and never changes. */
export function typeToken(kind: Kind): string {
  return `pulumi-nodejs:dynamic/vastai:${kind}`;
}

/**
 * The text that Pulumi stores with each resource and runs to find its lifecycle. A constant, loaded by name: serialised classes break
 * (zod schemas, error classes), weigh 13 kB a resource, and fixes to them never reach resources that exist. Resolved from the program's
 * folder, which also finds the package from inside its own repository. It stands in users' states and never changes.
 */
export function handlerText(kind: Kind): string {
  return `exports.handler = () => require("node:module").createRequire(process.cwd() + "/")("pulumi-vastai/provider/${LIFECYCLES[kind]}").provider;`;
}
