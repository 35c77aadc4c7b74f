import type { Clock } from "../clock.js";
import { AuthError, SettingsError } from "../errors.js";
import { type ApiKeysApi, apiKeyEndpoints, apiKeysApi } from "./api-keys.js";
import type { Endpoint, Send } from "./endpoint.js";
import { type InstancesApi, instanceEndpoints, instancesApi } from "./instances.js";
import { type OffersApi, offerEndpoints, offersApi } from "./offers.js";
import { createPacing } from "./pacing.js";
import { permissionOf } from "./permissions.js";
import { createPipeline } from "./pipeline.js";
import { type PriceIncreasesApi, priceIncreaseEndpoints, priceIncreasesApi } from "./price-increases.js";
import type { Made } from "./right-of-way.js";
import { type SecretsApi, secretEndpoints, secretsApi } from "./secrets.js";
import { type SshKeysApi, sshKeyEndpoints, sshKeysApi } from "./ssh-keys.js";
import { type TemplatesApi, templateEndpoints, templatesApi } from "./templates.js";
import { createTransport, readPublicText } from "./transport.js";
import { type UsersApi, userEndpoints, usersApi } from "./users.js";
import { type VolumesApi, volumeEndpoints, volumesApi } from "./volumes.js";

/** Every route that the provider calls. */
export const endpoints: readonly Endpoint[] = [
  instanceEndpoints,
  priceIncreaseEndpoints,
  offerEndpoints,
  templateEndpoints,
  userEndpoints,
  sshKeyEndpoints,
  secretEndpoints,
  volumeEndpoints,
  apiKeyEndpoints,
].flatMap((nouns) => Object.values<Endpoint>(nouns));

export interface ClientOptions {
  /** Address without path, e.g. `https://console.vast.ai`. */
  readonly apiUrl: string;
  /** Bearer key; without one only keyless routes can be called. */
  readonly apiKey: string | undefined;
  readonly clock: Clock;
  /** What to say when a call needs a key and there is none. */
  readonly missingKey: string;
  /** Where the key came from, for the message when the server refuses it. */
  readonly keySource: string | undefined;
  /** Longest wait for one answer. Default 60. */
  readonly timeoutSeconds?: number;
}

/** Vast's REST API, one noun a property. */
export interface Client {
  readonly instances: InstancesApi;
  readonly priceIncreases: PriceIncreasesApi;
  readonly offers: OffersApi;
  readonly templates: TemplatesApi;
  readonly users: UsersApi;
  readonly volumes: VolumesApi;
  readonly sshKeys: SshKeysApi;
  readonly secrets: SecretsApi;
  readonly apiKeys: ApiKeysApi;
  /** A text behind an address that Vast named, read without the key; undefined while there is none. */
  readPublicText(url: string, signal?: AbortSignal): Promise<string | undefined>;
}

/** A client with a pacing of its own: make one per account and process. */
export function createClient(options: ClientOptions): Client {
  const { apiKey, clock } = options;
  // A debugging proxy or an odd server may repeat the request's headers in its answer.
  const hide = (text: string) => (apiKey ? text.replaceAll(apiKey, "[API key]") : text);
  const transport = createTransport(options);
  // What others rent is looked at beside the queues: it decides who may rent next.
  const looks = createPipeline(transport, createPacing({ clock }), clock, hide);
  const newest = (signal: AbortSignal | undefined) => newestContract(looks, signal);
  const pacing = createPacing({ clock, newest: apiKey === undefined ? undefined : newest });
  const pipeline = createPipeline(transport, pacing, clock, hide);
  const withoutKey = createPipeline(createTransport({ ...options, apiKey: undefined }), pacing, clock, hide);
  const send: Send = async (endpoint, args) => {
    if (apiKey === undefined && !endpoint.keyless) throw new SettingsError(options.missingKey);
    try {
      return await pipeline(endpoint, args);
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      // A key of few permissions is refused what everybody may do without one.
      if (endpoint.keyless && apiKey !== undefined && error.status === 403) return withoutKey(endpoint, args);
      throw refusedKey(error, endpoint, options.keySource);
    }
  };
  return {
    instances: instancesApi(send),
    priceIncreases: priceIncreasesApi(send),
    offers: offersApi(send),
    templates: templatesApi(send),
    users: usersApi(send),
    volumes: volumesApi(send),
    sshKeys: sshKeysApi(send),
    secrets: secretsApi(send),
    apiKeys: apiKeysApi(send),
    readPublicText: (url, signal) => readPublicText(url, options.clock, signal),
  };
}

/** What the newest contract of the account is, whoever rented it. */
async function newestContract(send: Send, signal: AbortSignal | undefined): Promise<Made | undefined> {
  const query = { limit: 1, select_cols: ["id", "start_date"], order_by: [{ col: "id", dir: "desc" }] };
  const [row] = (await send(instanceEndpoints.list, { query, signal })).instances;
  return row && { id: row.id, at: typeof row.start_date === "number" ? row.start_date * 1000 : undefined };
}

function refusedKey(error: AuthError, endpoint: Endpoint, keySource: string | undefined): AuthError {
  const { refusal } = error;
  return new AuthError(
    refusal,
    `${refusal.route} was refused: "${refusal.said}" (HTTP ${refusal.status}). The API key from ${keySource ?? "nowhere"} is ` +
      `wrong, revoked, or lacks the permission ${permissionOf(endpoint) ?? "for it"}; this call changed nothing. ` +
      "Set a valid key with `pulumi config set --secret vastai:apiKey` or VAST_API_KEY.",
  );
}
