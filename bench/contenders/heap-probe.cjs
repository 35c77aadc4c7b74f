// Loaded into the processes of a stack: in the one of dynamic providers it notes how much memory is really held, after a full collection, at
// its most. Collections cost time, so that nothing else is measured in the same run.
const { writeFileSync } = require("node:fs");
const { setFlagsFromString } = require("node:v8");
const { runInNewContext } = require("node:vm");

const COLLECT_EVERY_MS = 2000;
/** One collection leaves to the next what weak references and compiled code still hold: megabytes that nobody needs. This kind repeats itself. */
const ALL_THAT_CAN_BE = { type: "major", execution: "sync", flavor: "last-resort" };

if (process.argv[1]?.includes("dynamic-provider")) {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  let peakBytes = 0;
  const look = () => {
    collect(ALL_THAT_CAN_BE);
    const { heapUsed, external } = process.memoryUsage();
    peakBytes = Math.max(peakBytes, heapUsed + external);
    writeFileSync(process.env.BENCH_HEAP_FILE, String(peakBytes));
  };
  setInterval(look, COLLECT_EVERY_MS).unref();
}
