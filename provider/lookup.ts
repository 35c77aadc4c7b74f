import * as pulumi from "@pulumi/pulumi";
import type { Account } from "./account/account.js";
import { SettingsError } from "./errors.js";
import type { Provider } from "./provider.js";

/** Options of every lookup. */
export interface LookupOptions {
  /** Look with this account. Default: stack configuration, environment, key file. */
  provider?: Provider;
}

/** Options of the `…Output` form of a lookup. */
export interface LookupOutputOptions extends LookupOptions {
  /** Look only when these are there. */
  dependsOn?: pulumi.Input<pulumi.Input<pulumi.Resource>[]> | pulumi.Input<pulumi.Resource>;
}

type ProviderSettings = { apiKey: string; apiUrl: string | undefined };

/**
 * The account that a lookup in the program uses. Throws SettingsError when the provider's key is an output that is not known yet, as
 * happens in previews: the `…Output` forms wait for it instead.
 */
export async function lookupAccount(options: LookupOptions): Promise<Account> {
  return accountOf(options.provider ? await known(options.provider.settings) : undefined);
}

/** The `…Output` form of a lookup: waits for its arguments, its account and its dependencies, and stays unknown while they are. */
export function lookupOutput<Args, Result>(
  args: pulumi.Input<Args>,
  options: LookupOutputOptions,
  look: (args: Args, account: Account) => Promise<Result>,
): pulumi.Output<Result> {
  // The key is secret, and no answer holds it.
  const settings = pulumi.unsecret(pulumi.output(options.provider?.settings));
  const dependsOn = pulumi.output(options.dependsOn) as pulumi.Output<pulumi.Resource[] | pulumi.Resource | undefined>;
  const dependencies = dependsOn.apply((given) => allThere([given ?? []].flat()));
  return pulumi
    .all([pulumi.output(args), settings, dependencies])
    .apply(async ([given, provider]) => look(given as Args, await accountOf(provider))) as pulumi.Output<Result>;
}

/** Known as soon as every resource, and every child of a component, has an id: not in the preview that will make it. */
function allThere(resources: readonly pulumi.Resource[]): pulumi.Output<unknown> {
  return pulumi.all(
    resources.map((resource): pulumi.Output<unknown> => {
      if (pulumi.CustomResource.isInstance(resource)) return resource.id;
      // As Pulumi's own `dependsOn` walks a component, when its constructor is through.
      const component = resource as unknown as { __data?: Promise<object>; __childResources?: Set<pulumi.Resource> };
      return pulumi.output(component.__data).apply(() => allThere([...(component.__childResources ?? [])]));
    }),
  );
}

/** Loaded on first use: HTTP client and schemas cost every program 150 ms, and few make lookups. */
async function accountOf(provider: ProviderSettings | undefined): Promise<Account> {
  const { accountFor } = await import("./account/account.js");
  const { resolveSettings } = await import("./account/settings.js");
  const config = new pulumi.Config("vastai");
  const stack = { "vastai:apiKey": () => config.get("apiKey"), "vastai:apiUrl": () => config.get("apiUrl") };
  const explicit = { "vastai:apiKey": () => provider?.apiKey, "vastai:apiUrl": () => provider?.apiUrl };
  const source: Partial<Record<string, () => string | undefined>> = provider ? explicit : stack;
  return accountFor(resolveSettings((key) => source[key]?.()));
}

async function known(settings: pulumi.Output<ProviderSettings>): Promise<ProviderSettings> {
  // Both are how Pulumi's own SDK asks an output; an apply would never run while the value is unknown.
  const output = settings as unknown as { isKnown: Promise<boolean>; promise(): Promise<ProviderSettings> };
  if (await output.isKnown) return output.promise();
  throw new SettingsError(
    "The API key of the explicit provider is not known yet in this preview, so nothing can be looked up. Use the lookup's `…Output` form.",
  );
}
