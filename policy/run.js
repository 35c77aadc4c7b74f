#!/usr/bin/env node
// The pack as a program, for `--policy-pack policy/run.js`: the engine gives its address as the only argument and reads the port from the
// first line of standard output.
process.chdir(__dirname);
require("../dist/policy/index.js");
