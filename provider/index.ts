/** Everything that a Pulumi program imports from `pulumi-vastai`. */
export type { LookupOptions, LookupOutputOptions } from "./lookup.js";
export type { OfferQuery } from "./offer/query.js";
export { Provider, type ProviderArgs } from "./provider.js";
export {
  type GetInstanceArgs,
  type GetInstancesArgs,
  type GetInstancesResult,
  getInstance,
  getInstanceOutput,
  getInstances,
  getInstancesOutput,
  type InstanceDetails,
} from "./resources/instance/get.js";
export { Instance, type InstanceArgs } from "./resources/instance/resource.js";
export { type GetUserResult, getUser, getUserOutput } from "./resources/user/get.js";
