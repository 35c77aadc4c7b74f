import { z } from "zod";
import { mergedEnv, type TemplateWish, templateNamed } from "./contracts/from-template.js";
import { rent, type Wish } from "./contracts/rent.js";
import { readBackRuntype } from "./contracts/runtype.js";
import { type Answer, noSuchTemplate, ok, refusal } from "./http/answers.js";
import type { AccountRequest, Route } from "./http/route.js";
import { planMounts, VolumeInfo } from "./volume-mounts.js";

/** The image that Vast takes when none is given. */
const DEFAULT_IMAGE = "vastai/base-image:@vastai-automatic-tag";
const DEFAULT_DISK_GB = 8;

/** The official client sends every field, those that were not given as null. */
const RentBody = z.looseObject({
  image: z.string().nullish(),
  template_hash_id: z.string().nullish(),
  template_id: z.number().nullish(),
  disk: z.coerce.number().positive().nullish(),
  runtype: z.string().nullish(),
  env: z.record(z.string(), z.coerce.string()).nullish(),
  onstart: z.string().nullish(),
  args: z.array(z.string()).nullish(),
  args_str: z.string().nullish(),
  label: z.string().nullish(),
  price: z.number().nullish(),
  target_state: z.enum(["running", "stopped"]).nullish(),
  cancel_unavail: z.boolean().nullish(),
  volume_info: VolumeInfo.nullish(),
});
type RentBody = z.infer<typeof RentBody>;

/** Renting. */
export const askRoutes: readonly Route[] = [
  { method: "PUT", path: "/api/v0/asks/{offerId}/", access: "account", answer: answerRent },
];

function answerRent(request: AccountRequest): Answer {
  const { state, now, account, params, body } = request;
  const offerId = Number(params.offerId);
  if (!Number.isSafeInteger(offerId)) {
    return refusal(400, "invalid_args", "error 400/3467: Invalid args: 'id' is required and must be a valid offer ID");
  }
  const parsed = RentBody.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join(".") || "body";
    return refusal(400, "invalid_args", `error 400/3471: Invalid args: ${where}: ${issue?.message ?? "unreadable"}`);
  }
  const complaint = complaintAbout(parsed.data);
  if (complaint !== undefined) return complaint;

  const template = templateNamed(request, parsed.data);
  if (template === "unknown") return noSuchTemplate;

  const wish = wishOf(parsed.data, template);
  const mount = planMounts(request, offerId, parsed.data.volume_info, Object.fromEntries(wish.recipe.env));
  if (typeof mount !== "function") return mount;
  const result = rent(state, account, offerId, wish, now);
  if ("contract" in result) mount(result.contract);
  switch (result.outcome) {
    case "rented":
      return ok({ success: true, new_contract: result.contract.id, instance_api_key: result.instanceKey });
    case "bid too low":
      // The refusal carries a contract, which exists and whose disk is paid.
      return ok({
        success: false,
        error: "resources_unavailable",
        msg: `Bid is below the minimum of ${result.contract.facts.min_bid}.`,
        new_contract: result.contract.id,
        instance_api_key: result.instanceKey,
      });
    case "no credit":
      return refusal(400, "insufficient_credit", "Your account lacks credit");
    case "not available":
      // The 404 stands in the text only, and two blanks follow the code (recorded 2026-02-24).
      return refusal(
        400,
        "invalid_args",
        `error 404/3603: no_such_ask  Instance type by id ${offerId} is not available.`,
        { ask_id: offerId },
      );
  }
}

function complaintAbout({ image, args, args_str, onstart, label, price }: RentBody): Answer | undefined {
  const argsLength = [...(args ?? []), args_str ?? "", onstart ?? ""].join("").length;
  if ((image?.length ?? 0) > 1024 || argsLength > 16_384 || (label?.length ?? 0) > 256) {
    return refusal(
      400,
      "invalid_args",
      "error 400/3471: Invalid args: len(image) > 1024, or len(args) > 16384, or len(label) > 256",
    );
  }
  if (price !== null && price !== undefined && (price < 0.001 || price > 128)) {
    return refusal(400, "invalid_price", "Invalid price: it has to be between 0.001 and 128.");
  }
  return undefined;
}

/** What the request leaves out comes from the template; variables are merged, and the request wins (vast-api.md §2.9). */
function wishOf(body: RentBody, template: TemplateWish | undefined): Wish {
  const args = body.args ?? (body.args_str ? [body.args_str] : null) ?? template?.args ?? null;
  const bid = body.price ?? undefined;
  const targetState = body.target_state ?? "running";
  return {
    recipe: {
      image: body.image ?? template?.image ?? DEFAULT_IMAGE,
      args,
      env: mergedEnv(template?.env ?? [], body.env ?? {}),
      onstart: body.onstart ?? template?.onstart ?? null,
      template: template?.template ?? null,
    },
    runtype: readBackRuntype(body.runtype ?? template?.runtype ?? (args === null ? "ssh" : "args")),
    label: body.label || null,
    diskGb: body.disk ?? template?.diskGb ?? DEFAULT_DISK_GB,
    bidDollarsPerHour: bid,
    targetState,
    cancelUnavailable: body.cancel_unavail ?? (bid === undefined && targetState === "running"),
  };
}
