import { describeMatrix } from "./fault-matrix.js";
import { operations } from "./operations.js";

describeMatrix(operations.filter(({ name }) => !name.startsWith("create")));
