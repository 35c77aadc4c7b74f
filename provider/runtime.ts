import { type Account, accountFor } from "./account/account.js";
import { resolveSettings } from "./account/settings.js";
import type { EngineContext } from "./engine/context.js";
import type { Operation } from "./engine/lifecycle.js";

/** What a lifecycle needs of the process it runs in; replaced in tests. */
export interface Runtime {
  accountOf(operation: Pick<Operation, "readConfig">): Account;
  context?: () => EngineContext;
  /** Whether previews ask the market what new instances would cost. Default false. */
  readonly pricesPreviews?: boolean;
}

/** The process as it is: its account is that of the explicit provider, the stack configuration, the environment or the key file. */
export const thisProcess: Runtime = {
  accountOf: (operation) => accountFor(resolveSettings(operation.readConfig)),
  pricesPreviews: true,
};
