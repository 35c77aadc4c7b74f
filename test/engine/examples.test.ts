import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkout, testStack } from "./pulumi.js";

const examples = readdirSync(join(checkout, "examples"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** What `npx pulumi-vastai simulator` offers. */
const A_MARKET = { seed: 3, offers: 200 };

describe("examples", () => {
  it.each(examples)("%s comes up, has nothing to change then, and goes down", async (name) => {
    const stack = await testStack({ project: join(checkout, "examples", name), world: A_MARKET });
    const { world } = stack;
    await stack.up();
    const instances = stack.state().resources.filter(({ type }) => type.endsWith("/vastai:Instance"));
    expect(
      world
        .billedContracts()
        .map(({ id }) => String(id))
        .sort(),
    ).toEqual(instances.map(({ id }) => id).sort());

    const again = await stack.preview();
    expect(again.steps).toEqual([]);

    await stack.destroy();
    expect(world.billedContracts()).toEqual([]);
  });

  it("are more than none, and the repository's own Pulumi.yaml previews one", async () => {
    expect(examples).not.toEqual([]);
    const stack = await testStack({ project: checkout });
    const preview = await stack.preview();
    expect(preview.steps).not.toEqual([]);
    expect(stack.world.contracts()).toEqual([]);
  });
});
