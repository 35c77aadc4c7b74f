import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { getTemplate, getTemplates, getTemplatesOutput } from "../../provider/resources/template/get.js";
import { type Simulator, startSimulator } from "../../simulator/index.js";

let simulator: Simulator;
let own: number;
let publicId: number;

beforeAll(async () => {
  // Lookups make their account out of the environment, with a clock of its own: so this world hurries instead of jumping.
  simulator = await startSimulator({ speed: 1000, offers: 0 });
  const environment = { VAST_URL: simulator.url, VAST_API_KEY: "key-a", VASTAI_TIME_SCALE: "1000" };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  await fetch(`${simulator.url}/api/v0/users/current/`, { headers: { authorization: "Bearer key-a" } });
  const { world } = simulator;
  own = world.addTemplate(
    {
      name: "twin",
      image: "a/b",
      private: true,
      env: "-e A=hidden -p 80:80",
      docker_login_pass: "hunter2",
      desc: "x pulumi:0123456789ab",
    },
    1,
  );
  publicId = world.addTemplate({
    name: "public",
    image: "a/b:2",
    private: false,
    extra_filters: { num_gpus: { eq: 1 } },
  });
  world.addTemplate({ name: "twin", image: "a/c", private: false });
  world.addTemplate({ name: "another's", image: "a/b", private: true }, 2);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await simulator.stop();
});

const hashOf = (id: number) => simulator.world.templates().find((each) => each.id === id)?.hashId ?? "";

describe("getTemplate", () => {
  it("finds one's own by id, hash or name, and anybody's public one by id or hash", async () => {
    for (const args of [{ id: own }, { hashId: hashOf(own) }, { name: "twin" }]) {
      expect(await getTemplate(args)).toMatchObject({
        templateId: own,
        hashId: hashOf(own),
        name: "twin",
        description: "x",
      });
    }
    for (const args of [{ id: publicId }, { hashId: hashOf(publicId) }, { name: "public", includePublic: true }]) {
      expect(await getTemplate(args)).toMatchObject({
        templateId: publicId,
        image: "a/b:2",
        offer: { num_gpus: { eq: 1 } },
      });
    }
  });

  it("answers no secret unless asked, and the registry's password never", async () => {
    const plain = await getTemplate({ id: own });
    expect(plain).not.toHaveProperty("env");
    expect(plain).not.toHaveProperty("onstart");
    const whole = await getTemplate({ id: own, includeSecrets: true });
    expect(whole).toMatchObject({ env: { A: "hidden" }, ports: ["80:80"] });
    expect(JSON.stringify([plain, whole])).not.toContain("hunter2");
  });

  it.each([
    [{ name: "public" }, "there is no template of this account with name public"],
    [{ id: 7 }, "there is no template that this account can see with id 7"],
    [{ name: "twin", includePublic: true }, "several templates that this account can see are named"],
    [{}, "give exactly one"],
    [{ id: 7, name: "twin" }, "give exactly one"],
  ])("says what is wrong with %j", async (args, message) => {
    await expect(getTemplate(args)).rejects.toThrow(message);
  });
});

describe("getTemplates", () => {
  const idsOf = async (args: Parameters<typeof getTemplates>[0]) =>
    (await getTemplates(args)).templates.map(({ templateId }) => templateId);

  it("answers one's own, and public ones on wish, one's own first", async () => {
    expect(await idsOf({})).toEqual([own]);
    expect(await idsOf({ includePublic: true })).toHaveLength(3);
    expect((await idsOf({ includePublic: true }))[0]).toBe(own);
    expect(await idsOf({ includePublic: true, filters: { name: { eq: "public" } } })).toEqual([publicId]);
    expect(await idsOf({ filters: { name: { eq: "public" } } })).toEqual([]);
  });

  it("answers outputs too, secret only with secrets", async () => {
    const { isSecret } = await import("@pulumi/pulumi");
    expect(await isSecret(getTemplatesOutput())).toBe(false);
    expect(await isSecret(getTemplatesOutput({ includeSecrets: true }))).toBe(true);
  });

  it("says when Vast has more than it answers", async () => {
    expect((await getTemplates({ includePublic: true })).truncated).toBe(false);
    for (let i = 0; i < 2050; i += 1) simulator.world.addTemplate({ name: `p ${i}`, image: "a/b", private: false });
    expect((await getTemplates({ includePublic: true })).truncated).toBe(true);
    expect((await getTemplates()).truncated).toBe(false);
  });
});
