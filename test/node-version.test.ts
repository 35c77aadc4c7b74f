import { expect, it } from "vitest";
import { nodeProblem } from "../provider/node-version.js";

it.each(["22.17.0", "22.21.1", "24.2.0", "24.21.0", "25.0.0"])("runs on Node.js %s", (version) => {
  expect(nodeProblem(version)).toBeUndefined();
});

it.each(["18.20.8", "20.20.2", "22.16.0", "23.11.1", "24.1.0"])(
  "does not run on Node.js %s, and says what to do",
  (version) => {
    const says = `needs Node\\.js 22\\.17, .* runs this program with ${version}: .* Nothing was rented.* Put a newer \`node\``;
    expect(nodeProblem(version)).toMatch(new RegExp(says));
  },
);
