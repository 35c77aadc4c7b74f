import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { endProcess } from "./processes.js";
import { instance } from "./programs.js";
import { checkout, testStack } from "./pulumi.js";

const PACK = join(checkout, "policy", "run.js");

describe("the policy pack", () => {
  it("stops a preview with the message of each rule that is broken, and nothing is rented", async () => {
    const stack = await testStack();
    const config = join(stack.stateFolder, "..", "policy.json");
    writeFileSync(config, JSON.stringify({ "allowed-countries": { countries: ["SE"] }, "disk-size": "advisory" }));
    stack.write(`
const shape = new vastai.Template("shape", { image: "ubuntu:22.04" });
${instance("trainer", { image: "ubuntu", diskGb: 900, maxDollarsPerHour: 3 }, { more: '{ env: { HF_TOKEN: "hello", WANDB_API_KEY: pulumi.secret("hello") } }' })}
${instance("later", { offer: { country: "SE" }, timeToLiveHours: 4 }, { more: "{ maxDollarsPerHour: shape.templateId }" })}
`);
    const { text } = await stack.failing(`preview --policy-pack ${PACK} --policy-pack-config ${config}`);
    const broken = [...text.matchAll(/- \[(\w+)\]\s+([\w-]+)\s+\(\S+ (\w+)\)/g)].map(
      ([, level, rule, name]) => `${level} ${rule} ${name}`,
    );
    expect(broken.sort()).toEqual([
      "advisory disk-size trainer",
      "advisory price-per-instance later",
      "advisory time-to-live trainer",
      "mandatory allowed-countries trainer",
      "mandatory pinned-images trainer",
      "mandatory plain-secrets trainer",
      "mandatory price-per-instance trainer",
    ]);
    expect(text).toContain("trainer may cost 3 $/h by its own inputs, and 1 $/h is the limit.");
    expect(text).toContain("value at .maxDollarsPerHour can't be known during preview");
    expect(text).toContain("The variable HF_TOKEN in `env` of trainer");
    expect(text).not.toContain("WANDB_API_KEY in `env`");
    expect(stack.world.contracts()).toEqual([]);
  });

  it("lets a stack come up that keeps to it, and judges what was rented at the end", async () => {
    const stack = await testStack({ world: { offers: 0 } });
    const offerId = stack.world.addOffer({ dph_base: 0.3, verification: "unverified" });
    // An offer that is named by its id is known only once it is rented.
    stack.write(instance("trainer", { offer: undefined, offerId, maxDollarsPerHour: 0.5, timeToLiveHours: 4 }));
    const { text } = await stack.failing(`up --policy-pack ${PACK}`);
    expect(text.match(/- \[\w+\]\s+([\w-]+)/g)).toEqual(["- [mandatory]  verified-machines"]);
    expect(text).toContain("trainer is on a machine that Vast calls unverified. It is rented and billed on.");
    expect(stack.world.billedContracts()).toHaveLength(1);
    await stack.destroy();
  });

  it("starts as a folder in the way that current language hosts start one", async () => {
    const harness = join(checkout, "node_modules", "@pulumi", "pulumi", "cmd", "run-policy-pack");
    const folder = join(checkout, "policy");
    const pack = spawn(process.execPath, [harness, "127.0.0.1:1", folder], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const [firstLine] = await Promise.race([once(createInterface(pack.stdout), "line"), once(pack, "exit")]);
      expect(String(firstLine)).toMatch(/^\d+$/);
    } finally {
      if (pack.pid !== undefined) endProcess(pack.pid);
    }
  });
});
