import { describe, expect, it } from "vitest";
import type { SearchBody, WireOffer } from "../../provider/api/offers.js";
import { rememberedSearch } from "../../provider/offer/remembered.js";
import { virtualClock } from "../support/virtual-clock.js";
import { anOffer } from "./market.js";

const BODY: SearchBody = { filters: {}, type: "on-demand", order: [], limit: 64, allocatedStorageGb: 10 };

/** An account whose market answers when the test says so. */
function anAccount() {
  const waiting: { answer(offers: WireOffer[]): void; fail(error: Error): void }[] = [];
  const search = () => new Promise<WireOffer[]>((answer, fail) => waiting.push({ answer, fail }));
  const account = { client: { offers: { search } }, clock: virtualClock() } as unknown as Parameters<
    typeof rememberedSearch
  >[0];
  return { account, waiting };
}

describe("a search that remembers", () => {
  it("asks once for equal searches that come together, also through another hand, and apart for others", async () => {
    const { account, waiting } = anAccount();
    const both = [rememberedSearch(account)(BODY), rememberedSearch(account)({ ...BODY })];
    const other = rememberedSearch(account)({ ...BODY, allocatedStorageGb: 20 });
    waiting[0]?.answer([anOffer({ id: 1 })]);
    waiting[1]?.answer([]);
    expect((await Promise.all(both)).map(([offer]) => offer?.id)).toEqual([1, 1]);
    expect(await other).toEqual([]);
    expect(waiting).toHaveLength(2);
  });

  it("tells a failure to all who wait, and asks again afterwards", async () => {
    const { account, waiting } = anAccount();
    const search = rememberedSearch(account);
    const both = [search(BODY), search(BODY)].map((each) => each.catch((error: Error) => error.message));
    waiting[0]?.fail(new Error("no network"));
    expect(await Promise.all(both)).toEqual(["no network", "no network"]);
    const again = search(BODY);
    waiting[1]?.answer([]);
    expect(await again).toEqual([]);
  });

  it("lets one who gives up go, and keeps the answer for the others", async () => {
    const { account, waiting } = anAccount();
    const search = rememberedSearch(account);
    const hurried = new AbortController();
    const given = search(BODY, hurried.signal).catch((error: Error) => error.message);
    const patient = search(BODY);
    hurried.abort(new Error("two seconds are over"));
    expect(await given).toBe("two seconds are over");
    waiting[0]?.answer([anOffer({ id: 1 })]);
    expect(await patient).toHaveLength(1);
    await expect(search(BODY, hurried.signal)).rejects.toThrow("two seconds are over");
    expect(waiting).toHaveLength(1);
  });
});
