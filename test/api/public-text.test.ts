import { describe, expect, it } from "vitest";
import { readPublicText, USER_AGENT } from "../../provider/api/transport.js";
import { clientOf, deadAddress, hangUp, type Respond, silence, testClock, tinyServer } from "./tiny-server.js";

const text =
  (body: string, status = 200): Respond =>
  (response) =>
    response.writeHead(status, { "content-type": "text/plain" }).end(body);

describe("a text behind an address that Vast names", () => {
  it("is read as it stands, also where it looks like JSON", async () => {
    const { url } = await tinyServer(text('{"a": 1}\n'));
    expect(await readPublicText(`${url}/logs/1.log`, testClock())).toBe('{"a": 1}\n');
  });

  it("is read without the key: the address is a stranger's", async () => {
    const { url, requests } = await tinyServer(text("hello"));
    await clientOf(url).readPublicText(`${url}/logs/1.log`);
    expect(requests[0]?.headers).not.toHaveProperty("authorization");
    expect(requests[0]?.headers["user-agent"]).toBe(USER_AGENT);
  });

  it.each<[string, Respond]>([
    ["404, as while the log is not there yet", text("NoSuchKey", 404)],
    ["403", text("Forbidden", 403)],
    ["a redirect", (response) => response.writeHead(302, { location: "/elsewhere" }).end()],
    ["a cut connection", hangUp],
    ["no answer", silence],
    ["more than a megabyte", text("x".repeat(1024 * 1024 + 1))],
  ])("is undefined after %s", async (_what, respond) => {
    const { url, requests } = await tinyServer(respond);
    expect(await readPublicText(url, testClock())).toBeUndefined();
    expect(requests).toHaveLength(1);
  });

  it("is undefined where nobody listens", async () => {
    expect(await readPublicText(await deadAddress(), testClock())).toBeUndefined();
  });

  it.each(["http://192.0.2.1/log", "ftp://127.0.0.1/log", "file:///etc/hostname", "no address", ""])(
    "is not read from %j",
    async (url) => {
      expect(await readPublicText(url, testClock())).toBeUndefined();
    },
  );

  it("is not read by plain http from anywhere else than this machine's own address", async () => {
    const { url, requests } = await tinyServer(text("hello"));
    expect(await readPublicText(url.replace("127.0.0.1", "0.0.0.0"), testClock())).toBeUndefined();
    expect(requests).toEqual([]);
  });

  it("is undefined when the run is cancelled", async () => {
    const controller = new AbortController();
    const { url } = await tinyServer(() => controller.abort());
    expect(await readPublicText(url, testClock(), controller.signal)).toBeUndefined();
  });
});
