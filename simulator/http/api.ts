import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { settle } from "../settle.js";
import { nowOf, type State, waitInWorld } from "../state.js";
import { type Answer, htmlPage } from "./answers.js";
import { callerOf } from "./auth.js";
import type { Faults } from "./faults.js";
import { type Reply, replyWithFault } from "./faulty.js";
import { jsonOf } from "./json.js";
import { createPacing } from "./pacing.js";
import type { LoggedRequest, RequestLog } from "./request-log.js";
import type { ApiRequest, Route } from "./route.js";

/** What the API runs on. */
export interface ApiOptions {
  readonly state: State;
  readonly routes: readonly Route[];
  readonly faults: Faults;
  readonly log: RequestLog;
  /** Milliseconds on the world's clock that a request may come too early. */
  readonly slackMs: number;
  /** Ends slow answers when the server stops. */
  readonly stopped: AbortSignal;
  /** Hears of each request once it is answered. */
  readonly onRequest: (request: LoggedRequest) => void;
}

type Env = { Bindings: HttpBindings };

/** The pretend API: each request is logged, hit by faults, let in, paced and answered, in this order. */
export function createApi({ state, routes, faults, log, slackMs, stopped, onRequest }: ApiOptions): Hono<Env> {
  const pacing = createPacing(slackMs);
  // Both forms of a path, with and without the slash at its end, are answered and never redirected.
  const app = new Hono<Env>({ strict: false });

  const act = (route: Route, context: Context<Env>, body: unknown): Answer => {
    const now = settle(state);
    const header = context.req.header("authorization");
    const request: ApiRequest = {
      state,
      now,
      params: context.req.param(),
      query: new URL(context.req.url).searchParams,
      body,
    };
    const paced = (who: string) => (state.settings.pacing ? pacing.check(who, route, now) : undefined);
    if (route.access === "keyless" && header === undefined) {
      return paced(context.env.incoming.socket.remoteAddress ?? "") ?? route.answer(request);
    }
    const caller = callerOf(state, header, route);
    if ("status" in caller) return caller;
    return paced(`account ${caller.account.number}`) ?? route.answer({ ...request, ...caller });
  };

  for (const route of routes) {
    const path = route.path.replace(/\{(\w+)\}/g, ":$1").replace(/\/$/, "");
    app.on(route.method, path, async (context) => {
      const logged = log.open(route.method, pathOf(context), nowOf(state));
      const body = jsonOf(await context.req.text());
      const fault = faults.take(route.method, context.req.path);
      const answer = () => act(route, context, body);
      const reply =
        fault === undefined
          ? answer()
          : await replyWithFault(fault, route, answer, (seconds) => waitInWorld(state, seconds, stopped));
      return send(context, reply, (status) => {
        logged.status = status;
        onRequest(logged);
      });
    });
  }

  app.notFound((context) => {
    const { method } = context.req;
    const path = pathOf(context);
    const logged = log.open(method, path, nowOf(state));
    log.unknownRoutes.push(`${method} ${path}`);
    return send(context, htmlPage(404, "Not Found"), (status) => {
      logged.status = status;
      onRequest(logged);
    });
  });
  return app;
}

/** The path as it was sent, with the slash at its end where it had one. */
function pathOf(context: Context<Env>): string {
  return new URL(context.req.url).pathname;
}

function send(context: Context<Env>, reply: Reply, onStatus: (status: LoggedRequest["status"]) => void): Response {
  if (reply === "hang up") {
    onStatus("hung up");
    context.env.incoming.socket.destroy();
    return RESPONSE_ALREADY_SENT;
  }
  onStatus(reply.status);
  const text = typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body);
  // A global Response would have its body read back through a stream: a tenth of what a request costs.
  context.env.outgoing
    .writeHead(reply.status, {
      "content-type": reply.contentType ?? "application/json",
      "content-length": Buffer.byteLength(text),
    })
    .end(text);
  return RESPONSE_ALREADY_SENT;
}
