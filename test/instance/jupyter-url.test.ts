import { describe, expect, it } from "vitest";
import { WireInstance } from "../../provider/api/instance-row.js";
import { jupyterUrl, liveFacts } from "../../provider/resources/instance/outputs.js";
import { recordedInstance } from "../support/recorded.js";

const TOKEN = "0123abcd";

/** The recorded ports of an instance with a notebook, with what a test says beside. */
function row(more: object = {}): WireInstance {
  const recorded = recordedInstance("get-instance-ports-dual-stack");
  return WireInstance.parse({ ...recorded, actual_status: "running", jupyter_token: TOKEN, ...more });
}

const proxied = { ports: null, image_runtype: "jupyter_proxy ssh_proxy", ssh_idx: "6" };

describe("the address of the notebook", () => {
  it.each<[string, object, string | undefined]>([
    ["is the machine's where its port is published", {}, `https://203.0.113.25:29061/?token=${TOKEN}`],
    ["has brackets around IPv6", { public_ipaddr: "2001:db8::7 \n" }, `https://[2001:db8::7]:29061/?token=${TOKEN}`],
    ["has a token that a URL can hold", { jupyter_token: "a&b" }, "https://203.0.113.25:29061/?token=a%26b"],
    ["leads through Vast's proxy otherwise", proxied, `https://jupyter.vast.ai/jm/6/19840/?token=${TOKEN}`],
    ["is missing without a notebook", { image_runtype: "ssh ssh_direc ssh_proxy" }, undefined],
    ["is missing without a token", { jupyter_token: null }, undefined],
    ["is missing where nothing leads there", { ...proxied, ssh_idx: null }, undefined],
  ])("%s", (_, more, url) => {
    expect(jupyterUrl(row(more))).toBe(url);
  });

  it("is told only while the instance runs", () => {
    expect(liveFacts(row()).jupyterUrl).toContain(TOKEN);
    expect(liveFacts(row({ actual_status: "loading" })).jupyterUrl).toBeNull();
  });
});
