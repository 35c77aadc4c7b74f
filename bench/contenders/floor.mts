import type { Contender, Ground } from "./contender.mts";
import { ARGS } from "./ours.mts";
import { createStack } from "./pulumi-stack.mts";

const HANDLER =
  'exports.handler = () => require("node:module").createRequire(process.cwd() + "/")("./floor-provider.js").provider;';

/** So long that all are under way at the same time, and collections see it. */
const PENDING_MS = 8000;

/**
 * The floor of engine and SDK: resources of the same number and kind, with what the program says of each, whose check and diff do nothing, and which
 * ask nobody. Where memory is measured their creates take a while.
 */
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
  create: async (inputs) => {
    await new Promise((resolve) => setTimeout(resolve, ${ground.heapFile === undefined ? 0 : PENDING_MS}));
    return { id: "1", outs: inputs };
  },
};
`,
    },
  });
}
