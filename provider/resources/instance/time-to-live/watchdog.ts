const BEGIN = "# pulumi-vastai watchdog: ends this instance when its time is over";
const END = "# pulumi-vastai watchdog end";

/** A start script with a watchdog at its head, which destroys the instance at `deadline` (epoch seconds) unless the label says otherwise. */
export function withWatchdog(onstart: string | undefined, deadline: number, apiUrl: string): string {
  return `${watchdog(deadline, apiUrl)}\n${onstart ?? ""}`;
}

/** The user's part of a start script. */
export function withoutWatchdog(onstart: string): string {
  if (!onstart.startsWith(BEGIN)) return onstart;
  const end = onstart.indexOf(END);
  return end === -1 ? onstart : onstart.slice(end + END.length).replace(/^\n/, "");
}

/** The end that a start script's watchdog begins with, in epoch seconds; undefined without one. */
export function deadlineOf(onstart: string | null | undefined): number | undefined {
  const deadline = onstart?.startsWith(BEGIN) ? /^ *deadline=(\d+)$/m.exec(onstart)?.[1] : undefined;
  return deadline === undefined ? undefined : Number(deadline);
}

/**
 * A dead-man switch that needs nothing but the container: once a minute it looks at its own instance with the container's own limited key
 * (CONTAINER_API_KEY may show, stop and destroy just this instance), takes a later or earlier end from the mark in the label, whichever
 * stack wrote it, and when the time is over destroys the instance until that works.
 *
 * - The mark counts only where a text ends with it, for the answer holds this script, too.
 * - The end that was read last is kept in a file: a container that is started again would go back to its first one. A kill at any moment
 *   leaves that file whole.
 * - An answer that cannot be read changes nothing. When the time is over then, it looks for half an hour more: the end may have been moved.
 * - It is no job of the shell that runs the user's script: neither `wait` nor `set -e` nor the end of that script touches it.
 * - Written for any POSIX shell. What images have differs: curl, GNU's wget (that of busybox cannot delete) or Python 3, in this order, and
 *   where there is none of them curl is installed. The key stands in no argument of curl and Python; wget takes it no other way.
 */
function watchdog(deadline: number, apiUrl: string): string {
  return `${BEGIN}
(
  set +eu
  deadline=${deadline}
  url="${apiUrl}/api/v0/instances/$CONTAINER_ID/"
  export CONTAINER_API_KEY
  choose() {
    if command -v curl; then way=curl
    elif case "$(wget --help 2>&1)" in *--method*) ;; *) false ;; esac; then way=wget
    elif python3 -c 'import ssl, urllib.request'; then way=python3
    else false; fi
  }
  install() {
    timeout 180 sh -c 'apk add --no-cache curl || { apt-get update && apt-get install -y --no-install-recommends ca-certificates curl; } ||
      microdnf install -y curl || yum install -y curl'
  }
  request() {
    case $way in
      curl)
        printf 'header = "Authorization: Bearer %s"\\n' "$CONTAINER_API_KEY" |
          curl -sS -m 30 -K - -X "$1" -H 'Content-Type: application/json' \${2:+-d "$2"} "$url" ;;
      wget)
        wget -qO- -T 30 --tries=1 --max-redirect=0 --method="$1" --header='Content-Type: application/json' \\
          --header="Authorization: Bearer $CONTAINER_API_KEY" \${2:+--body-data="$2"} "$url" ;;
      python3)
        python3 -c '
import os, sys, urllib.request as http
class Stay(http.HTTPRedirectHandler):
  def redirect_request(self, *_): return None
head = {"Authorization": "Bearer " + os.environ["CONTAINER_API_KEY"], "Content-Type": "application/json"}
ask = http.Request(sys.argv[2], sys.argv[3].encode() or None, head, method=sys.argv[1])
print(http.build_opener(Stay).open(ask, timeout=30).read().decode())' "$1" "$url" "$2" ;;
    esac
  }
  take() {
    case "$1" in
      never) until=never ;;
      '' | *[!0-9]*) ;;
      *) until=$1 ;;
    esac
  }
  watch() {
    until=$deadline
    unread=0
    file="\${TMPDIR:-/tmp}/pulumi-vastai-watchdog"
    if read -r first last <"$file" && [ "$first" = "$deadline" ]; then take "$last"; fi
    while :; do
      row=$(request GET)
      case "$row" in
        *'"instances"'*"$CONTAINER_ID"*)
          unread=0
          take "$(printf '%s\\n' "$row" | sed -n 's/.*pulumi:\\([0-9a-f]\\{12,24\\}:\\)\\{0,1\\}until:\\([0-9a-z]\\{1,\\}\\)".*/\\2/p' | head -n 1)"
          echo "$deadline $until" >"$file.new" && mv -f "$file.new" "$file" ;;
        *) unread=$((unread + 1)) ;;
      esac
      if [ "$until" != never ] && [ "$(date +%s)" -ge "$until" ]; then
        if [ "$unread" = 0 ] || [ "$unread" -gt 30 ]; then request DELETE '{}'; fi
      fi
      sleep "\${PULUMI_VASTAI_WATCHDOG_SECONDS:-60}"
    done
  }
  if [ -z "$CONTAINER_ID" ] || [ -z "$CONTAINER_API_KEY" ]; then
    echo 'pulumi-vastai: CONTAINER_ID or CONTAINER_API_KEY is not set, so nothing ends this instance when its time is over' >&2
  elif { choose || { install; choose; }; } >/dev/null 2>&1; then
    echo 'pulumi-vastai: this instance ends itself at ${new Date(deadline * 1000).toISOString()}, unless its label says otherwise'
    trap '' HUP
    watch >/dev/null 2>&1 </dev/null &
  else
    echo 'pulumi-vastai: neither curl nor wget nor Python 3 is here, so nothing ends this instance when its time is over' >&2
  fi
)
${END}`;
}
