import { formatDockerFlags, joinWords } from "../../api/docker-flags.js";
import { splitImage } from "../../api/image.js";
import type { TemplateDocument } from "../../api/templates.js";
import { filtersOf } from "./changes.js";
import { markedDescription } from "./description-mark.js";
import type { TemplateInputs } from "./inputs.js";

/** The whole template in Vast's words, so that what the program leaves out is empty on Vast too. */
export function toDocument(inputs: TemplateInputs): TemplateDocument {
  const { image, tag } = splitImage(inputs.image);
  const { runtype, imageLogin: login } = inputs;
  const isDirect = inputs.connection === "direct" && runtype !== "args";
  const hasJupyter = runtype === "jupyter" || runtype === "jupyterLab";
  return {
    name: inputs.name,
    image,
    // A digest needs no tag.
    tag: tag ?? (image.includes("@") ? "" : "latest"),
    env: formatDockerFlags({ env: inputs.env, ports: inputs.ports, others: inputs.dockerOptions }),
    onstart: inputs.onstart ?? "",
    runtype: hasJupyter ? "jupyter" : runtype,
    args_str: joinWords(inputs.args ?? []),
    use_ssh: runtype !== "args",
    ssh_direct: isDirect,
    jup_direct: isDirect && hasJupyter,
    use_jupyter_lab: runtype === "jupyterLab",
    jupyter_dir: inputs.jupyterDir ?? null,
    // Some versions of the server want all three, so that none is "" (vast-api.md §2.9).
    docker_login_repo: login?.registry ?? "",
    docker_login_user: login?.username ?? "",
    docker_login_pass: login?.password ?? "",
    extra_filters: filtersOf(inputs.offer),
    recommended_disk_space: inputs.recommendedDiskGb,
    desc: markedDescription(inputs.description, inputs.ownerToken ?? "", inputs.descriptionMark),
    readme: inputs.readme,
    readme_visible: inputs.readmeVisible,
    href: inputs.href ?? "",
    repo: inputs.repo ?? "",
    private: inputs.private,
    volume_info: inputs.volumeInfo ?? null,
  };
}
