import { expect, it } from "vitest";
import { priceIncreaseEndpoints } from "../../provider/api/price-increases.js";
import { type Pretend, pretend } from "./pretend.js";

const LIST = "/api/v0/instances/pending-price-increases/";
const DAY = 86_400;

/** One instance at 0.5 $/h on two GPUs whose host asks for 0.9 $/h; its term ends after ten days. */
async function withProposal(): Promise<Pretend & { id: number; proposal: number }> {
  const p = await pretend({ offers: 0 });
  p.world.tell({ story: { priceIncreaseProposed: { afterMinutes: 10, toDollarsPerHour: 0.9 } } });
  const endsAt = p.world.now() / 1000 + 10 * DAY;
  const id = await p.rent(
    { disk: 10 },
    p.world.addOffer({ dph_base: 0.5, num_gpus: 2, storage_cost: 0, end_date: endsAt }),
  );
  expect((await p.call("GET", LIST)).body).toMatchObject({ success: true, count: 0, pending_price_increases: [] });
  p.world.advance(900);
  const { body } = await p.call("GET", LIST);
  return { ...p, id, proposal: body.pending_price_increases[0]?.pending_price_increase_id };
}

it("lists a proposal in the units of the official client, for its renter alone", async () => {
  const { call, id } = await withProposal();
  const { body } = await call("GET", LIST);
  const [row] = priceIncreaseEndpoints.list.answer.parse(body).pending_price_increases;
  expect(row?.contract_id).toBe(id);
  expect((row?.old_gpu_costpersec ?? 0) * 3600).toBeCloseTo(0.25, 12);
  expect((row?.new_gpu_costpersec ?? 0) * 3600).toBeCloseTo(0.45, 12);
  expect((await call("GET", LIST, undefined, "key-of-another")).body.pending_price_increases).toEqual([]);
});

it("prolongs the term of who accepts, at the new price from the end of the old one on", async () => {
  const { call, world, id, proposal } = await withProposal();
  const answer = await call("PUT", "/api/v0/instances/accept-price-increase/", { pending_price_increase_id: proposal });
  expect(answer.body).toEqual({ success: true, pending_price_increase_id: proposal, contract_id: id });
  expect(world.contract(id)?.dollarsPerHourNow).toBe(0.5);
  world.advance(10 * DAY);
  expect(world.contract(id)).toMatchObject({ actualStatus: "running", dollarsPerHourNow: 0.9 });
});

it("ends the contract of who rejects or does not answer", async () => {
  const { call, world, id, proposal } = await withProposal();
  const reject = () => call("PUT", "/api/v0/instances/reject-price-increase/", { pending_price_increase_id: proposal });
  expect((await reject()).status).toBe(200);
  expect(await reject()).toMatchObject({ status: 404, body: { error: "no_pending_price_increase" } });
  world.advance(11 * DAY);
  expect(world.contract(id)?.curState).toBe("stopped");
});

it("refuses a decision with any other key", async () => {
  const { call, proposal } = await withProposal();
  const body = { pending_price_increase_id: proposal, instance_id: 1 };
  expect((await call("PUT", "/api/v0/instances/accept-price-increase/", body)).status).toBe(400);
});
