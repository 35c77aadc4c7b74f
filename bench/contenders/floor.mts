import type { Contender, Ground } from "./contender.mts";
import { ARGS } from "./ours.mts";
import { createStack } from "./pulumi-stack.mts";

const HANDLER =
  'exports.handler = () => require("node:module").createRequire(process.cwd() + "/")("./floor-provider.js").provider;';

/** The engine's own floor: resources of the same number, kind and size whose check and diff do nothing, and which ask nobody. */
export function floor(ground: Ground): Promise<Contender> {
  const args = JSON.stringify(ARGS);
  const more = `label: "worker-" + i, ownerToken: "0123456789ab", __provider: ${JSON.stringify(HANDLER)}`;
  return createStack(ground, {
    name: "floor",
    createsBeginWith: "other",
    files: {
      "index.js": `const pulumi = require("@pulumi/pulumi");
for (let i = 0; i < ${ground.count}; i++)
  new pulumi.CustomResource("pulumi-nodejs:dynamic/floor:Instance", "worker-" + i, { ...${args}, ${more} });
`,
      "floor-provider.js": `exports.provider = {
  check: async (olds, news) => ({ inputs: news, failures: [] }),
  diff: async () => ({ changes: false }),
  create: async (inputs) => ({ id: "1", outs: inputs }),
};
`,
    },
  });
}
