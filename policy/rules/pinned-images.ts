import { defineRule } from "../define-rule.js";
import { imageOf, partsOf } from "../images.js";

interface Settings {
  readonly requireDigest: boolean;
}

/** Images are named so that the same program starts the same container: by a tag that is not `latest`, or by a digest. */
export const pinnedImages = defineRule<Settings>({
  name: "pinned-images",
  description: "Images have a tag other than latest, or a digest.",
  enforcementLevel: "mandatory",
  settings: {
    requireDigest: {
      type: "boolean",
      default: false,
      description: "Ask for a digest (@sha256:…), since tags can move.",
    },
  },
  beforeMaking: (subject, { requireDigest }, report) => {
    const image = imageOf(subject);
    if (image === undefined) return;
    const { repository, tag, digest } = partsOf(image);
    if (digest !== undefined) return;
    if (requireDigest) {
      report(
        `${subject.name} uses ${image} without a digest, and a tag can be moved to another image. ` +
          `Give ${repository}@sha256:… (\`docker buildx imagetools inspect ${image}\` shows it).`,
      );
    } else if (tag === undefined || tag === "latest") {
      report(
        `${subject.name} uses ${image}, which is whatever was pushed last: a machine that is rented anew may run something else. ` +
          `Give a version, such as ${repository}:1.2.3.`,
      );
    }
  },
});
