// A reader that has enough, as in `pulumi-vastai simulator | head -1`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it, onTestFinished } from "vitest";

it("goes on without a reader, and ends well", async () => {
  const command = join(__dirname, "../../dist/cli/main.js");
  const child = spawn(process.execPath, [command, "simulator", "--port", "0"], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [url] = await once(createInterface(child.stdout), "line");
  child.stdout.destroy();

  // Each request is printed, the first of them into the closed pipe.
  for (let i = 0; i < 3; i += 1) expect((await fetch(`${url}/nothing`)).status).toBe(404);
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
});
