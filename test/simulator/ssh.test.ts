import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { connect as connectTcp } from "node:net";
import {
  BaseAgent,
  Client,
  type ClientChannel,
  type ConnectConfig,
  type ParsedKey,
  type SignCallback,
  utils,
} from "ssh2";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Service } from "../../simulator/doors.js";
import { openDoors } from "../../simulator/reachable.js";
import { loadSsh2 } from "../../simulator/ssh/library.js";
import { type Pretend, pretend } from "./pretend.js";

const mine = utils.generateKeyPairSync("ecdsa", { bits: 256, comment: "me@laptop" });
const another = utils.generateKeyPairSync("ecdsa", { bits: 256 });
const rsa = utils.generateKeyPairSync("rsa", { bits: 2048 });

/** Somebody who knows the public key and signs with another one. */
class Pretender extends BaseAgent<string | Buffer | ParsedKey> {
  override getIdentities(tell: (error: undefined, keys: ParsedKey[]) => void): void {
    tell(undefined, [keyOf(mine.public)]);
  }
  override sign(_key: unknown, data: Buffer, _options: unknown, tell?: SignCallback): void {
    tell?.(undefined, keyOf(another.private).sign(data));
  }
}

function keyOf(text: string): ParsedKey {
  const key = utils.parseKey(text);
  if (key instanceof Error) throw key;
  return key;
}

/** A machine that runs and has the account's key, as far as SSH shows it. */
interface Machine extends Pretend {
  readonly id: number;
  readonly port: number;
}

async function machine(options: { sshExec?: boolean } = {}, env: Record<string, string> = {}): Promise<Machine> {
  const pretended = await pretend({ reachable: true, ...options });
  await pretended.call("POST", "/api/v0/ssh/", { ssh_key: mine.public });
  const id = await pretended.rent({ runtype: "ssh_direc ssh_proxy", env });
  pretended.world.advance(600);
  const row = await pretended.show(id);
  return { ...pretended, id, port: Number(row.ports["22/tcp"][0].HostPort) };
}

/** Logs in; rejects with what the client says when it is not let in. */
function logIn(port: number, options: ConnectConfig = {}): Promise<Client> {
  const client = new Client();
  onTestFinished(() => void client.destroy());
  return new Promise((resolve, reject) => {
    client.once("ready", () => resolve(client)).on("error", reject);
    client.connect({ host: "127.0.0.1", port, username: "root", privateKey: mine.private, ...options });
  });
}

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code; undefined when the connection was cut. */
  readonly end: number | undefined;
}

/** A command that was begun. */
interface Begun {
  readonly channel: ClientChannel;
  /** Its standard output so far. */
  said(): string;
  readonly ended: Promise<Ended>;
}

/** Begins a command, and hears it from its first word. */
function begin(client: Client, command: string): Promise<Begun> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) return reject(error);
      let [stdout, stderr] = ["", ""];
      let end: Ended["end"];
      channel.on("data", (data: Buffer) => (stdout += data));
      channel.stderr.on("data", (data: Buffer) => (stderr += data));
      channel.on("exit", (code: number) => (end = code));
      const ended = new Promise<Ended>((close) => channel.on("close", () => close({ stdout, stderr, end })));
      resolve({ channel, said: () => stdout, ended });
    });
  });
}

async function run(client: Client, command: string, input?: string): Promise<Ended> {
  const { channel, ended } = await begin(client, command);
  channel.end(input);
  return ended;
}

/** Starts a command that starts another one, and returns the ids of both when they run. */
async function startTwo(client: Client): Promise<Begun & { pids: number[] }> {
  const begun = await begin(client, "sleep 600 & echo $$ $!; wait");
  await vi.waitUntil(() => begun.said().endsWith("\n"), { timeout: 5_000, interval: 10 });
  return { ...begun, pids: begun.said().trim().split(" ").map(Number) };
}

async function runs(pid: number): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return text !== "" && !/\) Z /.test(text);
}

async function expectNone(pids: readonly number[]): Promise<void> {
  expect(pids).toHaveLength(2);
  await vi.waitFor(async () => expect(await Promise.all(pids.map(runs))).toEqual([false, false]), { timeout: 5_000 });
}

describe("who is let in over SSH", () => {
  it("is root with a key that the account had when the instance was rented", async () => {
    const { port } = await machine();
    await logIn(port);
    await expect(logIn(port, { privateKey: another.private })).rejects.toThrow("authentication methods failed");
    await expect(logIn(port, { username: "ubuntu" })).rejects.toThrow("authentication methods failed");
    const pretender: ConnectConfig = { privateKey: undefined, agent: new Pretender() };
    await expect(logIn(port, pretender)).rejects.toThrow("authentication methods failed");
    const password: ConnectConfig = { privateKey: undefined, password: "secret", tryKeyboard: true };
    await expect(logIn(port, password)).rejects.toThrow("authentication methods failed");
  });

  it("is one with a key that was put in later, of any type, until it is taken out", async () => {
    const { port, id, call } = await machine();
    await call("POST", "/api/v0/ssh/", { ssh_key: another.public });
    await expect(
      logIn(port, { privateKey: another.private }),
      "Vast puts account keys in when renting",
    ).rejects.toThrow();
    for (const key of [another, rsa]) {
      await call("POST", `/api/v0/instances/${id}/ssh/`, { ssh_key: key.public });
      await logIn(port, { privateKey: key.private });
    }
    const [, second] = JSON.parse((await call("GET", `/api/v0/instances/${id}/ssh/`)).body.ssh_keys);
    await call("DELETE", `/api/v0/instances/${id}/ssh/${second.id}/`);
    await expect(logIn(port, { privateKey: another.private })).rejects.toThrow();
    await logIn(port, { privateKey: rsa.private });
  });

  it("sees one host key for the life of the simulator", async () => {
    const { port, show, id } = await machine();
    const seen = new Set<string>();
    const hostVerifier = (key: Buffer) => Boolean(seen.add(key.toString("base64")));
    await logIn(port, { hostVerifier });
    await logIn((await show(id)).ssh_port, { hostVerifier });
    const other = await machine();
    expect(seen.size).toBe(1);
    await logIn(other.port, { hostVerifier });
    expect(seen.size).toBe(2);
  });

  it("may do nothing but run commands", async () => {
    const client = await logIn((await machine({ sshExec: true })).port);
    const refusal = (ask: (answered: (error?: Error) => void) => void) =>
      new Promise<string>((resolve) => ask((error) => resolve(error?.message ?? "granted")));
    expect(await refusal((answered) => client.shell(answered))).toMatch(/Unable to request a pseudo-terminal/);
    expect(await refusal((answered) => client.shell(false, answered))).toMatch(/Unable to open shell/);
    expect(await refusal((answered) => client.sftp(answered))).toMatch(/Unable to start subsystem/);
    expect(await refusal((answered) => client.forwardIn("127.0.0.1", 0, answered))).toMatch(/Unable to bind/);
    expect(await refusal((answered) => client.forwardOut("127.0.0.1", 1, "127.0.0.1", 2, answered))).toMatch(
      /Channel open failure/,
    );
    expect((await run(client, "echo still here")).stdout).toBe("still here\n");
  });

  it("gets the banner at once, and does no harm by hanging up or by talking nonsense", async () => {
    const { port } = await machine();
    for (const words of ["", "GET / HTTP/1.1\r\n\r\n", "SSH-2.0-x\r\nnonsense nonsense nonsense"]) {
      const socket = connectTcp({ host: "127.0.0.1", port });
      const heard = await new Promise<Buffer>((resolve) => socket.once("data", resolve));
      expect(heard.toString()).toMatch(/^SSH-2\.0-\w+\r\n/);
      await new Promise((resolve) =>
        socket
          .on("close", resolve)
          .on("error", () => {})
          .resume()
          .end(words),
      );
    }
    await logIn(port);
  });
});

describe("a command over SSH", () => {
  it("is not run unless told, and that is said", async () => {
    const client = await logIn((await machine()).port);
    expect(await run(client, "echo hello")).toEqual({
      stdout: "",
      stderr: expect.stringMatching(/runs no commands.*--ssh-exec/),
      end: 127,
    });
  });

  it("has its input and output, its end and the container's variables, and a folder of its own", async () => {
    const { port, id } = await machine({ sshExec: true }, { EPOCHS: "3", "-p 8080:8080": "1" });
    const client = await logIn(port);
    expect(await run(client, "cat; echo problem >&2; exit 3", "words")).toEqual({
      stdout: "words",
      stderr: "problem\n",
      end: 3,
    });
    expect(await run(client, "kill -TERM $$")).toMatchObject({ end: 128 + 15 });
    const { stdout } = await run(client, "ls; env");
    expect(
      Object.fromEntries(
        stdout
          .trim()
          .split("\n")
          .map((line) => line.split("=")),
      ),
    ).toEqual({
      CONTAINER_ID: String(id),
      VAST_CONTAINERLABEL: `C.${id}`,
      GPU_COUNT: "1",
      EPOCHS: "3",
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      HOME: expect.any(String),
      PWD: expect.any(String),
    });
    expect((await run(client, "seq 1 200000 | tee numbers | tail -1")).stdout).toBe("200000\n");
    expect((await run(await logIn(port), "cat numbers")).stdout).toHaveLength(1_288_895);
  });

  it("ends with all that it started when its connection or its channel closes, and when the container stops", async () => {
    const { port, world, id } = await machine({ sshExec: true });
    const leaving = await logIn(port);
    const left = await startTwo(leaving);
    leaving.end();
    await expectNone(left.pids);

    const staying = await logIn(port);
    const closed = await startTwo(staying);
    closed.channel.close();
    await expectNone(closed.pids);
    expect((await run(staying, "echo still here")).stdout).toBe("still here\n");

    const cutOff = await startTwo(await logIn(port));
    world.act(id, { do: "stop" });
    world.advance(60);
    await cutOff.ended;
    await expectNone(cutOff.pids);
  });

  it("ends when the container starts anew, is destroyed, or the simulator stops", async () => {
    const { port, world, call, id, stop } = await machine({ sshExec: true });
    const client = await logIn(port);
    const rebooted = await startTwo(client);
    await call("PUT", `/api/v0/instances/reboot/${id}/`);
    world.advance(600);
    await expectNone(rebooted.pids);

    const stopped = await startTwo(await logIn(port));
    const { stdout: folder } = await run(await logIn(port), "touch result; pwd");
    expect(existsSync(folder.trim())).toBe(true);
    await stop();
    await expectNone(stopped.pids);
    expect(existsSync(folder.trim())).toBe(false);

    const other = await machine({ sshExec: true });
    const destroyed = await startTwo(await logIn(other.port));
    other.world.act(other.id, { do: "destroy" });
    await expectNone(destroyed.pids);
  });

  it("leaves nothing in the background, and does not wait for it", async () => {
    const client = await logIn((await machine({ sshExec: true })).port);
    const { stdout } = await run(client, "sleep 600 & sleep 600 & echo $! $!");
    await expectNone(stdout.trim().split(" ").map(Number));
  });
});

describe("without the package ssh2", () => {
  const absent = (code: string) => () => Promise.reject(Object.assign(new Error("Cannot find it"), { code }));
  const service = {} as Service;

  it("only the banner answers, as it is the case when import or require does not find it", async () => {
    for (const code of ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"]) {
      expect(await loadSsh2(absent(code))).toBeUndefined();
    }
    await expect(loadSsh2(absent("ERR_DLOPEN_FAILED"))).rejects.toThrow("Cannot find it");
    const doors = await openDoors(
      { reachable: true },
      () => service,
      async () => undefined,
    );
    const socket = connectTcp({ host: "127.0.0.1", port: doors?.open(1, "22/tcp") ?? 0 });
    const heard = await new Promise<Buffer>((resolve) => socket.once("data", resolve));
    expect(heard.toString()).toBe("SSH-2.0-OpenSSH_9.6p1 pretended\r\n");
    await doors?.close();
  });

  it("or on machines that nobody can reach, commands cannot be asked for", async () => {
    const asked = openDoors(
      { reachable: true, sshExec: true },
      () => service,
      async () => undefined,
    );
    await expect(asked).rejects.toThrow("npm install ssh2");
    await expect(openDoors({ sshExec: true }, () => service)).rejects.toThrow("Set `reachable: true`");
  });
});
