#!/usr/bin/env node
import { createRequire } from "node:module";
import { Command } from "commander";
import { z } from "zod";
import { costCommand } from "./cost.js";
import { importCommand } from "./import.js";
import { keysCommand } from "./keys.js";
import { offersCommand } from "./offers.js";
import { orphansCommand } from "./orphans.js";
import { simulatorCommand } from "./simulator.js";

const { version, description } = z
  .object({ version: z.string(), description: z.string() })
  .parse(createRequire(__filename)("pulumi-vastai/package.json"));

const program = new Command("pulumi-vastai")
  .description(description)
  .version(version)
  .showHelpAfterError("(add --help for what can be given)")
  .addCommand(simulatorCommand())
  .addCommand(costCommand())
  .addCommand(offersCommand())
  .addCommand(orphansCommand())
  .addCommand(importCommand())
  .addCommand(keysCommand());

// Whoever reads may have enough (`| head`): what is under way, be it an end that is paid for, goes on without a reader.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
