import { type Account, createAccount } from "../../provider/account/account.js";
import type { Clock } from "../../provider/clock.js";
import type { DynamicProvider } from "../../provider/engine/lifecycle.js";
import type { ReadState } from "../../provider/engine/stack-state.js";
import { CancelledError } from "../../provider/errors.js";
import type { Kind } from "../../provider/kinds.js";
import { envVarLifecycle } from "../../provider/resources/env-var/lifecycle.js";
import { instanceLifecycle } from "../../provider/resources/instance/lifecycle.js";
import { instanceSshKeyLifecycle } from "../../provider/resources/instance-ssh-key/lifecycle.js";
import { sshKeyLifecycle } from "../../provider/resources/ssh-key/lifecycle.js";
import { templateLifecycle } from "../../provider/resources/template/lifecycle.js";
import { volumeLifecycle } from "../../provider/resources/volume/lifecycle.js";
import type { Line } from "../support/harness.js";

/** A provider process that can be told to stop, and that can vanish. */
export interface MortalProcess {
  readonly lifecycles: Readonly<Record<Kind, DynamicProvider>>;
  readonly account: Account;
  readonly lines: readonly Line[];
  /** Ctrl-C: the engine's Cancel call. */
  cancel(): void;
  readonly isCancelled: boolean;
  /** kill -9: its connections are cut, and it sends nothing any more. What the service got before still takes effect. */
  kill(): void;
  readonly isDead: boolean;
  /** Like `work`; rejects with {@link Killed} as soon as the process vanishes. */
  alive<T>(work: Promise<T>): Promise<T>;
}

/** What a run sees of a process that vanished under it. */
export class Killed extends Error {}

/**
 * Starts a process of its own: it shares nothing with others but the service and the time. Without `readState` the Pulumi CLI cannot be asked for the
 * state.
 */
export function startProcess(
  apiUrl: string,
  clock: Clock,
  config: ReadonlyMap<string, string>,
  readState?: ReadState,
): MortalProcess {
  const life = mortalClock(clock);
  const account = createAccount({ apiUrl, apiKey: "key-a", keySource: "the test", timeScale: 1 }, life.clock);
  const cancelled = new AbortController();
  const lines: Line[] = [];
  const context = () => ({
    signal: cancelled.signal,
    log: (text: string, kind: Line["kind"]) => {
      lines.push({ text, kind });
    },
    ...(readState && { readState }),
  });
  const runtime = { accountOf: () => account, context };
  const lifecycles = {
    Instance: instanceLifecycle(runtime),
    Template: templateLifecycle(runtime),
    Volume: volumeLifecycle(runtime),
    SshKey: sshKeyLifecycle(runtime),
    InstanceSshKey: instanceSshKeyLifecycle(runtime),
    EnvVar: envVarLifecycle(runtime),
  };
  for (const lifecycle of Object.values(lifecycles)) {
    lifecycle.configure({ config: { get: (key) => config.get(key) } }).catch(() => {});
  }
  return {
    lifecycles,
    account,
    lines,
    cancel: () => cancelled.abort(new CancelledError()),
    get isCancelled() {
      return cancelled.signal.aborted;
    },
    kill: life.end,
    get isDead() {
      return life.ended.aborted;
    },
    alive: (work) => {
      // Abandoned work may still fail, unheard.
      work.catch(() => {});
      return new Promise((resolve, reject) => {
        const onEnd = () => reject(new Killed());
        if (life.ended.aborted) return onEnd();
        life.ended.addEventListener("abort", onEnd, { once: true });
        const settle = (then: () => void) => {
          life.ended.removeEventListener("abort", onEnd);
          then();
        };
        work.then(
          (value) => settle(() => resolve(value)),
          (error: unknown) => settle(() => reject(error)),
        );
      });
    },
  };
}

/** A clock on which nothing happens any more after the end: sleepers never wake, requests are cut and none is sent. */
function mortalClock(clock: Clock): { clock: Clock; end: () => void; ended: AbortSignal } {
  const end = new AbortController();
  const never = new Promise<never>(() => {});
  const requests = new Set<AbortController>();
  const mortal: Clock = {
    now: () => clock.now(),
    sleep: async (ms, signal) => {
      if (end.signal.aborted) return never;
      try {
        await clock.sleep(ms, signal);
      } finally {
        if (end.signal.aborted) await never;
      }
    },
    pause: async (ms) => {
      if (!end.signal.aborted) await clock.pause(ms);
      if (end.signal.aborted) await never;
    },
    // Every request asks for its limit just before it is sent.
    timeLimit: (ms) => {
      if (end.signal.aborted) throw new Error("a request of a process that is gone");
      const request = new AbortController();
      const limit = clock.timeLimit(ms);
      limit.signal.addEventListener("abort", () => request.abort(), { once: true });
      requests.add(request);
      return {
        signal: request.signal,
        cancel: () => {
          requests.delete(request);
          limit.cancel();
        },
      };
    },
  };
  return {
    clock: mortal,
    ended: end.signal,
    end: () => {
      end.abort();
      for (const request of requests) request.abort();
    },
  };
}
