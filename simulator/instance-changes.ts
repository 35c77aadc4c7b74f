import { z } from "zod";
import { changeBid, winningBid } from "./contracts/bid.js";
import type { Contract } from "./contracts/contract.js";
import { mergedEnv, templateNamed } from "./contracts/from-template.js";
import { reboot, remake } from "./contracts/life.js";
import { instanceRow } from "./contracts/row.js";
import { type Answer, noSuchInstance, noSuchTemplate, ok, refusal } from "./http/answers.js";
import type { AccountRequest, Route } from "./http/route.js";
import { complaintAboutId, contractFor, invalidJson } from "./instances.js";

const LOWEST_BID = 0.001;

const BidBody = z.looseObject({ price: z.number().nullish() });

/** What an update in place can change; the official client repeats the id in it and sends `args` as one text. */
const UpdateBody = z.looseObject({
  image: z.string().nullish(),
  template_id: z.number().nullish(),
  template_hash_id: z.string().nullish(),
  env: z.record(z.string(), z.coerce.string()).nullish(),
  onstart: z.string().nullish(),
  args: z.union([z.array(z.string()), z.string().transform((text) => [text])]).nullish(),
});

/** Changes that keep the contract: reboot, recycle, another bid, another container. */
export const instanceChangeRoutes: readonly Route[] = [
  changeRoute("reboot", ({ state, now }, contract) => {
    reboot(state, contract, now);
    return ok({ success: true });
  }),
  changeRoute("recycle", ({ state, now }, contract) => {
    remake(state, contract, now);
    return ok({ success: true });
  }),
  changeRoute("bid_price", answerBid),
  changeRoute("update_template", answerUpdateTemplate),
];

/** A route that needs a living contract of the caller's. */
function changeRoute(verb: string, answer: (request: AccountRequest, contract: Contract) => Answer): Route {
  return {
    method: "PUT",
    path: `/api/v0/instances/${verb}/{id}/`,
    access: "account",
    answer: (request) => {
      const { id } = request.params;
      const complaint = complaintAboutId(id);
      if (complaint !== undefined) return complaint;
      const contract = contractFor(request, id);
      return contract === undefined ? noSuchInstance(id ?? "") : answer(request, contract);
    },
  };
}

function answerBid({ state, now, body }: AccountRequest, contract: Contract): Answer {
  const parsed = BidBody.safeParse(body);
  if (!parsed.success) return invalidJson;
  if (!contract.isBid) return refusal(400, "invalid_args", "Instance is not interruptible.");
  // No price means the one that wins.
  const price = parsed.data.price ?? winningBid(state, contract);
  if (price < LOWEST_BID) {
    return { status: 400, body: { success: false, msg: `Please set a bid price >= ${LOWEST_BID}.` } };
  }
  changeBid(state, contract, price, now);
  return ok({ success: true });
}

function answerUpdateTemplate(request: AccountRequest, contract: Contract): Answer {
  const { state, now, body } = request;
  const parsed = UpdateBody.safeParse(body);
  if (!parsed.success) return invalidJson;
  const { image, env, onstart, args } = parsed.data;
  const template = templateNamed(request, parsed.data);
  if (template === "unknown") return noSuchTemplate;
  const { recipe } = contract;
  // The contract keeps its runtype.
  const base = template ?? recipe;
  contract.recipe = {
    image: image ?? base.image,
    args: args ?? base.args,
    env: template ? mergedEnv(template.env, env ?? {}) : env ? Object.entries(env) : recipe.env,
    onstart: onstart ?? base.onstart,
    template: base.template,
  };
  remake(state, contract, now);
  return ok({ success: true, updated_instance: instanceRow(state, contract, now) });
}
