import type { Contract } from "./contracts/contract.js";
import { matchesGlob } from "./glob.js";
import { magicImages } from "./magic-images.js";
import type { State } from "./state.js";

/**
 * What becomes of a contract. Without a story it boots in two to three minutes and runs. Minutes are the world's; those of
 * `hostGoesOffline`, `outbid`, `priceRises` and `priceIncreaseProposed` are counted from renting.
 */
export interface Story {
  /** Runs this long after it was rented, or after its container was made anew. */
  boots?: { afterMinutes: number };
  /** Pulls for ever, with a text that never changes and no error. */
  imageNeverPulls?: true;
  /** The registry does not know the image; the host gives up and the contract turns to stopped. */
  imageNotFound?: true;
  /** The registry wants a login; the host gives up and the contract turns to stopped. */
  accessDenied?: true;
  /** The disk of the host is full while it pulls. */
  noSpace?: true;
  /** The container is created and cannot be started: the host's GPU driver is broken. */
  ociError?: true;
  /**
   * Half a minute after renting the host reports this, and nothing else from then on: any status and any text of Vast's. `givesUp`: the contract
   * turns to stopped with it.
   */
  reports?: { actual: string | null; message: string; givesUp?: true };
  /** Renting answers success, and nobody ever asks the host to start. */
  neverStarted?: true;
  /** The container ends by itself this long after it began to run. Default half a minute. */
  entrypointExits?: { afterMinutes?: number };
  /** Nothing listens inside the container before it has run this long. Only a reachable simulator has real ports. */
  portsOpenAfter?: { minutes: number };
  /** The container's web server answers with this status. Default 200. */
  httpStatus?: number;
  /** What the container writes to its log. Default one line. */
  log?: string;
  /** The host loses its network, for good or for a while. */
  hostGoesOffline?: { afterMinutes: number; forMinutes?: number };
  /** Somebody bids more, for good or for a while; only interruptible contracts are outbid. */
  outbid?: { afterMinutes: number; forMinutes?: number };
  /** The host's price for the GPUs becomes this many $/h. */
  priceRises?: { afterMinutes: number; toDollarsPerHour: number };
  /** The host asks for this many $/h for the GPUs from the end of the term on. */
  priceIncreaseProposed?: { afterMinutes: number; toDollarsPerHour: number };
}

/** Which contracts a story is told of: all conditions that are given must hold, and none given means every contract. */
export interface StoryRule {
  /** Pattern of the image, with `*` for any text. */
  image?: string;
  /** Pattern of the label at the time of renting. */
  label?: string;
  offerId?: number;
  machineId?: number;
  /** For how many contracts it is told. Default all. */
  times?: number;
  story: Story;
}

/** The story of a contract that begins: the last one told that fits, else that of a magic image, else none. */
export function storyOf(state: State, contract: Contract): Story {
  const told = state.storyRules.findLast((rule) => (rule.times ?? 1) > 0 && fits(rule, contract));
  if (told !== undefined) {
    if (told.times !== undefined) told.times -= 1;
    return told.story;
  }
  return magicImages.find(({ word }) => contract.recipe.image.includes(word))?.story ?? {};
}

function fits(rule: StoryRule, contract: Contract): boolean {
  return (
    (rule.image === undefined || matchesGlob(rule.image, contract.recipe.image)) &&
    (rule.label === undefined || matchesGlob(rule.label, contract.label ?? "")) &&
    (rule.offerId === undefined || rule.offerId === contract.offerId) &&
    (rule.machineId === undefined || rule.machineId === contract.facts.machine_id)
  );
}
