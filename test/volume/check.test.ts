import { describe, expect, it } from "vitest";
import { checkVolume } from "../../provider/resources/volume/check.js";
import { aVolume } from "./given.js";

const about = { exists: false, before: {}, readConfig: () => undefined };
const check = (inputs = {}, unknown: string[] = []) => checkVolume(aVolume(inputs), new Set(unknown), about);
const nowhere = { machineId: undefined };

describe("check", () => {
  it("completes what the program leaves out", () => {
    const { inputs, failures } = check({ sizeGb: undefined });
    expect(failures).toEqual([]);
    expect(inputs).toMatchObject({
      sizeGb: 15,
      allowDataLoss: false,
      cloneCompression: true,
      defaultFilters: true,
      timeouts: { createMinutes: 10, deleteMinutes: 10 },
    });
  });

  it.each([{ cloneOf: 7 }, { adoptVolumeId: 7 }])("leaves the size to Vast with %o", (inputs) => {
    expect(check({ sizeGb: undefined, ...inputs }).inputs.sizeGb).toBeUndefined();
  });

  it.each([
    [nowhere, "offer", /exactly one of `offerId`, `offer`, `onMachineOf`, `machineId`/],
    [{ offerId: 5 }, "machineId", /`offerId` and `machineId` both say/],
    [{ onMachineOf: 5 }, "machineId", /`onMachineOf` and `machineId` both say/],
    [{ offer: {} }, "machineId", /`offer` and `machineId` both say/],
    [{ cloneOf: 7, name: "a" }, "name", /cannot name a clone/],
    [{ cloneOf: 7, adoptVolumeId: 8 }, "adoptVolumeId", /cannot be a clone of 7/],
    [{ sizeGb: 1.5 }, "sizeGb", /whole number of GB \(it is 1.5\)/],
    [{ sizeGB: 5 }, "sizeGB", /did you mean `sizeGb`/],
    [{ name: "a b" }, "name", /1 to 64 letters/],
    [{ name: "a".repeat(65) }, "name", /1 to 64 letters/],
    [{ maxDollarsPerMonth: 0 }, "maxDollarsPerMonth", /above 0/],
    [{ ...nowhere, offer: { reliability: 0.99 } }, "offer.reliability", /gte: 0.99/],
    [{ ...nowhere, offer: { reliability2: { gte: 0.9 } } }, "offer.reliability2", /did you mean "reliability"/i],
    [{ ...nowhere, offer: { cuda_vers: 12 } }, "offer.cuda_vers", /did you mean "cudaVersion"/i],
    [{ ...nowhere, offer: { country: "Germany" } }, "offer.country", /./],
  ])("refuses %o", (inputs, property, reason) => {
    const [failure, ...others] = check(inputs).failures;
    expect(others).toEqual([]);
    expect(failure).toMatchObject({ property, reason: expect.stringMatching(reason) });
  });

  it("waits with a rule for what is not known yet", () => {
    expect(check(nowhere, ["onMachineOf"]).failures).toEqual([]);
    expect(check({}, ["onMachineOf"]).failures).toHaveLength(1);
    expect(check({ sizeGb: undefined }, ["sizeGb"]).inputs.sizeGb).toBeUndefined();
  });
});
