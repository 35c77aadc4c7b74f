import { WireInstance } from "../provider/api/instance-row.js";
import { contractsOf } from "./accounts.js";
import { type InstanceRow, listedRow } from "./contracts/row.js";
import { compareValues, isFilter, isRecord, passes } from "./filters.js";
import { type Answer, badRequest, deprecatedList, htmlPage, ok } from "./http/answers.js";
import { jsonOf } from "./http/json.js";
import type { AccountRequest, Route } from "./http/route.js";

const MOST_ROWS = 25;
const ROWS_FOR_NONSENSE = 5;

/** The lists of an account's instances. */
export const instanceListRoutes: readonly Route[] = [
  { method: "GET", path: "/api/v0/instances/", access: "account", answer: answerV0 },
  { method: "GET", path: "/api/v1/instances/", access: "account", answer: answerV1 },
  { method: "GET", path: "/api/v0/instances/filters/", access: "account", answer: answerFilterValues },
];

/** Columns that Vast works out for the answer and that can be neither filtered nor sorted by. */
const computedColumns = new Set(
  (
    "num_gpus dph_total dph_base search instance duration storage_total_cost vram_costperhour score dlperf_per_dphtotal " +
    "flops_per_dphtotal ports volume_info gpu_totalram time_remaining time_remaining_isbid uptime_mins"
  ).split(" "),
);

type Order = readonly (readonly [column: string, sign: number])[];

function answerV0(request: AccountRequest): Answer {
  if (request.state.settings.listV0 === "gone") return deprecatedList;
  const instances = livingRows(request);
  return ok({ instances_found: instances.length, instances });
}

function answerV1(request: AccountRequest): Answer {
  const { query, state } = request;
  if (!state.settings.listV1) return htmlPage(404, "Not Found");
  const filters = jsonOf(query.get("select_filters"));
  if (!isRecord(filters)) return badRequest("Error in query parameters: select_filters is not valid JSON");
  const rows = livingRows(request);
  for (const [column, filter] of Object.entries(filters)) {
    if (!isStored(column)) return badRequest(`Error in query parameters: ${column} is not a valid search key`);
    if (!isFilter(filter)) return badRequest(`Error in query parameters: ${column} has an unknown operator`);
  }
  const order = orderOf(jsonOf(query.get("order_by") ?? "[]"));
  if (order === undefined) return badRequest("Error in query parameters: order_by names no valid column");
  const columns = columnsOf(jsonOf(query.get("select_cols") ?? '["*"]'));
  if (columns === undefined) return badRequest("Error in query parameters: select_cols is not a list");

  const fitting = rows.filter((row) => fits(row, filters)).sort((a, b) => compareRows(a, b, order));
  const token = query.get("after_token");
  const after = token === null ? undefined : valuesOfToken(token);
  if (token !== null && after === undefined) return badRequest("Invalid pagination token", "invalid_token");
  const rest = after === undefined ? fitting : fitting.filter((row) => compareRows(row, after, order) > 0);
  const page = rest.slice(0, limitOf(query.get("limit")));
  const last = page.at(-1);
  return ok({
    success: true,
    instances_found: page.length,
    total_instances: fitting.length,
    label_counts: labelCounts(fitting),
    next_token: last !== undefined && rest.length > page.length ? tokenOf(last, order) : null,
    instances: page.map((row) => pick(row, columns)),
  });
}

/** One object for each combination of values that can be filtered by. */
function answerFilterValues(request: AccountRequest): Answer {
  const combinations = new Map<string, InstanceRow>();
  for (const { actual_status, gpu_name, verification, label } of livingRows(request)) {
    const combination = { actual_status, gpu_name, verification, label };
    combinations.set(JSON.stringify(combination), combination);
  }
  return ok({ success: true, filters: [...combinations.values()] });
}

function livingRows({ state, account, now }: AccountRequest): InstanceRow[] {
  const lagMs = state.settings.listLagSeconds * 1000;
  return contractsOf(state, account.number)
    .filter(({ destroyedAt, createdAt }) => destroyedAt === null && createdAt <= now - lagMs)
    .map((contract) => listedRow(state, contract, now));
}

function isStored(column: string): boolean {
  return column in WireInstance.shape && !computedColumns.has(column);
}

function fits(row: InstanceRow, filters: Record<string, unknown>): boolean {
  return Object.entries(filters).every(([column, filter]) => isFilter(filter) && passes(row[column], filter));
}

/** The id comes last in every order, so that no two rows are equal. */
function orderOf(directives: unknown): Order | undefined {
  if (!Array.isArray(directives)) return undefined;
  const order = directives.map((directive: unknown): readonly [string, number] => {
    const { col, dir } = isRecord(directive) ? directive : { col: "", dir: "asc" };
    return [String(col), dir === "desc" ? -1 : 1];
  });
  return order.every(([column]) => isStored(column)) ? [...order, ["id", 1]] : undefined;
}

function compareRows(a: InstanceRow, b: InstanceRow, order: Order): number {
  for (const [column, sign] of order) {
    const difference = sign * compareValues(a[column], b[column]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function columnsOf(wanted: unknown): readonly string[] | undefined {
  return Array.isArray(wanted) ? wanted.map(String) : undefined;
}

/** Unknown columns come back as null. */
function pick(row: InstanceRow, columns: readonly string[]): InstanceRow {
  if (columns.includes("*")) return row;
  return Object.fromEntries(columns.map((column) => [column, row[column] ?? null]));
}

function limitOf(text: string | null): number {
  const limit = Math.trunc(Number(text ?? MOST_ROWS));
  return limit > 0 ? Math.min(limit, MOST_ROWS) : ROWS_FOR_NONSENSE;
}

function labelCounts(rows: readonly InstanceRow[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { label } of rows) counts[String(label ?? "")] = (counts[String(label ?? "")] ?? 0) + 1;
  return counts;
}

function tokenOf(row: InstanceRow, order: Order): string {
  const values = Object.fromEntries(order.map(([column]) => [column, row[column] ?? null]));
  return Buffer.from(JSON.stringify({ values })).toString("base64");
}

function valuesOfToken(token: string): InstanceRow | undefined {
  const content = jsonOf(Buffer.from(token, "base64").toString());
  return isRecord(content) && isRecord(content.values) ? content.values : undefined;
}
