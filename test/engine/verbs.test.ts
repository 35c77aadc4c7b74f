// What a change of each input does, as the engine says it: the table in docs/changes.md is made from the same changes.ts.
import { expect, it } from "vitest";
import { onChange } from "../../provider/resources/instance/changes.js";
import type { InstanceArguments } from "../../provider/resources/instance/inputs.js";
import { aPublicKey } from "../support/public-keys.js";
import { type Args, instance } from "./programs.js";
import { testStack } from "./pulumi.js";

/** Inputs before a change and with it. */
type Change = readonly [before: Args, after: Args];

const change = (after: Args, before: Args = {}): Change => [before, { ...before, ...after }];

/** A change of each input that a program can give, and of no other. */
function changes(offerIds: readonly number[], templateHashes: readonly string[]) {
  const [one, two] = offerIds;
  const [first, second] = templateHashes;
  return {
    offerId: change({ offerId: two }, { offer: undefined, offerId: one }),
    offer: change({ offer: { gpuName: "RTX 4090", reliability: { gte: 0.5 } } }),
    orderBy: change({ orderBy: [{ field: "reliability", direction: "desc" }] }),
    rentalType: change({ rentalType: "reserved" }),
    // On a machine of its own: whoever rents on demand outbids every bid.
    bidDollarsPerHour: change({ bidDollarsPerHour: 0.25 }, { offer: { gpuName: "RTX 3090" }, bidDollarsPerHour: 0.2 }),
    maxDollarsPerHour: change({ maxDollarsPerHour: 3 }),
    defaultFilters: change({ defaultFilters: false }),
    maxAttempts: change({ maxAttempts: 3 }),
    image: change({ image: "ubuntu:24.04" }),
    templateHash: change({ templateHash: second }, { templateHash: first }),
    diskGb: change({ diskGb: 40 }),
    runtype: change({ runtype: "jupyter" }),
    connection: change({ connection: "proxy" }),
    args: change({ args: ["serve", "--fast"] }, { args: ["serve"] }),
    entrypoint: change({ entrypoint: "/bin/two" }, { entrypoint: "/bin/one" }),
    onstart: change({ onstart: "echo hello" }),
    env: change({ env: { MODE: "train" } }),
    ports: change({ ports: [8080] }),
    volumes: change({ volumes: [{ sizeGb: 20, mountPath: "/data" }] }),
    keepVolumes: change({ keepVolumes: false }),
    sshKeyIds: change({ sshKeyIds: [77] }),
    sshPublicKeys: change({ sshPublicKeys: [aPublicKey(1)] }),
    label: change({ label: "champion" }),
    labelMark: change({ labelMark: false }),
    targetState: change({ targetState: "stopped" }),
    imageLogin: change({ imageLogin: { username: "somebody", password: "login-of-the-test" } }),
    user: change({ user: "app" }),
    jupyterDir: change({ jupyterDir: "/two" }, { runtype: "jupyter", jupyterDir: "/one" }),
    pythonUtf8: change({ pythonUtf8: true }),
    langUtf8: change({ langUtf8: true }),
    force: change({ force: true }),
    cancelUnavailable: change({ cancelUnavailable: false }),
    vm: change({ vm: true }),
    timeToLiveHours: change({ timeToLiveHours: 8 }),
    timeouts: change({ timeouts: { createMinutes: 20 } }),
    waitFor: change({ waitFor: { level: "port", port: 22 } }),
    onBootFailure: change({ onBootFailure: "keep" }),
    onDrift: change({ onDrift: { exited: "restart" } }),
    generation: change({ generation: 2 }),
    placement: change({ placement: { group: "two", spread: "host" } }, { placement: { group: "one" } }),
    adoptInstanceId: change({ adoptInstanceId: 7 }),
    takeOver: change({ takeOver: true }),
    onstartFile: change({ onstartFile: "start.sh" }),
  } satisfies Record<keyof InstanceArguments, Change>;
}

/** What the table's words are in the engine's report; what changes nothing is not in it. */
const STEPS = { update: ["update"], replace: ["create-replacement", "replace", "delete-replaced"], ignore: [] };

it("does for each input what the table says", async () => {
  const stack = await testStack();
  const { world } = stack;
  world.replaceOffers(Array.from({ length: 60 }, (_, i) => ({ dph_base: 0.3 + i / 100, min_bid: 0.1 })));
  world.addOffer({ gpu_name: "RTX 3090", dph_base: 0.3, min_bid: 0.1 });
  const ids = world.offers().map(({ id }) => id);
  const hashes = ["one", "two"].map((name) => {
    const id = world.addTemplate({ name, image: "ubuntu:22.04" });
    return world.templates().find((template) => template.id === id)?.hashId ?? "";
  });
  // The last two of the RTX 4090, which no search gets to.
  const { onstartFile: _, ...each } = changes(ids.slice(-3, -1), hashes);
  const program = (which: 0 | 1) => Object.entries(each).map(([input, pair]) => instance(input, pair[which]));
  stack.write(program(0).join(""));
  await stack.up();

  stack.write(program(1).join(""));
  const { steps } = await stack.preview();
  const seen = Object.keys(each).map((input) => {
    const own = steps.filter((step) => step.endsWith(` ${input}`)).map((step) => step.split(" ")[0] ?? "");
    return [input, own.sort()];
  });
  const told = Object.keys(each).map((input) => [input, [...STEPS[onChange[input as keyof typeof each][0]]].sort()]);
  expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(told));
  await stack.destroy();
});
