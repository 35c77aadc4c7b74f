import { expect, it } from "vitest";
import { type Args, instance } from "./programs.js";
import { testStack } from "./pulumi.js";

/** Inputs with mistakes, each with the path that must be named and what must be said of it. */
const mistaken: readonly [what: string, args: Args, complaints: readonly [path: string, says: string][]][] = [
  [
    "inputs of no known name or value",
    { disk_gb: 20, timeouts: { createMinuets: 5 }, offer: { gpuNmae: "RTX 4090" }, diskGb: 4 },
    [
      ["disk_gb", "did you mean `diskGb`?"],
      ["timeouts.createMinuets", "did you mean `createMinutes`?"],
      ["offer.gpuNmae", "gpuName"],
      ["diskGb", "at least 8"],
    ],
  ],
  [
    "inputs that contradict each other",
    { offerId: 45_000_001, rentalType: "on-demand", bidDollarsPerHour: 0.2 },
    [
      ["offerId", "give `offerId` or `offer`, not both"],
      ["bidDollarsPerHour", 'rentalType is "on-demand"'],
    ],
  ],
];

it.each(mistaken)("refuses %s by their paths, and sends nothing", async (_what, args, complaints) => {
  const stack = await testStack();
  stack.write(instance("trainer", args));
  const { text } = await stack.failing("up");

  expect(stack.world.view().requests).toEqual([]);
  const lines = text.split("\n");
  for (const [path, says] of complaints) {
    expect(
      lines.find((line) => line.includes(`property ${path} `)),
      text,
    ).toContain(says);
  }
});

it("does not repeat a registry password that it refuses", async () => {
  const stack = await testStack();
  const password = "password with blanks";
  stack.write(instance("trainer", { imageLogin: { username: "me", password } }));
  const { text } = await stack.failing("up");

  expect(stack.world.view().requests).toEqual([]);
  expect(text).toContain("property imageLogin.password");
  expect(text).not.toContain(password);
});
