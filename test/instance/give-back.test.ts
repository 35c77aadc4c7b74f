import { expect, it } from "vitest";
import { createAccount } from "../../provider/account/account.js";
import { giveBack } from "../../provider/resources/instance/rent/give-back.js";
import type { Contract, RentContext } from "../../provider/resources/instance/rent/rent.js";
import { json, replay, testClock, tinyServer } from "../api/tiny-server.js";

/** An account in which no answer shows the contract that is given back. */
async function hiding() {
  const { url } = await tinyServer((response, request, nth) => {
    if (request.method === "DELETE") return replay("instances-delete-404-documented")(response, request, nth);
    const list = { success: true, instances: [], total_instances: 0, next_token: null };
    return json(request.url.includes("v1") ? list : { instances: null })(response, request, nth);
  });
  const clock = testClock();
  const account = createAccount({ apiUrl: url, apiKey: "key-a", keySource: "the test", timeScale: 1 }, clock);
  let isEnded = false;
  const context = {
    account,
    inputs: { timeouts: { deleteMinutes: 10 } },
    operation: {
      signal: new AbortController().signal,
      ended: () => {
        isEnded = true;
      },
    },
    attempts: { volumesLeft: [], givenBack: [] },
  } as unknown as RentContext;
  const startedAt = clock.now();
  const giveBackOf = (contract: Contract) => giveBack(context, contract, { mayHoldData: () => false, text: () => "" });
  return { giveBackOf, startedAt, clock, isEnded: () => isEnded };
}

it.each([
  ["some seconds ago", 10_000, 50_000],
  ["an hour ago", 3_600_000, 0],
] as const)(
  "takes a contract that was rented %s for gone only when it cannot be too young to show",
  async (_, ageMs, ms) => {
    const { giveBackOf, startedAt, clock, isEnded } = await hiding();
    await giveBackOf({ id: 7, rentedAt: new Date(startedAt - ageMs).toISOString() });
    expect(isEnded()).toBe(true);
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(ms);
    expect(clock.now() - startedAt).toBeLessThan(ms + 6_000);
  },
);

it("does not know how young one is that was found", async () => {
  const { giveBackOf, startedAt, clock } = await hiding();
  await giveBackOf({ id: 7, takenUpAt: new Date(startedAt).toISOString() });
  expect(clock.now() - startedAt).toBeGreaterThanOrEqual(60_000);
});
