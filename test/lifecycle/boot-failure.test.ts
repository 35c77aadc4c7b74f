import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { anInstance, failureOf, type TestWorld, TOKEN, testWorld } from "../support/harness.js";

const FINISHED = `trainer pulumi:${TOKEN}`;

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.stop());

const machines = () => t.world.contracts().map(({ machineId }) => machineId);

describe("a boot that fails because of the machine", () => {
  it.each([
    ["its disk is full", { noSpace: true }],
    ["its driver is broken", { ociError: true }],
    ["it goes offline", { hostGoesOffline: { afterMinutes: 0.5 } }],
    ["its pull stands still (recorded 2026-09-03)", { imageNeverPulls: true }],
  ] as const)("is given back and tried on another machine when %s", async (_, story) => {
    t.world.tell({ times: 1, story });
    const process = t.process();
    const { id } = await process.up(anInstance());

    const [first, second, ...others] = t.world.contracts();
    expect(others).toEqual([]);
    expect(first).toMatchObject({ destroyedAt: expect.any(String) });
    expect(second).toMatchObject({ id: Number(id), actualStatus: "running", label: FINISHED, destroyedAt: null });
    expect(second?.machineId).not.toBe(first?.machineId);
    // One at a time: the first was gone for certain before the second was rented.
    expect(Date.parse(first?.destroyedAt ?? "")).toBeLessThan(Date.parse(second?.createdAt ?? ""));
    const warnings = process.lines.filter(({ kind }) => kind === "warning").map(({ text }) => text);
    expect(warnings).toEqual([
      expect.stringMatching(
        /did not boot because of the machine: .* It was destroyed \(billed at most about 0\.\d{4} \$.*\)\./,
      ),
    ]);
  });

  it("keeps the whole process off that machine, other offers of it included", async () => {
    const [bad] = t.world.replaceOffers([
      { dph_base: 0.2, machine_id: 777 },
      { dph_base: 0.21, machine_id: 777 },
      { dph_base: 0.5, machine_id: 888 },
      { dph_base: 0.6, machine_id: 999 },
    ]);
    expect(bad).toBeDefined();
    t.world.tell({ machineId: 777, story: { ociError: true } });
    const process = t.process();
    await process.up(anInstance());
    await process.up(anInstance({ ownerToken: "b".repeat(12) }));
    expect(machines()).toEqual([777, 888, 999]);
  });

  it("is kept off also when Vast's rows do not name the machine yet: the offer did", async () => {
    t.world.settings.bareRows = true;
    t.world.replaceOffers([
      { dph_base: 0.2, machine_id: 777 },
      { dph_base: 0.21, machine_id: 777 },
      { dph_base: 0.5, machine_id: 888 },
    ]);
    t.world.tell({ machineId: 777, story: { noSpace: true } });
    await t.process().up(anInstance());
    expect(machines()).toEqual([777, 888]);
  });

  it("bars nobody from a machine on which a bid was too low: that says nothing against it", async () => {
    t.world.replaceOffers([{ dph_base: 0.3, min_bid: 0.1, machine_id: 777 }]);
    // The least bid rises between the search and the first look.
    t.world.tell({ times: 1, story: { outbid: { afterMinutes: 0.1 } } });
    const process = t.process();
    const failure = await failureOf(process.up(anInstance({ bidDollarsPerHour: 0.2, maxAttempts: 1 })));
    expect(failure.message).toMatch(/did not boot: its bid of 0\.2 \$\/h is below the machine's least bid/);
    await process.up(anInstance({ ownerToken: "b".repeat(12) }));
    expect(machines()).toEqual([777, 777]);
  });

  it("ends, with a readable account, when all candidates failed", async () => {
    t.world.tell({ story: { ociError: true } });
    const failure = await failureOf(t.process().up(anInstance({ maxAttempts: 3 })));

    expect(failure.id).toBeUndefined();
    expect(t.world.contracts()).toHaveLength(3);
    expect(t.world.billedContracts()).toEqual([]);
    expect(new Set(machines()).size).toBe(3);
    const offers = t.world.contracts().map(({ offerId }) => offerId);
    for (const offerId of offers) {
      expect(failure.message).toMatch(
        new RegExp(
          `${offerId} \\(0\\.3\\d\\d \\$/h\\): did not boot: its GPU driver fails in containers: .*nvidia-container-cli.* \\(billed at most about 0\\.000\\d \\$, for its disk\\)`,
        ),
      );
    }
    expect(failure.message).toMatch(/What this run rented was given back, and is not billed any more/);
  });
});

describe("a boot with an image whose name holds the word of a fault", () => {
  it.each(["acme/error-reporter:1", "acme/failed-jobs", "acme/manifest-unknown:2"])(
    "is one like any other: %s",
    async (image) => {
      t.world.tell({ story: { boots: { afterMinutes: 15 } } });
      const { id } = await t.process().up(anInstance({ image }));
      expect(t.world.contracts()).toMatchObject([{ id: Number(id), actualStatus: "running", destroyedAt: null }]);
    },
  );
});

describe("a boot that fails because of the machine or of the image, nobody can say which", () => {
  const message = 'OCI runtime create failed: exec: "/app/serve": permission denied: unknown';
  const tell = (times?: number) =>
    t.world.tell({ ...(times === undefined ? {} : { times }), story: { reports: { actual: "created", message } } });

  it("is tried on another machine", async () => {
    tell(1);
    const { id } = await t.process().up(anInstance());
    expect(t.world.contracts().map(({ destroyedAt }) => destroyedAt === null)).toEqual([false, true]);
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(id), label: FINISHED }]);
  });

  it("is the fault of what was asked for when that machine says the same", async () => {
    tell();
    const failure = await failureOf(t.process().up(anInstance()));
    expect(t.world.contracts()).toHaveLength(2);
    expect(t.world.billedContracts()).toEqual([]);
    expect(failure.id).toBeUndefined();
    expect(failure.message).toMatch(
      /did not boot because of what it was asked to run: what it was to run cannot be started: .*\/app\/serve.* \(another machine said the same\)/,
    );
  });

  it("is so at once when the program named what could not be started", async () => {
    tell();
    await failureOf(t.process().up(anInstance({ runtype: "args", args: ["/app/serve"] })));
    expect(t.world.contracts()).toHaveLength(1);
    expect(t.world.billedContracts()).toEqual([]);
  });

  it("leaves the second machine in the stack with onBootFailure keep", async () => {
    tell();
    const kept = await failureOf(t.process().up(anInstance({ onBootFailure: "keep" })));
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(kept.id) }]);
    expect(kept.message).toMatch(/because of what it was asked to run: .*Correct `image`/);
  });
});

describe("a boot that fails because of what it was asked to run", () => {
  const faults = [
    ["an image that does not exist", { imageNotFound: true }, /what it was asked to run: .*manifest/],
    ["a private image without login", { accessDenied: true }, /what it was asked to run: .*access denied/],
    [
      "an entrypoint that ends at once",
      { entrypointExits: { afterMinutes: 0 } },
      /what it was asked to run: the container ended/,
    ],
  ] as const;

  it.each(faults)("is destroyed and not repeated elsewhere: %s", async (_, story, message) => {
    t.world.tell({ story });
    const failure = await failureOf(t.process().up(anInstance()));
    expect(failure.message).toMatch(message);
    expect(failure.message).toMatch(/It was destroyed \(billed at most about .*\), and is not billed any more/);
    expect(failure.id).toBeUndefined();
    expect(t.world.contracts()).toHaveLength(1);
    expect(t.world.billedContracts()).toEqual([]);
  });

  it.each(faults)("stays in the stack with onBootFailure keep: %s", async (_, story, message) => {
    t.world.tell({ story });
    const failure = await failureOf(t.process().up(anInstance({ onBootFailure: "keep" })));
    expect(failure.message).toMatch(message);
    expect(failure.message).toMatch(/It stays in the stack\. It costs .* `pulumi destroy` ends it/);
    expect(failure.id).toBe(String(t.world.billedContracts()[0]?.id));
    expect(t.world.contracts()).toHaveLength(1);
  });

  it("is mended by the next run when it was kept", async () => {
    t.world.tell({ image: "ubuntu:22.04", story: { imageNotFound: true } });
    const failure = await failureOf(t.process().up(anInstance({ onBootFailure: "keep" })));
    const next = t.process();
    const program = anInstance({ onBootFailure: "keep", image: "ubuntu:24.04" });
    const { inputs } = await next.instance.check(failure.properties, program);
    const news = { ...inputs, __provider: program.__provider };
    await next.instance.update(failure.id, failure.properties, news);
    expect(t.world.contracts()).toMatchObject([
      { id: Number(failure.id), image: "ubuntu:24.04", actualStatus: "running", label: FINISHED },
    ]);
  });

  it("never destroys an instance that was adopted", async () => {
    const first = await t.process().up(anInstance({ runtype: "args" }));
    t.world.act(Number(first.id), { do: "label", label: "" });
    t.world.tell({ story: { entrypointExits: { afterMinutes: 0 } } });
    await t.process().account.client.instances.reboot(Number(first.id));
    await t.clock.sleep(600_000);
    const failure = await failureOf(
      t.process().up(anInstance({ offer: undefined, adoptInstanceId: Number(first.id), ownerToken: "e".repeat(12) })),
    ).catch(() => undefined);
    expect(t.world.billedContracts()).toMatchObject([{ id: Number(first.id) }]);
    expect(failure === undefined || failure.id === first.id).toBe(true);
  });
});
