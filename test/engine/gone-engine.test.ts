// A provider process whose engine is gone before it could be reached: killed just after it had sent its first call.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { handlerText, typeToken } from "../../provider/kinds.js";
import { checkout } from "./pulumi.js";

const load = createRequire(__filename);
const { credentials } = load("@grpc/grpc-js");
const messages = load("@pulumi/pulumi/proto/provider_pb");
const { ResourceProviderClient } = load("@pulumi/pulumi/proto/provider_grpc_pb");
const { Struct } = load("google-protobuf/google/protobuf/struct_pb");

/** Pulumi's own host of dynamic providers, as the engine starts it. */
async function startHost(engineAddress: string) {
  const script = load.resolve("@pulumi/pulumi/cmd/dynamic-provider");
  const env = { ...process.env, PULUMI_NODEJS_PROJECT: "garage" };
  const child = spawn(process.execPath, [script, engineAddress], {
    cwd: checkout,
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const [port] = await once(child.stdout, "data");
  const client = new ResourceProviderClient(`127.0.0.1:${String(port).trim()}`, credentials.createInsecure());
  onTestFinished(() => client.close());
  const call = (method: string, request: unknown) =>
    new Promise((resolve, reject) => {
      client[method](request, (error: unknown, answer: unknown) => (error ? reject(error) : resolve(answer)));
    });
  return { child, call };
}

/** An address where nobody listens any more. */
async function deadAddress(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

it("ends by itself when the engine was gone before it could be reached", async () => {
  const { child, call } = await startHost(await deadAddress());
  const ended = once(child, "exit");
  const configure = new messages.ConfigureRequest();
  configure.setArgs(Struct.fromJavaScript({}));
  await call("configure", configure);
  const check = new messages.CheckRequest();
  check.setUrn(`urn:pulumi:dev::garage::${typeToken("Instance")}::trainer`);
  check.setOlds(Struct.fromJavaScript({}));
  check.setNews(Struct.fromJavaScript({ __provider: handlerText("Instance") }));
  await call("check", check);
  expect(child.exitCode).toBeNull();
  const [exitCode] = await ended;
  expect(exitCode).toBe(1);
});
