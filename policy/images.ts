import type { Subject } from "./define-rule.js";
import { instanceIn, templateIn } from "./subjects.js";

/** The image of an instance or a template with its tag; undefined when there is none or the resource has none. */
export function imageOf(subject: Subject): string | undefined {
  const template = templateIn(subject);
  if (template?.image !== undefined && template.tag !== undefined) return `${template.image}:${template.tag}`;
  return template?.image ?? instanceIn(subject)?.image;
}

/** What a docker reference is made of; the port of a registry is no tag. */
export function partsOf(image: string): { repository: string; tag?: string; digest?: string } {
  const [name = "", digest] = image.split("@");
  const colon = name.lastIndexOf(":");
  const hasTag = colon > name.lastIndexOf("/");
  return {
    repository: hasTag ? name.slice(0, colon) : name,
    ...(hasTag && { tag: name.slice(colon + 1) }),
    ...(digest !== undefined && { digest }),
  };
}

/** Whether an image fits a pattern: `*` stands for any text, and a pattern without a tag takes every tag. */
export function fitsImage(image: string, pattern: string): boolean {
  const words = pattern.split("*").map((word) => word.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const whole = new RegExp(`^${words.join(".*")}$`);
  return whole.test(image) || whole.test(partsOf(image).repository);
}
