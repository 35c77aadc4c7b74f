import type * as pulumi from "@pulumi/pulumi";

/**
 * Arguments as a Pulumi program gives them: every value, at any depth, may be an output of another resource. `All` carries the
 * whole union while its members are looked at one by one.
 */
export type PulumiArgs<T> = { [Key in keyof T]: PulumiArg<T[Key]> };

type PulumiArg<T, All = T> = T extends undefined
  ? undefined
  : T extends string
    ? pulumi.Input<Extract<All, string>>
    : T extends number
      ? pulumi.Input<Extract<All, number>>
      : T extends boolean
        ? pulumi.Input<boolean>
        : T extends readonly (infer Item)[]
          ? pulumi.Input<PulumiArg<Item>[]>
          : T extends object
            ? pulumi.Input<PulumiArgs<T>>
            : pulumi.Input<T>;

/** Properties of a resource: each one an output. */
export type PulumiOutputs<T> = { readonly [Key in keyof T]-?: pulumi.Output<T[Key]> };
