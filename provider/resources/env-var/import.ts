// A variable of the account that exists as inputs and arguments of a resource: for `pulumi-vastai import`.
import type { Account } from "../../account/account.js";
import { checkBySchema } from "../../engine/check.js";
import { type Found, importRecord, UNTOLD } from "../../engine/import-record.js";
import { EnvVarInputs } from "./inputs.js";

/** The environment variables of an account for import. They carry no mark, so nobody can say whether a stack has one already. */
export const envVarImport = {
  find: async (account: Account, id: string): Promise<Found | undefined> =>
    (await importAll(account)).find((found) => idOf(found) === id.toUpperCase()),
  all: importAll,
};

async function importAll(account: Account): Promise<Found[]> {
  return (await account.envVarNames()).map((name) => importEnvVar(name.toUpperCase()));
}

function importEnvVar(name: string): Found {
  return importRecord(
    (known) => {
      const { inputs, failures } = checkBySchema(EnvVarInputs, known, ["value"]);
      return { inputs: { ...inputs }, failures };
    },
    {
      id: name,
      knownAs: name,
      args: { name, value: UNTOLD },
      outputs: {},
      secrets: [["value"]],
      notes: ["Vast does not tell the value: the first `pulumi up` sets the one that the program says."],
    },
  );
}

function idOf(found: Found): string {
  return found.is === "importable" ? found.record.id : found.id;
}
