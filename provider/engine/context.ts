import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import { createRequire } from "node:module";
import { systemClock } from "../clock.js";
import { CancelledError } from "../errors.js";
import { hasNoListener } from "./listening.js";
import { createStateReader, type ReadState } from "./stack-state.js";

/**
 * The Pulumi engine as the provider process sees it. Pulumi's dynamic host hands none of this to providers, so it is found
 * in the process, best effort: outside a provider process, or should Pulumi change, each part falls back to doing nothing.
 */
export interface EngineContext {
  /** Aborts on Ctrl-C (the engine's Cancel call) and when the engine is gone. */
  readonly signal: AbortSignal;
  /**
   * A line beside the resource; `passing` lines are replaced by the next one and stay out of the final report. In the first call of a process nobody
   * can tell which resource it is about: then the line begins with `subject`, if there is one.
   */
  log(text: string, kind: "info" | "warning" | "passing", subject?: string): void;
  /** Outside a provider process there is none. */
  readonly readState?: ReadState;
}

/** Address of the engine: always the last argument of the provider process. */
const ENGINE_ADDRESS = /^[\w.[\]:-]+:\d+$/;

/** What one gRPC call to the provider is about. */
const currentCall = new AsyncLocalStorage<{ urn: string }>();

let context: EngineContext | undefined;

/** The engine context of this process, made on first use. */
export function engineContext(): EngineContext {
  context ??= connect();
  return context;
}

function connect(): EngineContext {
  const cancelled = new AbortController();
  const address = process.argv.at(-1) ?? "";
  const host = require.main?.filename ?? "";
  if (!host.includes("dynamic-provider") || !ENGINE_ADDRESS.test(address)) {
    return { signal: cancelled.signal, log: () => {} };
  }
  onCancelCall(() => cancelled.abort(new CancelledError()));
  const end = () => {
    cancelled.abort(new CancelledError("The Pulumi engine is gone."));
    // Nobody is left to record anything. A rent that is on its way carries our label, so the next run finds it.
    process.exit(1);
  };
  // Every line to the closed pipe of a killed CLI raises an error that would be printed to that pipe: it never ends.
  for (const pipe of [process.stdout, process.stderr]) pipe.on("error", end);
  const log = optional(() => connectToEngine(createRequire(host), address, end)) ?? (() => {});
  optional(() => followUrns(createRequire(host)));
  const readState = createStateReader();
  return { signal: cancelled.signal, log, readState: () => readState(currentCall.getStore()?.urn) };
}

/**
 * The dynamic host answers the engine's Cancel call and tells nobody. Node announces every HTTP/2 stream that the process
 * serves, and a gRPC call is one.
 */
function onCancelCall(cancel: () => void): void {
  subscribe("http2.server.stream.start", (message) => {
    const path = (message as { headers?: Record<string, unknown> }).headers?.[":path"];
    if (typeof path === "string" && path.endsWith("/Cancel")) cancel();
  });
}

/** The parts of Pulumi's own generated gRPC code that are used here. */
interface EngineModules {
  EngineClient: new (
    address: string,
    credentials: unknown,
  ) => {
    log(request: unknown, done: () => void): void;
    getChannel(): {
      getConnectivityState(connect: boolean): number;
      watchConnectivityState(last: number, deadline: number, changed: (error?: Error) => void): void;
    };
  };
}

/** States of a gRPC channel, as grpc-js numbers them. */
const READY = 2;
const TRANSIENT_FAILURE = 3;

function connectToEngine(load: NodeJS.Require, address: string, onGone: () => void): EngineContext["log"] {
  const grpc = load("@grpc/grpc-js") as { credentials: { createInsecure(): unknown } };
  const { EngineClient } = load("../../proto/engine_grpc_pb") as EngineModules;
  const proto = load("../../proto/engine_pb");
  const client = new EngineClient(address, grpc.credentials.createInsecure());

  const channel = client.getChannel();
  let wasReady = false;
  let isDoubted = false;
  const watch = () => {
    const state = channel.getConnectivityState(true);
    // A channel falls idle by itself after half an hour of silence; only an engine that cannot be reached again is gone.
    if (wasReady && state === TRANSIENT_FAILURE) return onGone();
    wasReady ||= state === READY;
    if (!wasReady && state === TRANSIENT_FAILURE && !isDoubted) {
      isDoubted = true;
      // Either it was gone before the channel stood, or only the channel fails: grpc takes proxies that the engine's own calls do not.
      const isUnsure = () => !wasReady;
      hasNoListener(address, systemClock(), isUnsure).then(
        (isGone) => isGone && onGone(),
        () => {},
      );
    }
    channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, () => watch());
  };
  watch();

  // The engine takes two calls of one moment in any order, and the line that passes last is the one that people see.
  let passed = Promise.resolve();
  return (text, kind, subject) => {
    const urn = currentCall.getStore()?.urn;
    const request = new proto.LogRequest();
    request.setSeverity(kind === "warning" ? proto.LogSeverity.WARNING : proto.LogSeverity.INFO);
    request.setMessage(urn === undefined && subject ? `${subject}: ${text}` : text);
    request.setUrn(urn ?? "");
    request.setEphemeral(kind === "passing");
    const send = () => new Promise<void>((done) => client.log(request, () => done()));
    if (kind === "passing") passed = passed.then(send).catch(() => {});
    else send().catch(() => {});
  };
}

/**
 * Lets log lines find their resource: the host reads each request in the flow of its own call. Where it can be, that is the last
 * thing read before the lifecycle is called, because the first call of all is under way when this begins.
 */
function followUrns(load: NodeJS.Require): void {
  const proto = load("../../proto/provider_pb") as Record<string, { prototype: Record<string, unknown> }>;
  const getters = {
    CheckRequest: "getNews",
    DiffRequest: "getId",
    CreateRequest: "getProperties",
    ReadRequest: "getId",
    UpdateRequest: "getId",
    DeleteRequest: "getId",
  };
  for (const [request, getter] of Object.entries(getters)) {
    const prototype = proto[request]?.prototype;
    const original = prototype?.[getter];
    if (!prototype || typeof original !== "function") continue;
    prototype[getter] = function (this: { getUrn(): string }, ...args: unknown[]) {
      currentCall.enterWith({ urn: this.getUrn() });
      return original.apply(this, args);
    };
  }
}

function optional<T>(part: () => T): T | undefined {
  try {
    return part();
  } catch {
    return undefined;
  }
}
