import type { Contender, Ground } from "./contender.mts";
import { createStack } from "./pulumi-stack.mts";

/** What each machine is asked to be; the same words as in the other programs. */
export const ARGS = {
  offer: { gpuName: "RTX 4090" },
  maxDollarsPerHour: 2,
  image: "ubuntu:22.04",
  diskGb: 32,
  timeToLiveHours: 8,
};

/** This provider, used as its first example uses it. */
export function ours(ground: Ground): Promise<Contender> {
  return createStack(ground, {
    name: "ours",
    // It looks for what an earlier run left; the search of its check, which prices a preview, came before.
    createsBeginWith: "list",
    files: {
      "index.js": `const vastai = require("pulumi-vastai");
for (let i = 0; i < ${ground.count}; i++) new vastai.Instance("worker-" + i, ${JSON.stringify(ARGS)});
`,
    },
  });
}
