import * as pulumi from "@pulumi/pulumi";

/** Settings of one Vast.ai account. */
export interface ProviderArgs {
  /** API key of the account. Secret. */
  apiKey: pulumi.Input<string>;
  /** Address of the API without path. Default: VAST_URL, else https://console.vast.ai. */
  apiUrl?: pulumi.Input<string>;
  /**
   * The most that all its instances of the stack may cost, in $/h, with disks and the volumes that their rents made. Default: no limit, whatever the
   * stack's own is.
   */
  maxDollarsPerHour?: pulumi.Input<number>;
  /** The most instances of the stack that it may have. Default: no limit, likewise. */
  maxInstances?: pulumi.Input<number>;
  /** The least credit that must be left on the account before anything is rented, in $. Default: no limit, likewise. */
  minCredit?: pulumi.Input<number>;
}

/**
 * An explicit provider, for several accounts in one program: `new vastai.Instance("a", {...}, { provider })`. The key is encrypted in the
 * state. Without one, the stack configuration (`vastai:apiKey`), VAST_API_KEY and Vast's own key files are used, in this order.
 */
export class Provider extends pulumi.ProviderResource {
  /** Key and address, for lookups that are made with this provider. */
  readonly settings: pulumi.Output<{ apiKey: string; apiUrl: string | undefined }>;

  constructor(name: string, args: ProviderArgs, opts?: pulumi.ResourceOptions) {
    const apiKey = pulumi.secret(args.apiKey);
    const { apiUrl, maxDollarsPerHour, maxInstances, minCredit } = args;
    const given = Object.entries({ apiUrl, maxDollarsPerHour, maxInstances, minCredit }).filter(
      ([, value]) => value !== undefined,
    );
    // The provider process reads settings as it reads the stack configuration: by these names, as texts.
    const settings = given.map(([key, value]) => [`vastai:${key}`, pulumi.output(value).apply(String)]);
    // Pulumi's own dynamic package: its provider process hands these settings to the lifecycles.
    super("pulumi-nodejs", name, { "vastai:apiKey": apiKey, ...Object.fromEntries(settings) }, opts);
    this.settings = pulumi.output({ apiKey, apiUrl: args.apiUrl });
  }
}
