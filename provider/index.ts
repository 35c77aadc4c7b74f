/** Everything that a Pulumi program imports from `pulumi-vastai`. */
export { type CostEstimate, type Costed, type CostedArgs, estimateCost } from "./estimate-cost.js";
export type { LookupOptions, LookupOutputOptions } from "./lookup.js";
export type { OfferQuery } from "./offer/query.js";
export type { VolumeOfferQuery } from "./offer/volume-query.js";
export { Provider, type ProviderArgs } from "./provider.js";
export { type GetEnvVarNamesResult, getEnvVarNames, getEnvVarNamesOutput } from "./resources/env-var/get.js";
export { EnvVar, type EnvVarArgs } from "./resources/env-var/resource.js";
export type { FleetArgs } from "./resources/fleet/inputs.js";
export { Fleet } from "./resources/fleet/resource.js";
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
export { InstanceSshKey, type InstanceSshKeyArgs } from "./resources/instance-ssh-key/resource.js";
export type { OfferDetails } from "./resources/offer/facts.js";
export { getGpuNames, getGpuNamesOutput, getOffers, getOffersOutput } from "./resources/offer/get.js";
export type { GetOffersArgs } from "./resources/offer/inputs.js";
export type { GetGpuNamesArgs, GetGpuNamesResult, GetOffersResult } from "./resources/offer/look-up.js";
export { type GetSshKeysResult, getSshKeys, getSshKeysOutput, type SshKeyDetails } from "./resources/ssh-key/get.js";
export { SshKey, type SshKeyArgs } from "./resources/ssh-key/resource.js";
export {
  type GetTemplateArgs,
  type GetTemplatesArgs,
  type GetTemplatesResult,
  getTemplate,
  getTemplateOutput,
  getTemplates,
  getTemplatesOutput,
  type TemplateDetails,
} from "./resources/template/get.js";
export { Template, type TemplateArgs } from "./resources/template/resource.js";
export { type GetUserResult, getUser, getUserOutput } from "./resources/user/get.js";
export {
  getVolumeOffers,
  getVolumeOffersOutput,
  getVolumes,
  getVolumesOutput,
} from "./resources/volume/get.js";
export type {
  GetVolumeOffersArgs,
  GetVolumeOffersResult,
  GetVolumesArgs,
  GetVolumesResult,
  VolumeDetails,
  VolumeOfferDetails,
} from "./resources/volume/look-up.js";
export { Volume, type VolumeArgs } from "./resources/volume/resource.js";
