import { describe, expect, it } from "vitest";
import { createListing } from "../../provider/account/listing.js";
import { createMarked } from "../../provider/account/marked.js";
import { clientOf, hangUp, inTurn, json, type Respond, silence, testClock, tinyServer } from "../api/tiny-server.js";

const ours = json({ success: true, instances: [{ id: 7, label: "pulumi:0123456789ab:pending" }], next_token: null });
const busy = json(
  { success: false, error: "rate_limited", msg: "API requests too frequent: endpoint threshold=2.0" },
  429,
);

/** The quick look at a server that answers so. */
async function lookAt(respond: Respond) {
  const { url, requests } = await tinyServer(respond);
  const clock = testClock();
  const client = clientOf(url, { clock });
  const marked = createMarked(createListing(client), clock, true);
  return { marked, clock, client, asked: () => requests.length };
}

describe("the quick look", () => {
  it("is one call for all who ask within seconds", async () => {
    const { marked, clock, asked } = await lookAt(ours);
    expect((await marked()).rows).toMatchObject([{ id: 7 }]);
    await clock.sleep(9_000);
    await marked();
    expect(asked()).toBe(1);
    await clock.sleep(2_000);
    await marked();
    expect(asked()).toBe(2);
  });

  it("gives a network up that does not answer, and does not try it anew for each who asks", async () => {
    const { marked, clock, asked } = await lookAt(silence);
    const startedAt = clock.now();
    expect(await marked()).toEqual({ rows: [], trouble: "no answer came" });
    expect(await marked()).toMatchObject({ rows: [] });
    expect(clock.now() - startedAt).toBe(2_000);
    expect(asked()).toBe(1);
  });

  it("gives a server up that cuts connections, as soon", async () => {
    const { marked, clock } = await lookAt(hangUp);
    const startedAt = clock.now();
    expect(await marked()).toMatchObject({ trouble: "no answer came" });
    expect(clock.now() - startedAt).toBe(2_000);
  });

  it("waits for its turn on an account that others keep busy", async () => {
    const { marked, clock, asked } = await lookAt(inTurn(busy, busy, busy, busy, ours));
    const startedAt = clock.now();
    expect((await marked()).rows).toMatchObject([{ id: 7 }]);
    expect(asked()).toBe(5);
    expect(clock.now() - startedAt).toBeGreaterThan(4_000);
  });

  it("waits for its turn behind calls of its own process", async () => {
    const { marked, client } = await lookAt(ours);
    for (let i = 0; i < 5; i += 1) void client.instances.list();
    expect((await marked()).rows).toMatchObject([{ id: 7 }]);
  });

  it("is made anew for the next who asks when the account was busy, until all together have waited for a minute", async () => {
    const { marked, clock, asked } = await lookAt(busy);
    const startedAt = clock.now();
    for (let looks = 1; looks <= 3; looks += 1) {
      expect(await marked()).toEqual({ rows: [], trouble: "others keep the account busy" });
      expect((clock.now() - startedAt) / 1000).toBeCloseTo(20 * looks, -1);
    }
    const before = asked();
    for (let i = 0; i < 10; i += 1) await marked();
    expect((clock.now() - startedAt) / 1000).toBeLessThan(65);
    expect(asked() - before).toBeLessThan(3);
  });
});
