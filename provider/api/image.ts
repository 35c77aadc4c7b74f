/** An image without its tag, and the tag. */
export interface ImageReference {
  readonly image: string;
  readonly tag: string | undefined;
}

/** Splits `host:5000/name:tag` as Vast's server does; a digest (`name@sha256:…`) is no tag, while `:@vastai-automatic-tag` is one. */
export function splitImage(reference: string): ImageReference {
  const [, image, tag] = /^((?:.*\/)?[^/:@]+):([^/:]+)$/.exec(reference) ?? [];
  return image === undefined ? { image: reference, tag: undefined } : { image, tag };
}

/** The one spelling of an image that is compared: with its tag, `latest` where none is given. */
export function fullImage(reference: string): string {
  const { image, tag } = splitImage(reference);
  return image.includes("@") ? image : `${image}:${tag ?? "latest"}`;
}
