import { spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { billOf, greeting, simulatorCommand } from "../../cli/simulator.js";
import { pretend } from "./pretend.js";

/** What the command says when its flags are wrong. */
async function complaint(...flags: string[]): Promise<string> {
  let said = "";
  const command = simulatorCommand()
    .exitOverride()
    .configureOutput({ writeErr: (text) => (said += text) });
  await expect(command.parseAsync(flags, { from: "user" })).rejects.toThrow();
  return said;
}

describe("pulumi-vastai simulator", () => {
  it.each([
    [["--port", "abc"], "'--port <number>' argument 'abc' is invalid. Give a whole number from 0 to 65535."],
    [["--port", "70000"], "'--port <number>' argument '70000' is invalid. Give a whole number from 0 to 65535."],
    [["--speed", "0"], "'--speed <factor>' argument '0' is invalid. Give a number above 0, such as 60."],
    [["--seed", "-1"], "'--seed <number>' argument '-1' is invalid. Give a whole number from 0 to 4294967295."],
    [["--offers", "1.5"], "'--offers <number>' argument '1.5' is invalid. Give a whole number from 0 to 10000."],
  ])("names flag, value and remedy of %j", async (flags, words) => {
    expect(await complaint(...flags)).toBe(`error: option ${words}\n`);
  });

  it("names a port that is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    expect(await complaint("--port", String(port))).toBe(
      `error: --port ${port} is taken by another program; give another one, or --port 0 for any free one.\n`,
    );
    other.close();
  });

  it("greets with the URL alone on the first line and the settings after it", () => {
    const url = "http://127.0.0.1:8080";
    expect(greeting({ url }, 1).split("\n")).toEqual([
      url,
      `export VAST_URL=${url}`,
      expect.stringMatching(/^export VAST_API_KEY=\S+$/),
      "",
    ]);
    expect(greeting({ url }, 60)).toContain("\nexport VASTAI_TIME_SCALE=60\n");
  });

  it("says loudly what --ssh-exec does, before and when it is used", async () => {
    expect(simulatorCommand().helpInformation()).toMatch(
      /--ssh-exec\s+RUN commands that come over SSH ON THIS\s+MACHINE/,
    );
    const main = join(__dirname, "../../dist/cli/main.js");
    const child = spawn(process.execPath, [main, "simulator", "--port", "0", "--ssh-exec"]);
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (data) => (said += data));
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    await once(child, "close");
    expect(said).toMatch(/^warning: --ssh-exec runs commands of anyone on this machine/);
  });

  it("ends with the bill", async () => {
    const simulator = await pretend();
    expect(billOf(simulator)).toBe("Bill: 0.0000 $ for 0 contracts, none still rented. It was all pretended.");
    await simulator.rent({ disk: 72 }, simulator.world.addOffer({ dph_base: 1, storage_cost: 1 }));
    simulator.world.settings.bootMinutes = [3, 3];
    expect(billOf(simulator)).toBe("Bill: 0.0000 $ for 1 contract, 1 still rented at 0.100 $/h. It was all pretended.");
  });
});
