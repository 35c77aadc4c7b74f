// What each example is about, played on a stack that is up. examples.test.ts does what is the same for all.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { aPublicKey } from "../support/public-keys.js";
import { checkout, type TestStack } from "./pulumi.js";
import { ENCRYPTED } from "./state.js";

/** One example in the hand of a user. */
interface Act {
  /** What is done before the first `pulumi up`: settings, and what is in the account already. */
  prepare?(stack: TestStack): Promise<void>;
  /** What the example shows, when it is up and a preview has shown no change. */
  play(stack: TestStack): Promise<void>;
}

export const acts: Readonly<Record<string, Act>> = {
  "pull-request-pipeline": {
    play: async (stack) => {
      const { world } = stack;
      const pack = join(checkout, "policy", "run.js");
      const config = join(checkout, "examples", "pull-request-pipeline", "policy.json");
      // A pull request from a fork asks for too much.
      await stack.run("config set workers 8");
      const proposed = await stack.failing(`preview --policy-pack ${pack} --policy-pack-config ${config}`, {
        VAST_API_KEY: undefined,
      });
      expect(proposed.text.match(/- \[\w+\] +[\w-]+/g)).toEqual([
        expect.stringMatching(/mandatory\] +instance-count/),
        expect.stringMatching(/mandatory\] +price-per-stack/),
      ]);
      await stack.run("config set workers 1");

      // The drift job, with a key that can only read.
      const headers = { authorization: `Bearer ${stack.apiKey}` };
      const permissions = { api: { instance_read: {}, user_read: {} } };
      const body = JSON.stringify({ name: "drift", permissions });
      const made = await fetch(`${stack.simulator.url}/api/v0/auth/apikeys/`, { method: "POST", headers, body });
      const reader = { VAST_API_KEY: ((await made.json()) as { key: string }).key };
      await stack.run("preview --refresh --expect-no-changes", reader);
      const [worker] = world.billedContracts();
      world.act(worker?.id ?? 0, { do: "stop" });
      world.advance(60);
      const drifted = await stack.failing("preview --refresh --expect-no-changes", reader);
      expect(drifted.text).toContain("no changes were expected for preview but changes were proposed");
      expect(drifted.text).toMatch(/`onDrift\.stopped` says, `pulumi up` starts it/);
      expect(world.billedContracts()).toMatchObject([{ id: worker?.id, curState: "stopped" }]);

      // The preview has stored nothing: a deployment that does not look has nothing to act on.
      await stack.run("up");
      expect(world.billedContracts()).toMatchObject([{ id: worker?.id, curState: "stopped" }]);
      await stack.run("up --refresh");
      expect(world.billedContracts()).toMatchObject([{ id: worker?.id, actualStatus: "running" }]);
    },
  },

  "first-instance": {
    play: async (stack) => {
      const [rented] = stack.world.billedContracts();
      await stack.run("config set label trainer-2");
      expect((await stack.up()).steps).toEqual(["update trainer"]);
      expect(stack.world.billedContracts()).toMatchObject([
        { id: rented?.id, label: expect.stringMatching(/^trainer-2 /) },
      ]);
    },
  },

  fleet: {
    play: async (stack) => {
      const { world } = stack;
      const ids = () => stack.outputs().instanceIds as number[];
      const billed = () => world.billedContracts().map(({ id }) => id);
      const first = ids();
      expect(new Set(world.billedContracts().map(({ hostId }) => hostId)).size).toBe(3);

      await stack.run("config set count 5");
      expect((await stack.up()).steps.toSorted()).toEqual(["create workers-3", "create workers-4"]);
      expect(ids().slice(0, 3)).toEqual(first);
      expect(new Set(world.billedContracts().map(({ machineId }) => machineId)).size).toBe(5);
      await stack.run("config set count 2");
      await stack.up();
      expect(billed()).toEqual(first.slice(0, 2).toSorted());

      await stack.run("config set image ubuntu:does-not-exist");
      await stack.failing("up");
      expect(world.billedContracts().filter(({ image }) => image === "ubuntu:22.04")).toMatchObject([
        { actualStatus: "running" },
      ]);
      await stack.run("config set image ubuntu:24.04");
      await stack.up();
      expect(world.billedContracts().map(({ image }) => image)).toEqual(["ubuntu:24.04", "ubuntu:24.04"]);
      expect(billed()).toEqual(first.slice(0, 2).toSorted());

      await stack.run("config set generation second");
      await stack.up();
      expect(billed()).toEqual(ids().toSorted());
      expect(ids().filter((id) => first.includes(id))).toEqual([]);
      expect(stack.outputs().sshConfig).toMatch(/^Host workers-0\n[^#]+\nHost workers-1\n[^#]+$/);
    },
  },

  "interruptible-bid": {
    prepare: async ({ world }) => world.tell({ story: { outbid: { afterMinutes: 30 } } }),
    play: async (stack) => {
      const { world } = stack;
      const [rented] = world.billedContracts();
      expect(rented).toMatchObject({ isBid: true, actualStatus: "running" });
      const running = rented?.dollarsPerHourNow ?? 0;
      world.advance(3600);
      expect(world.billedContracts()).toMatchObject([{ curState: "stopped" }]);
      expect((await stack.refresh()).text).toMatch(/was outbid: somebody pays more than 0\.250 \$\/h/);
      expect((await stack.up()).steps).toEqual(["update trainer"]);
      world.advance(600);
      await stack.refresh();
      expect(world.billedContracts()).toMatchObject([{ id: rented?.id, actualStatus: "running" }]);
      const raised = world.billedContracts()[0]?.dollarsPerHourNow ?? 0;
      expect(raised).toBeGreaterThan(running);
      expect(raised).toBeLessThan(0.42);
      expect((await stack.preview()).steps).toEqual([]);
    },
  },

  jupyter: {
    play: async (stack) => {
      const [rented] = stack.world.billedContracts();
      const { jupyter_token: token, ports } = await stack.row(rented?.id ?? 0);
      const [outside] = (ports as Record<string, { HostPort: string }[]>)["8080/tcp"] ?? [];
      expect(stack.outputs().url).toEqual(ENCRYPTED);
      const { stdout } = await stack.run("stack output url --show-secrets");
      expect(stdout.trim()).toBe(`https://127.0.0.1:${outside?.HostPort}/?token=${token}`);
      // Something answers there, as `waitFor` says.
      expect(await (await fetch(`http://127.0.0.1:${outside?.HostPort}/`)).text()).toBe("ok");
    },
  },

  "two-accounts": {
    prepare: async (stack) => {
      for (const team of ["research", "product"]) await stack.run(`config set --secret ${team}Key key-of-${team}`);
    },
    play: async ({ world, outputs }) => {
      const [one, other, ...more] = world.billedContracts();
      expect(more).toEqual([]);
      expect(one?.account).not.toBe(other?.account);
      const { research, product } = outputs() as Record<string, { instanceId: number }>;
      expect([research?.instanceId, product?.instanceId].toSorted()).toEqual([one?.id, other?.id]);
    },
  },

  "training-with-template": {
    prepare: async (stack) => {
      const keyFile = join(stack.stateFolder, "..", "laptop.pub");
      writeFileSync(keyFile, aPublicKey(1, "me@laptop"));
      // The machine of the market that its text names.
      const text = readFileSync(join(checkout, "examples/training-with-template/README.md"), "utf8");
      await stack.run(`config set machineId ${/machineId (\d+)/.exec(text)?.[1]}`);
      await stack.run(`config set publicKeyFile ${keyFile}`);
    },
    play: async (stack) => {
      const { world } = stack;
      const [trainer] = world.billedContracts();
      const [data] = world.billedVolumes();
      const [key] = world.view().accounts[0]?.sshKeys ?? [];
      expect(data?.mountedBy).toEqual([trainer?.id]);
      expect(trainer).toMatchObject({ machineId: data?.machineId, sshKeyIds: [key?.id] });

      await stack.run("config set epochs 20");
      expect((await stack.up()).steps.toSorted()).toEqual(["update trainer", "update training"]);
      expect(world.billedContracts()).toMatchObject([{ id: trainer?.id, actualStatus: "running" }]);
      expect(world.billedVolumes()).toMatchObject([{ id: data?.id, mountedBy: [trainer?.id] }]);
      expect((await stack.row(trainer?.id ?? 0)).extra_env).toContainEqual(["EPOCHS", "20"]);

      await stack.run("config set isTraining false");
      await stack.run("config set allowDataLoss true");
      await stack.up();
      expect(world.billedContracts()).toEqual([]);
      expect(world.billedVolumes()).toMatchObject([{ id: data?.id, mountedBy: [] }]);
    },
  },

  "adopt-existing": {
    prepare: async (stack) => {
      const [offer] = stack.world.offers();
      const rented = { image: "ubuntu:22.04", disk: 16, label: "rented by hand", runtype: "ssh_direc ssh_proxy" };
      const { new_contract: id } = await stack.call("PUT", `/asks/${offer?.id}/`, rented);
      await stack.run(`config set instanceId ${id}`);
      await stack.run("config set diskGb 16");
    },
    play: async ({ world, outputs }) => {
      const { instanceId } = outputs();
      const label = expect.stringMatching(/^trainer pulumi:[0-9a-f]{24}$/);
      expect(world.contracts()).toMatchObject([
        { id: instanceId, label, actualStatus: "running", image: "ubuntu:22.04" },
      ]);
    },
  },
};
