import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sshKeyLifecycle } from "../../provider/resources/ssh-key/lifecycle.js";
import { TOKEN } from "../support/harness.js";
import { aPublicKey, PRIVATE_KEY } from "../support/public-keys.js";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const provider = sshKeyLifecycle();
const check = (inputs: Record<string, unknown>) => provider.check({}, { ownerToken: TOKEN, ...inputs });

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "home-"));
  vi.stubEnv("HOME", home);
  mkdirSync(join(home, ".ssh"));
  writeFileSync(join(home, ".ssh/id.pub"), `${aPublicKey()}\n`);
  writeFileSync(join(home, ".ssh/id"), PRIVATE_KEY);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

describe("the key of an SshKey", () => {
  it("is stored as one line, with the defaults filled in", async () => {
    expect(await check({ publicKey: ` ${aPublicKey()}\n` })).toEqual({
      inputs: { publicKey: aPublicKey(), onExisting: "adopt", ownerToken: TOKEN },
      failures: [],
    });
  });

  it.each([["~/.ssh/id.pub"], [undefined]])(
    "is read from a file, and its text is what is stored (%s)",
    async (path) => {
      const { inputs, failures } = await check({ publicKeyFile: path ?? join(home, ".ssh/id.pub") });
      expect(failures).toEqual([]);
      expect(inputs).toEqual({ publicKey: aPublicKey(), onExisting: "adopt", ownerToken: TOKEN });
    },
  );

  it.each([
    ["publicKey", { publicKey: PRIVATE_KEY }],
    ["publicKeyFile", { publicKeyFile: "~/.ssh/id" }],
  ])("is refused when it is a private one, and nothing of it comes out of check (%s)", async (property, inputs) => {
    const answer = await check(inputs);
    expect(answer.failures).toMatchObject([{ property, reason: expect.stringContaining("private key") }]);
    expect(JSON.stringify(answer)).not.toContain("b3BlbnNzaC1rZXkt");
    expect(JSON.stringify(answer)).not.toContain("BEGIN");
  });

  it("does not come out of check when another input is wrong, either", async () => {
    const answer = await check({ publicKey: PRIVATE_KEY, onExistng: "adopt" });
    expect(answer.failures).toMatchObject([{ property: "onExistng", reason: expect.stringContaining("`onExisting`") }]);
    expect(JSON.stringify(answer)).not.toContain("b3BlbnNzaC1rZXkt");
  });

  it.each([
    ["none", {}, "publicKey", /nothing says which key/],
    ["both", { publicKey: aPublicKey(), publicKeyFile: "~/.ssh/id.pub" }, "publicKeyFile", /not both/],
    [
      "a file that is not there",
      { publicKeyFile: "~/.ssh/nobody.pub" },
      "publicKeyFile",
      /"~\/\.ssh\/nobody\.pub" cannot be read/,
    ],
    ["a number", { publicKey: 7 }, "publicKey", /expected string/],
  ])("is asked for when there is %s", async (_what, inputs, property, reason) => {
    expect((await check(inputs)).failures).toMatchObject([{ property, reason: expect.stringMatching(reason) }]);
  });

  it.each([["publicKey"], ["publicKeyFile"]])("is not judged while %s is unknown", async (property) => {
    const { inputs, failures } = await check({ [property]: UNKNOWN });
    expect(failures).toEqual([]);
    expect(inputs[property]).toBe(UNKNOWN);
  });
});
