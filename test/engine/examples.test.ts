import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { acts } from "./example-acts.js";
import { checkout, testStack } from "./pulumi.js";

const examples = readdirSync(join(checkout, "examples"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** What `npx pulumi-vastai simulator` offers. */
const A_MARKET = { seed: 3, offers: 200, reachable: true };

describe("examples", () => {
  it.each(Object.entries(acts))(
    "%s comes up, has nothing to change then, does what it is about, and goes down",
    async (name, act) => {
      const stack = await testStack({ project: join(checkout, "examples", name), world: A_MARKET });
      const { world } = stack;
      await act.prepare?.(stack);
      await stack.up();
      const idsOf = (kind: string) =>
        stack.state().resources.flatMap(({ type, id }) => (type.endsWith(`/vastai:${kind}`) ? [Number(id)] : []));
      expect(world.billedContracts().map(({ id }) => id)).toEqual(idsOf("Instance").toSorted());
      expect(world.billedVolumes().map(({ id }) => id)).toEqual(idsOf("Volume").toSorted());
      expect((await stack.preview()).steps).toEqual([]);

      await act.play(stack);
      await stack.destroy();
      expect(world.view()).toMatchObject({ billedPerHour: 0 });
    },
  );

  it("are complete: each has what it needs to run, a text and a test", () => {
    expect(Object.keys(acts).toSorted()).toEqual(examples.toSorted());
    const parts = ["index.ts", "Pulumi.yaml", "README.md", "tsconfig.json"];
    const missing = examples.flatMap((name) =>
      parts.map((part) => join("examples", name, part)).filter((file) => !existsSync(join(checkout, file))),
    );
    expect(missing).toEqual([]);
  });

  it("are more than none, and the repository's own Pulumi.yaml previews one", async () => {
    expect(examples).not.toEqual([]);
    const stack = await testStack({ project: checkout });
    const preview = await stack.preview();
    expect(preview.steps).not.toEqual([]);
    expect(stack.world.contracts()).toEqual([]);
  });
});
