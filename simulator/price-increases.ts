import { z } from "zod";
import { contractsOf } from "./accounts.js";
import type { Contract, PriceIncrease } from "./contracts/contract.js";
import { acceptIncrease } from "./contracts/price-increase.js";
import { type Answer, badRequest, ok, refusal } from "./http/answers.js";
import type { AccountRequest, Route } from "./http/route.js";

/** Newer routes refuse any other key. */
const DecisionBody = z.strictObject({ pending_price_increase_id: z.int() });

const noProposal = refusal(404, "no_pending_price_increase", "no_pending_price_increase");

/** Proposals of hosts to raise a price: listing, accepting, rejecting. After the official client; nobody has recorded them. */
export const priceIncreaseRoutes: readonly Route[] = [
  { method: "GET", path: "/api/v0/instances/pending-price-increases/", access: "account", answer: answerList },
  decisionRoute("accept", acceptIncrease),
  decisionRoute("reject", (contract) => {
    contract.priceIncrease = null;
  }),
];

function answerList(request: AccountRequest): Answer {
  const rows = pending(request).map(({ contract, proposal }) => rowOf(contract, proposal));
  return ok({ success: true, count: rows.length, truncated: false, pending_price_increases: rows });
}

function decisionRoute(verb: "accept" | "reject", decide: (contract: Contract) => void): Route {
  return {
    method: "PUT",
    path: `/api/v0/instances/${verb}-price-increase/`,
    access: "account",
    answer: (request) => {
      const parsed = DecisionBody.safeParse(request.body);
      if (!parsed.success) return badRequest("Invalid args: pending_price_increase_id");
      const { pending_price_increase_id: id } = parsed.data;
      const found = pending(request).find(({ proposal }) => proposal.id === id);
      if (found === undefined) return noProposal;
      decide(found.contract);
      return ok({ success: true, pending_price_increase_id: id, contract_id: found.contract.id });
    },
  };
}

function pending({ state, account }: AccountRequest): { contract: Contract; proposal: PriceIncrease }[] {
  return contractsOf(state, account.number).flatMap((contract) =>
    contract.destroyedAt === null && contract.priceIncrease ? { contract, proposal: contract.priceIncrease } : [],
  );
}

/** Prices of GPUs in $/s per GPU; what the host leaves as it is has no new price. */
function rowOf(contract: Contract, proposal: PriceIncrease): Record<string, unknown> {
  const perSecond = (dollarsPerHour: number) => dollarsPerHour / contract.facts.num_gpus / 3600;
  return {
    pending_price_increase_id: proposal.id,
    contract_id: contract.id,
    host_id: contract.facts.host_id,
    old_gpu_costpersec: perSecond(contract.gpuDollarsPerHour),
    new_gpu_costpersec: perSecond(proposal.gpuDollarsPerHour),
    old_disk_ram_costpersec: null,
    new_disk_ram_costpersec: null,
    old_bwu_cost: null,
    new_bwu_cost: null,
    old_bwd_cost: null,
    new_bwd_cost: null,
    old_platform_fee: null,
    new_platform_fee: null,
    contract_end_date: contract.endsAt / 1000,
    ask_end_date: proposal.nextEndsAt / 1000,
    created_at: proposal.proposedAt / 1000,
  };
}
