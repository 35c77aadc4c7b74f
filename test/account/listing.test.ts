import { describe, expect, it } from "vitest";
import { createListing } from "../../provider/account/listing.js";
import { AuthError, VastError } from "../../provider/errors.js";
import { answering, clientOf, errorOf, inTurn, json, type Respond, replay, tinyServer } from "../api/tiny-server.js";
import { accountWith } from "./rented.js";

const rows = (...ids: number[]) => ids.map((id) => ({ id }));
const page = (ids: readonly number[], next_token: string | null = null) =>
  json({ instances: rows(...ids), next_token });
const noRoute = answering({ status: 404, contentType: "text/html", body: "<html>Not Found</html>" });

/** A listing over a server that answers the lists so. */
async function listingOf({ v1 = noRoute, v0 = replay("v0-list-410") }: { v1?: Respond; v0?: Respond }) {
  const asked = { v1: 0, v0: 0 };
  const server = await tinyServer((response, request) => {
    const version = request.url.startsWith("/api/v1/") ? "v1" : "v0";
    const respond = version === "v1" ? v1 : v0;
    respond(response, request, asked[version]);
    asked[version] += 1;
  });
  const queries = () => server.requests.map(({ url }) => Object.fromEntries(new URL(url, server.url).searchParams));
  return { listing: createListing(clientOf(server.url)), asked, queries };
}

const idsOf = (found: readonly { id: number }[]) => found.map(({ id }) => id);

describe("all instances of an account", () => {
  it.each([0, 1, 25, 26, 60])("are listed, also when there are %i", async (count) => {
    const { account, ids } = await accountWith(count);
    expect(idsOf(await account.listing.all({})).sort()).toEqual([...ids].sort());
  });

  it("are read page by page, each behind the one before", async () => {
    const { listing, queries } = await listingOf({ v1: inTurn(page([1, 2], "a"), page([3], "b"), page([4])) });
    expect(idsOf(await listing.all({}))).toEqual([1, 2, 3, 4]);
    expect(queries().map(({ after_token }) => after_token)).toEqual([undefined, "a", "b"]);
  });

  it("are filtered on every page", async () => {
    const { listing, queries } = await listingOf({ v1: inTurn(page([1], "a"), page([2])) });
    await listing.all({ select_filters: { label: { eq: "x" } }, select_cols: ["id"] });
    for (const query of queries()) {
      expect(query).toMatchObject({ limit: "25", select_filters: '{"label":{"eq":"x"}}', select_cols: '["id"]' });
    }
  });

  it.each([
    ["null", json({ instances: rows(1), next_token: null })],
    ["missing", json({ instances: rows(1) })],
    ["empty", json({ instances: rows(1), next_token: "" })],
  ])("end where the token of the next page is %s", async (_how, v1) => {
    const { listing, asked } = await listingOf({ v1 });
    expect(idsOf(await listing.all({}))).toEqual([1]);
    expect(asked.v1).toBe(1);
  });

  it("that never end because a page names itself are an error", async () => {
    const { listing, asked } = await listingOf({ v1: page([1], "again") });
    expect(await errorOf(listing.all({}))).toMatchObject({ code: "endless_list" });
    expect(asked.v1).toBe(2);
  });

  it("that never end because there is always another page are an error", async () => {
    const { listing, asked } = await listingOf({
      v1: (response, request, nth) => page([nth], `token ${nth}`)(response, request, nth),
    });
    expect(await errorOf(listing.all({}))).toMatchObject({ code: "endless_list" });
    expect(asked.v1).toBe(400);
  });
});

describe("instances by their ids", () => {
  it("are read 25 a call", async () => {
    const { account, ids, listCalls } = await accountWith(30);
    const before = listCalls();
    expect(idsOf(await account.listing.byIds(ids)).sort()).toEqual([...ids].sort());
    expect(listCalls() - before).toBe(2);
  });

  it("are asked for once, however often they are named", async () => {
    const { listing, queries } = await listingOf({ v1: page([5]) });
    await listing.byIds([5, 5, 5]);
    expect(queries().map(({ select_filters }) => select_filters)).toEqual(['{"id":{"in":[5]}}']);
  });

  it("are missing where they do not exist", async () => {
    const { account, ids } = await accountWith(2);
    expect(idsOf(await account.listing.byIds([...ids, 999_999_999])).sort()).toEqual([...ids].sort());
  });

  it("need no call when there are none", async () => {
    const { listing, asked } = await listingOf({});
    expect(await listing.byIds([])).toEqual([]);
    expect(asked).toEqual({ v1: 0, v0: 0 });
  });

  it("are no others, even where the server does not honour the filter", async () => {
    const { listing } = await listingOf({ v1: page([5, 6, 7]) });
    expect(idsOf(await listing.byIds([6]))).toEqual([6]);
  });
});

describe("a server that knows no v1", () => {
  it("is asked by the older route, then and from then on", async () => {
    const { listing, asked } = await listingOf({ v0: page([1, 2]) });
    expect(idsOf(await listing.all({}))).toEqual([1, 2]);
    expect(idsOf(await listing.byIds([2]))).toEqual([2]);
    expect(asked).toEqual({ v1: 1, v0: 2 });
  });

  it("is so with the simulator too", async () => {
    const { account, ids, world } = await accountWith(3);
    Object.assign(world.settings, { listV1: false, listV0: "open" });
    expect(idsOf(await account.listing.byIds(ids)).sort()).toEqual([...ids].sort());
  });

  it.each([
    ["a JSON of its own", json({ detail: "Not Found" }, 404)],
    ["an empty page", answering({ status: 404, contentType: "text/plain", body: "" })],
  ])("is recognised by %s", async (_what, v1) => {
    const { listing } = await listingOf({ v1, v0: page([1]) });
    expect(idsOf(await listing.all({}))).toEqual([1]);
  });
});

describe("a v1 that fails for the moment", () => {
  it("while v0 is retired, is told with both", async () => {
    const { listing } = await listingOf({});
    const error = await errorOf(listing.all({}));
    expect(error).toBeInstanceOf(VastError);
    expect(error).toMatchObject({ code: "no_list" });
    expect((error as Error).message).toMatch(
      /GET \/api\/v1\/instances\/.* 404 .*GET \/api\/v0\/instances\/ is retired/,
    );
  });

  it("is asked again the next time, as v0 is retired", async () => {
    const { listing, asked } = await listingOf({ v1: inTurn(noRoute, page([1])) });
    await errorOf(listing.all({}));
    expect(idsOf(await listing.all({}))).toEqual([1]);
    expect(asked).toEqual({ v1: 2, v0: 1 });
  });

  it.each([
    ["a refused key", replay("auth-error-404")],
    ["a 404 in Vast's own form", replay("instances-put-label-404")],
    ["a 404 in Vast's own form without a code", replay("bid-price-404")],
    ["a bad filter", replay("v1-list-bad-filter-400")],
    ["a gateway's fault", replay("502-html")],
  ])("is not taken for a server without v1: %s", async (_what, v1) => {
    const { listing, asked } = await listingOf({ v1, v0: page([1]) });
    await errorOf(listing.all({}));
    expect(asked.v0).toBe(0);
  });

  it("with a refused key says so", async () => {
    const { listing } = await listingOf({ v1: replay("auth-error-404") });
    expect(await errorOf(listing.all({}))).toBeInstanceOf(AuthError);
  });
});
