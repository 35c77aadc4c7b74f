import type { WireInstance } from "../../api/instance-row.js";
import { readLabel } from "./label.js";

/** When an instance ends itself: epoch seconds, or `never` when its watchdog was told to stand down. */
export type Expiry = number | "never";

const HOUR_MS = 3_600_000;
const BEGIN = "# pulumi-vastai watchdog: ends this instance when its time is over";
const END = "# pulumi-vastai watchdog end";

/** The moment `hours` from now, as epoch seconds. */
export function expiryIn(hours: number, now: number): number {
  return Math.round((now + hours * HOUR_MS) / 1000);
}

/** An expiry for people and outputs: ISO 8601, or `never`. */
export function expiryText(expiry: Expiry): string {
  return expiry === "never" ? expiry : new Date(expiry * 1000).toISOString();
}

/** The expiry that an output tells. */
export function expiryFromText(text: unknown): Expiry | undefined {
  if (text === "never") return text;
  const at = typeof text === "string" ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.round(at / 1000);
}

/** The expiry that is in force on Vast: the one in the label, else the one that the watchdog was started with. */
export function expiryOnVast(row: WireInstance, token: string): Expiry | undefined {
  const { until } = readLabel(row.label, token);
  if (until !== undefined) return until;
  const deadline = row.onstart?.startsWith(BEGIN) ? /^deadline=(\d+)$/m.exec(row.onstart)?.[1] : undefined;
  return deadline === undefined ? undefined : Number(deadline);
}

/** A start script with the watchdog at its head. */
export function withWatchdog(onstart: string | undefined, deadline: number, apiUrl: string): string {
  return `${watchdog(deadline, apiUrl)}\n${onstart ?? ""}`;
}

/** The user's part of a start script. */
export function withoutWatchdog(onstart: string): string {
  if (!onstart.startsWith(BEGIN)) return onstart;
  const end = onstart.indexOf(END);
  return end === -1 ? onstart : onstart.slice(end + END.length).replace(/^\n/, "");
}

/**
 * A dead-man switch that needs nothing but the container: it looks at its own instance with the container's own limited key
 * (CONTAINER_API_KEY may show, stop and destroy just this instance), takes a later or earlier end from the label's mark, and when the time
 * is over destroys the instance until that works. Whatever token the mark holds: it changes when the resource is renamed. An answer that it cannot read changes nothing. Written for any POSIX shell; the
 * key goes to curl by its standard input, not by its arguments.
 */
function watchdog(deadline: number, apiUrl: string): string {
  return `${BEGIN}
cat > /tmp/pulumi-vastai-watchdog.sh <<'PULUMI_VASTAI'
deadline=${deadline}
url="${apiUrl}/api/v0/instances/$CONTAINER_ID/"
request() {
  if command -v curl >/dev/null 2>&1; then
    printf 'header = "Authorization: Bearer %s"\\n' "$CONTAINER_API_KEY" |
      curl -sS -m 30 -K - -X "$1" -H 'Content-Type: application/json' -d "$2" "$url"
  else
    wget -qO- -T 30 --method="$1" --body-data="$2" --header='Content-Type: application/json' \\
      --header="Authorization: Bearer $CONTAINER_API_KEY" "$url"
  fi
}
while :; do
  until=$(request GET '{}' 2>/dev/null | sed -n 's/.*pulumi:[0-9a-f]*:until:\\([0-9a-z]*\\).*/\\1/p' | head -n 1)
  due=yes
  case "$until" in
    never) due=no ;;
    '' | *[!0-9]*) ;;
    *) deadline=$until ;;
  esac
  if [ "$due" = yes ] && [ "$(date +%s)" -ge "$deadline" ]; then request DELETE '{}' >/dev/null 2>&1; fi
  sleep "\${PULUMI_VASTAI_WATCHDOG_SECONDS:-60}"
done
PULUMI_VASTAI
if command -v curl >/dev/null 2>&1 || command -v wget >/dev/null 2>&1; then
  (nohup sh /tmp/pulumi-vastai-watchdog.sh >/dev/null 2>&1 </dev/null &)
else
  echo 'pulumi-vastai: neither curl nor wget is here, so nothing ends this instance when its time is over' >&2
fi
${END}`;
}
