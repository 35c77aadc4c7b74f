import { UNKNOWN } from "./asked.js";
import { type Case, one, template } from "./case.js";

const MOVING =
  "trainer uses ubuntu:latest, which is whatever was pushed last: a machine that is rented anew may run something else. " +
  "Give a version, such as ubuntu:1.2.3.";
const OURS = { images: ["pytorch/pytorch", "ghcr.io/acme/*"] };

/** What runs on them. */
export const imageCases: readonly Case[] = [
  { rule: "allowed-images", what: "no list", given: one({ image: "evil/miner" }), says: "nothing" },
  {
    rule: "allowed-images",
    what: "a tag of an allowed one",
    settings: OURS,
    given: one({ image: "pytorch/pytorch:2.4.0" }),
    says: "nothing",
  },
  {
    rule: "allowed-images",
    what: "one behind a star",
    settings: OURS,
    given: one({ image: "ghcr.io/acme/trainer@sha256:1f" }),
    says: "nothing",
  },
  {
    rule: "allowed-images",
    what: "a name that an allowed one is part of",
    settings: OURS,
    given: one({ image: "evil/pytorch/pytorch" }),
    says:
      "trainer uses the image evil/pytorch/pytorch, which is not allowed. Allowed are: pytorch/pytorch, ghcr.io/acme/*. " +
      "Use one of them, or add it to the list.",
  },
  {
    rule: "allowed-images",
    what: "a template's image",
    settings: OURS,
    given: template({ image: "evil/miner", tag: "1" }),
    says:
      "shape uses the image evil/miner:1, which is not allowed. Allowed are: pytorch/pytorch, ghcr.io/acme/*. " +
      "Use one of them, or add it to the list.",
  },
  {
    rule: "allowed-images",
    what: "an image of a template that cannot be seen",
    settings: OURS,
    given: one({ templateHash: "4e17788f74f075dd9aab7d0d4427968f" }),
    says:
      "trainer takes its image from a template, whose content this rule does not see. Allowed are: pytorch/pytorch, ghcr.io/acme/*. " +
      "Give `image` beside `templateHash`, or configure `allowTemplateHash`.",
  },
  {
    rule: "allowed-images",
    what: "a template, when they are trusted",
    settings: { ...OURS, allowTemplateHash: true },
    given: one({ templateHash: "4e17788f74f075dd9aab7d0d4427968f" }),
    says: "nothing",
  },
  {
    rule: "allowed-images",
    what: "an image that is not known yet",
    settings: OURS,
    given: one({ image: UNKNOWN }),
    says: "unknown",
  },
  { rule: "pinned-images", what: "a version", given: one({ image: "ubuntu:22.04" }), says: "nothing" },
  {
    rule: "pinned-images",
    what: "a digest",
    settings: { requireDigest: true },
    given: one({ image: "ubuntu@sha256:1f" }),
    says: "nothing",
  },
  {
    rule: "pinned-images",
    what: "a port of a registry and a version",
    given: one({ image: "registry:5000/a/b:3" }),
    says: "nothing",
  },
  { rule: "pinned-images", what: "latest", given: one({ image: "ubuntu:latest" }), says: MOVING },
  {
    rule: "pinned-images",
    what: "a port of a registry and no tag",
    given: one({ image: "registry:5000/a/b" }),
    says:
      "trainer uses registry:5000/a/b, which is whatever was pushed last: a machine that is rented anew may run something else. " +
      "Give a version, such as registry:5000/a/b:1.2.3.",
  },
  {
    rule: "pinned-images",
    what: "a template with its tag apart",
    given: template({ image: "ubuntu", tag: "22.04" }),
    says: "nothing",
  },
  {
    rule: "pinned-images",
    what: "a tag where a digest is wanted",
    settings: { requireDigest: true },
    given: one({ image: "ubuntu:22.04" }),
    says:
      "trainer uses ubuntu:22.04 without a digest, and a tag can be moved to another image. " +
      "Give ubuntu@sha256:… (`docker buildx imagetools inspect ubuntu:22.04` shows it).",
  },
  { rule: "pinned-images", what: "an image that is not known yet", given: one({ image: UNKNOWN }), says: "unknown" },
];
