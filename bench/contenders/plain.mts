import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Contender, Ground } from "./contender.mts";
import { createStack } from "./pulumi-stack.mts";

const PROVIDER = fileURLToPath(new URL("./plain/vast-instance.js", import.meta.url));

/** A dynamic provider as one writes it in an afternoon from the quickstart of the REST API. */
export function plain(ground: Ground): Promise<Contender> {
  return createStack(ground, {
    name: "plain",
    createsBeginWith: "search",
    files: {
      "index.js": `const { VastInstance } = require("./vast-instance.js");
for (let i = 0; i < ${ground.count}; i++)
  new VastInstance("worker-" + i, { gpuName: "RTX 4090", image: "ubuntu:22.04", diskGb: 32, label: "worker-" + i });
`,
      "vast-instance.js": readFileSync(PROVIDER, "utf8"),
    },
  });
}
