import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Addresses of one PostgreSQL database for two users, with their passwords. */
    postgresUrls: [url: string, ofAnotherUser: string];
  }
}

/** A PostgreSQL server for the whole run; it ends with this process, however that ends. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = spawn(process.execPath, [join(__dirname, "postgres-server.mts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(server, "exit");
  const [line] = await Promise.race([
    once(createInterface(server.stdout), "line"),
    ended.then(() => {
      throw new Error("There is no PostgreSQL server; its own words stand above.");
    }),
  ]);
  project.provide("postgresUrls", JSON.parse(line));
  return async () => {
    server.stdin.end();
    await ended;
  };
}
