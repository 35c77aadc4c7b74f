import type { Clock } from "../clock.js";
import { CancelledError } from "../errors.js";
import { judgeAnswer } from "./api-error.js";
import type { Send } from "./endpoint.js";
import type { Pacing } from "./pacing.js";
import { parseAnswer } from "./parse.js";
import { withRetry } from "./retry.js";
import type { Transport } from "./transport.js";

/**
 * The way of one call. The order matters: pacing stands inside retry, so that repeats keep Vast's intervals too; errors are
 * built inside pacing, so that it can learn from a 429; parsing stands outermost, as an answer that does not parse is
 * not asked for again. `hide` takes secrets out of the server's words.
 */
export function createPipeline(
  transport: Transport,
  pacing: Pacing,
  clock: Clock,
  hide: (text: string) => string,
): Send {
  return async (endpoint, args = {}) => {
    const call = { endpoint, ...args };
    const waits = { signal: args.signal, onYield: args.onYield, onOvertaken: args.onOvertaken, since: clock.now() };
    try {
      const attempt = () =>
        pacing.paced(endpoint, waits, async () => {
          args.onSend?.();
          return judgeAnswer(call, await transport(call), hide);
        });
      const body = await withRetry(endpoint.effect, clock, args.signal, attempt, Math.random, args.onRetry);
      return parseAnswer(endpoint, body);
    } catch (error) {
      if (args.signal?.aborted && error === args.signal.reason) throw new CancelledError();
      throw error;
    }
  };
}
