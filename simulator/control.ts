import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { z } from "zod";
import { ConsoleAction } from "./console.js";
import { Fault, type Faults } from "./http/faults.js";
import { StoryRuleShape } from "./story-shape.js";
import type { World } from "./world.js";

type Env = { Bindings: HttpBindings };

/** The routes under `/_simulator`, by which somebody outside the process looks at the world and acts in it. */
export function createControl(world: World, faults: Faults): Hono<Env> {
  const control = new Hono<Env>({ strict: false });

  control.use(async (context, next) => {
    const refused = refusalOfStrangers(context);
    if (refused !== undefined) return context.json({ error: "forbidden", msg: refused }, 403);
    return next();
  });
  control.onError((error, context) => {
    const msg = error instanceof z.ZodError ? z.prettifyError(error) : error.message;
    return context.json({ error: "invalid_request", msg }, 400);
  });

  control.get("/world", (context) => context.json(world.view()));
  control.post("/faults", async (context) => {
    faults.add(...OneOrMore(Fault).parse(await context.req.json()));
    return context.json({ faults: faults.pending() });
  });
  control.delete("/faults", (context) => {
    faults.clear();
    return context.json({ faults: [] });
  });
  control.post("/advance", async (context) => {
    world.advance(z.strictObject({ seconds: z.number().nonnegative() }).parse(await context.req.json()).seconds);
    return context.json({ now: new Date(world.now()).toISOString() });
  });
  control.post("/stories", async (context) => {
    for (const rule of OneOrMore(StoryRuleShape).parse(await context.req.json())) world.tell(rule);
    return context.json({ success: true });
  });
  control.post("/contracts/:id", async (context) => {
    const id = Number(context.req.param("id"));
    world.act(id, ConsoleAction.parse(await context.req.json()));
    return context.json(world.contract(id) ?? null);
  });
  return control;
}

/** One thing, or a list of them. */
function OneOrMore<T extends z.ZodType>(shape: T) {
  return z.union([z.array(shape), shape.transform((one) => [one])]);
}

/**
 * Why a request is turned away. A web page that rebinds its name to 127.0.0.1 comes from loopback, but it cannot help
 * naming its own host; one that merely posts to us names its origin.
 */
function refusalOfStrangers(context: Context<Env>): string | undefined {
  if (!isLoopback(context.env.incoming.socket.remoteAddress ?? ""))
    return "The control routes answer on loopback only.";
  if (!isLoopback(hostNameOf(context.req.header("host") ?? ""))) return "The Host header has to name loopback.";
  const origin = context.req.header("origin");
  if (origin !== undefined && !isLoopback(hostNameOf(origin.replace(/^\w+:\/\//, "")))) return "Foreign origin.";
  return undefined;
}

function hostNameOf(hostAndPort: string): string {
  return hostAndPort.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
}

function isLoopback(name: string): boolean {
  return name === "localhost" || name === "::1" || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(name);
}
