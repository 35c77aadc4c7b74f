import type { State } from "../state.js";
import type { Story } from "../stories.js";
import type { Contract, Step } from "./contract.js";
import { dismissStrangers, type Holder, rankOf } from "./gpus.js";
import { boot, change, evict, serveQueue } from "./life.js";
import { readMeter } from "./money.js";
import { proposeIncrease } from "./price-increase.js";

const MINUTE = 60_000;

/** What the world does to a contract, whatever its renter does: counted from renting at `at`. */
export function fateSteps(state: State, contract: Contract, at: number, story: Story): Step[] {
  return [
    ...offline(state, contract, at, story),
    ...outbid(state, contract, at, story),
    ...priceRise(contract, at, story),
    ...proposal(contract, at, story),
  ];
}

function offline(state: State, contract: Contract, rentedAt: number, story: Story): Step[] {
  const { hostGoesOffline: plan } = story;
  if (plan === undefined) return [];
  const goesAt = rentedAt + plan.afterMinutes * MINUTE;
  const goes = fate(goesAt, (at) => {
    contract.steps = contract.steps.filter(({ kind }) => kind !== "boot");
    change(state, contract, at, { actual: "offline", gpuBilled: false });
  });
  if (plan.forMinutes === undefined) return [goes];
  const comesBack = fate(goesAt + plan.forMinutes * MINUTE, (at) => {
    if (contract.condition.current === "stopped") change(state, contract, at, { actual: "exited" });
    else if (contract.hasContainer) change(state, contract, at, { actual: "running", gpuBilled: true });
    else boot(state, contract, at, {});
  });
  return [goes, comesBack];
}

function outbid(state: State, contract: Contract, rentedAt: number, story: Story): Step[] {
  const { outbid: plan } = story;
  if (plan === undefined || !contract.isBid) return [];
  const rivalComesAt = rentedAt + plan.afterMinutes * MINUTE;
  const comes = fate(rivalComesAt, (at) => {
    const rival: Holder = { gpuIds: contract.facts.gpu_ids, rank: rankOf(contract) * 1.5 };
    state.strangers.push(rival);
    if (contract.holdsGpus) evict(state, contract, at);
  });
  if (plan.forMinutes === undefined) return [comes];
  const leaves = fate(rivalComesAt + plan.forMinutes * MINUTE, (at) => {
    dismissStrangers(state, contract.facts.gpu_ids);
    serveQueue(state, at);
  });
  return [comes, leaves];
}

function priceRise(contract: Contract, rentedAt: number, story: Story): Step[] {
  const { priceRises: plan } = story;
  if (plan === undefined) return [];
  const rise = fate(rentedAt + plan.afterMinutes * MINUTE, (at) => {
    readMeter(contract, at);
    contract.gpuDollarsPerHour = plan.toDollarsPerHour;
  });
  return [rise];
}

function proposal(contract: Contract, rentedAt: number, story: Story): Step[] {
  const { priceIncreaseProposed: plan } = story;
  if (plan === undefined || contract.isBid) return [];
  const proposes = fate(rentedAt + plan.afterMinutes * MINUTE, (at) =>
    proposeIncrease(contract, plan.toDollarsPerHour, at),
  );
  return [proposes];
}

function fate(at: number, happen: (at: number) => void): Step {
  return { at, kind: "fate", change: happen };
}
