import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { acts } from "./example-acts.js";
import { checkout, testStack } from "./pulumi.js";

const examples = readdirSync(join(checkout, "examples"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** Whether an example is no Pulumi project, but a program that runs Pulumi by its Automation API. */
function runsPulumi(name: string): boolean {
  return existsSync(join(checkout, "examples", name, "run.mts"));
}

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
    const [programs, projects] = [examples.filter(runsPulumi), examples.filter((name) => !runsPulumi(name))];
    expect(Object.keys(acts).toSorted()).toEqual(projects.toSorted());
    const parts = ["index.ts", "Pulumi.yaml", "README.md", "tsconfig.json"];
    const files = [
      ...projects.flatMap((name) => parts.map((part) => join("examples", name, part))),
      // One that runs Pulumi itself needs no project, and has a test of its own.
      ...programs.flatMap((name) => [join("examples", name, "README.md"), join("test", "engine", `${name}.test.ts`)]),
    ];
    expect(files.filter((file) => !existsSync(join(checkout, file)))).toEqual([]);
  });

  it("are more than none, and the repository's own Pulumi.yaml previews one", async () => {
    expect(examples).not.toEqual([]);
    const stack = await testStack({ project: checkout });
    // As users run it, with its types checked.
    const preview = await stack.preview({ PULUMI_NODEJS_TRANSPILE_ONLY: undefined });
    expect(preview.steps).not.toEqual([]);
    expect(stack.world.contracts()).toEqual([]);
  });
});
