import type { Contender, Ground } from "./contender.mts";
import { ARGS } from "./ours.mts";
import { createStack } from "./pulumi-stack.mts";

const HANDLER =
  'exports.handler = () => require("node:module").createRequire(process.cwd() + "/")("./floor-provider.js").provider;';

const CHECKS_NOTHING = "const check = async (olds, news) => ({ inputs: news, failures: [] });";
const COMPLETES_INPUTS = `const { instanceLifecycle } = require("pulumi-vastai/provider/instance");
const context = () => ({ signal: new AbortController().signal, log: () => {} });
const { check } = instanceLifecycle({ accountOf: () => { throw new Error("asks nobody"); }, context });`;
/** So long that all are under way at the same time, and collections see it. */
const PENDING_MS = 8000;
/** One after another, as machines come up: the answers of all at once would count as well. */
const APART_MS = 200;

/**
 * The floor of engine and SDK: resources of the same number and kind, with what the program says of each, whose check and diff do nothing, and which
 * ask nobody. Where memory is measured their creates take a while, with the inputs that this provider's own check makes of what the program says.
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
      "floor-provider.js": `${ground.heapFile === undefined ? CHECKS_NOTHING : COMPLETES_INPUTS}
let begun = 0;
exports.provider = {
  check,
  diff: async () => ({ changes: false }),
  create: async (inputs) => {
    begun += 1;
    await new Promise((resolve) => setTimeout(resolve, ${ground.heapFile === undefined ? 0 : `${PENDING_MS} + begun * ${APART_MS}`}));
    return { id: "1", outs: inputs };
  },
};
`,
    },
  });
}
