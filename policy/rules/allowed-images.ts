import { defineRule } from "../define-rule.js";
import { fitsImage, imageOf } from "../images.js";
import { instanceIn } from "../subjects.js";

interface Settings {
  readonly images: readonly string[];
  readonly allowTemplateHash: boolean;
}

/** Instances and templates run images of the list only. */
export const allowedImages = defineRule<Settings>({
  name: "allowed-images",
  description: "Instances and templates use allowed images.",
  enforcementLevel: "mandatory",
  settings: {
    images: {
      type: "array",
      items: { type: "string", minLength: 1 },
      default: [],
      description: 'Patterns in which * is any text, e.g. ["pytorch/pytorch", "ghcr.io/acme/*"]. Empty: every image.',
    },
    allowTemplateHash: {
      type: "boolean",
      default: false,
      description: "Let instances take their image from a template, whose content this rule does not see.",
    },
  },
  beforeMaking: (subject, { images, allowTemplateHash }, report) => {
    if (images.length === 0) return;
    const image = imageOf(subject);
    const allowed = `Allowed are: ${images.join(", ")}.`;
    if (image !== undefined) {
      if (images.some((pattern) => fitsImage(image, pattern))) return;
      report(
        `${subject.name} uses the image ${image}, which is not allowed. ${allowed} Use one of them, or add it to the list.`,
      );
    } else if (instanceIn(subject)?.templateHash !== undefined && !allowTemplateHash) {
      report(
        `${subject.name} takes its image from a template, whose content this rule does not see. ${allowed} ` +
          "Give `image` beside `templateHash`, or configure `allowTemplateHash`.",
      );
    }
  },
});
