import { isMissingVariable } from "../../api/secrets.js";
import { checkBySchema } from "../../engine/check.js";
import { defineLifecycle } from "../../engine/lifecycle.js";
import { VastError } from "../../errors.js";
import { type Runtime, thisProcess } from "../../runtime.js";
import { onChange } from "./changes.js";
import { createEnvVar } from "./create.js";
import { EnvVarInputs } from "./inputs.js";
import { inWords, twiceInStack } from "./messages.js";

/** Inputs whose values are not repeated in messages. */
const SECRET_INPUTS = ["value"];

/** The lifecycle of an environment variable of the account: make, set, delete. Its id is its upper-case name. */
export function envVarLifecycle(runtime: Runtime = thisProcess) {
  /** Names that are in the state, or about to be. */
  const inStack = new Set<string>();
  /** Names that creates of this process brought in. */
  const taken = new Set<string>();

  return defineLifecycle<EnvVarInputs>(
    {
      name: "EnvVar",
      isFree: true,
      check: (known, unknown) => {
        const checked = checkBySchema<Partial<EnvVarInputs>>(schemaWithout(unknown), known, SECRET_INPUTS);
        if (checked.inputs) return { inputs: { ...checked.inputs }, failures: [] };
        const { value: _, ...harmless } = known;
        return { inputs: harmless, failures: checked.failures };
      },
      onChange,
      same: {},
      kept: ["ownerToken"],
      shown: (id) => inStack.add(id),

      create: async (inputs, operation) => {
        const { name } = inputs;
        if (inStack.has(name)) throw twiceInStack(name);
        inStack.add(name);
        try {
          await createEnvVar(runtime.accountOf(operation), inputs, operation);
        } catch (error) {
          inStack.delete(name);
          throw error;
        }
        taken.add(name);
        return { id: name, outputs: {} };
      },

      read: async (id, before, operation) => {
        const name = id.toUpperCase();
        const names = await runtime.accountOf(operation).envVarNames(operation.signal);
        if (names.some((each) => each.toUpperCase() === name)) return { name };
        // Without its name in the state the program asked for a variable by its id, and absence is its mistake.
        if (before.name !== undefined) return undefined;
        throw new VastError(
          "nonexistent_key",
          `There is no variable ${name} in this account. Nothing was changed. Correct the id, which is the name.`,
        );
      },

      update: async (id, _before, { value }, operation) => {
        const { secrets } = runtime.accountOf(operation).client;
        try {
          await secrets.update(id, value, operation.signal);
        } catch (error) {
          if (!isMissingVariable(error)) throw inWords(error, id);
          // Somebody deleted it: the program still wants it.
          await secrets.create(id, value, operation.signal).catch((createError) => {
            throw inWords(createError, id);
          });
        }
        return {};
      },

      delete: async (id, _before, operation) => {
        if (taken.has(id)) {
          operation.warn(`The variable ${id} now belongs to another resource of the stack and stays in the account.`);
          return;
        }
        await runtime.accountOf(operation).client.secrets.delete(id, operation.signal);
        inStack.delete(id);
      },
    },
    runtime.context,
  );
}

/** What Pulumi's dynamic host loads. */
export const provider = envVarLifecycle();

/** The schema without the need for inputs that are not known yet: they would be missed as if they were not given. */
function schemaWithout(unknown: ReadonlySet<string>) {
  const lenient = {
    ...(unknown.has("name") ? { name: true as const } : {}),
    ...(unknown.has("value") ? { value: true as const } : {}),
  };
  return EnvVarInputs.partial(lenient);
}
