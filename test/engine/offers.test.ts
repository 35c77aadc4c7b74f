import { expect, it } from "vitest";
import { instance } from "./programs.js";
import { testStack } from "./pulumi.js";

it("looks at the market before it rents, and rents what it saw, under the real engine", async () => {
  const stack = await testStack();
  stack.write(`
const wanted = { offer: { gpuName: pulumi.output("RTX 4090"), gpuCount: 1 }, diskGb: 20, traffic: { uploadGb: 10 } };
const market = vastai.getOffersOutput(wanted);
const cheapest = market.offers.apply(([best]) => best);
${instance("trainer", {}, { more: "{ maxDollarsPerHour: cheapest.dollarsPerHour }" })}
exports.count = market.fittingCount;
exports.cheapest = cheapest;
exports.names = vastai.getGpuNamesOutput().gpuNames;
exports.machineId = trainer.machineId;
exports.dollarsPerHour = trainer.dollarsPerHour;
exports.plain = vastai.getOffers({ ...wanted, offer: { gpuName: "RTX 4090", gpuCount: 1 } }).then(({ offers }) => offers.length);
exports.refused = vastai.getOffers({ offer: { gpu_name: "RTX 4090" } }).catch(({ message }) => message);
`);
  // The market is open to everybody.
  await stack.preview({ VAST_API_KEY: "" });
  expect(stack.world.billedContracts()).toEqual([]);
  await stack.up();
  const outputs = stack.outputs();
  expect(outputs).toMatchObject({ count: 8, plain: 8, names: ["RTX 4090"] });
  expect(outputs.cheapest).toMatchObject({
    machineId: outputs.machineId,
    gpuName: "RTX 4090",
    trafficDollars: expect.any(Number),
  });
  expect((outputs.cheapest as { dollarsPerHour: number }).dollarsPerHour).toBeCloseTo(
    Number(outputs.dollarsPerHour),
    5,
  );
  expect(outputs.refused).toMatch(/Did you mean "gpuName"\?/);
  await stack.destroy();
});
