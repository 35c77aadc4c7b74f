#!/bin/sh
# Proves that the official `vastai` client works against the simulator, unmodified: installs it into a temporary folder,
# drives an instance through its life, and checks what the client prints and what the world says. Needs python3, PyPI
# and a built package (npm run build). Leaves nothing behind.
set -eu

cd "$(dirname "$0")/.."
work=$(mktemp -d)
simulator=
clean_up() {
  [ -z "$simulator" ] || kill "$simulator" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

echo "Installing the official client into $work ..."
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check vastai

PATH="$PWD/node_modules/.bin:$PATH" node dist/cli/main.js simulator --port 0 --speed 60 >"$work/log" &
simulator=$!
tries=0
until url=$(head -n 1 "$work/log") && [ -n "$url" ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || { echo "The simulator did not start." >&2; exit 1; }
  sleep 0.1
done

# The client keeps files in its home; it gets one of its own.
vast() {
  echo "\$ vastai $*" >&2
  HOME="$work" XDG_CONFIG_HOME="$work/.config" "$work/venv/bin/vastai" --url "$url" --api-key demo "$@"
}

# must_say WORDS COMMAND...: runs a command of the client, shows what it prints and fails when the words are not in it.
must_say() {
  words=$1
  shift
  said=$(vast "$@" 2>"$work/errors") || { cat "$work/errors" >&2; echo "FAILED: vastai $*" >&2; exit 1; }
  printf '%s\n' "$said"
  case $said in
    *"$words"*) ;;
    *) echo "FAILED: vastai $* does not say \"$words\"" >&2; exit 1 ;;
  esac
}

field() { python3 -c "import json, sys; print(json.load(sys.stdin)$1)"; }

# wait_for STATUS: the world runs sixty times as fast, so this takes seconds.
wait_for() {
  tries=0
  until [ "$(vast show instance "$id" --raw 2>/dev/null | field "['actual_status']")" = "$1" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 40 ] || { echo "FAILED: instance $id did not get $1" >&2; exit 1; }
    sleep 0.2
  done
}

must_say "user1@example.com" show user
must_say "RTX_4090" search offers 'gpu_name=RTX_4090 num_gpus=1 reliability>0.9'
must_say "RTX_4090" search offers --new 'gpu_name=RTX_4090 num_gpus=1 reliability>0.9'
must_say "RTX_4090" search offers --interruptible 'gpu_name=RTX_4090 geolocation in [US,SE,JP,DE,GB] driver_version>=535.86.05'
offer=$(vast search offers 'gpu_name=RTX_4090 num_gpus=1 reliability>0.9' --raw | field "[0]['id']")
created=$(vast create instance "$offer" --image ubuntu:22.04 --disk 20 --ssh --direct --env '-e TZ=UTC -p 8080:8080' --label first --raw)
printf '%s\n' "$created"
id=$(printf '%s' "$created" | field "['new_contract']")
wait_for running
must_say "$id" show instance "$id"
must_say "first" show instances
must_say "$id" show instances --quiet
must_say "$id" show instances --status running --label first --order-by "start_date desc" --quiet
must_say "22/tcp" show instance "$id" --raw
must_say "ssh://root@" ssh-url "$id"
must_say "label for $id set to trainer" label instance "$id" trainer
must_say "trainer" show instances
must_say "stopping instance $id" stop instance "$id"
wait_for exited
must_say "starting instance $id" start instance "$id"
wait_for running
must_say "Rebooting instance $id" reboot instance "$id"
must_say "Recycling instance $id" recycle instance "$id"
wait_for running
must_say "Instance $id updated successfully" update instance "$id" --image ubuntu:24.04
must_say "ubuntu:24.04" show instance "$id"
must_say "destroying instance $id" destroy instance "$id" --yes
must_say "No instances found" show instances
must_say "New Template" create template --name served --image ubuntu:22.04 --env '-e A="x y" -p 3000:3000' --ssh --direct --disk_space 16.0
hash=$(vast search templates 'name == served' | field "[0]['hash_id']")
must_say "updated template" update template "$hash" --name served --image ubuntu:24.04 --ssh --direct
template=$(vast search templates 'name == served' | field "[0]['id']")
must_say "deleted" delete template --template-id "$template"
must_say "[]" search templates 'name == served'

# The world must know of one contract, labelled, paid and destroyed, and of no route that it lacks.
python3 - "$url" "$id" <<'PYTHON'
import json, sys, urllib.request
world = json.load(urllib.request.urlopen(sys.argv[1] + "/_simulator/world"))
[contract] = world["contracts"]
assert contract["id"] == int(sys.argv[2]) and contract["label"] == "trainer", contract
assert contract["destroyedAt"] and contract["dollarsBilled"] > 0, contract
assert world["billedPerHour"] == 0 and world["unknownRoutes"] == [], world["unknownRoutes"]
print(f"One contract, destroyed, {contract['dollarsBilled']:.4f} $ billed; {len(world['requests'])} requests, none unknown.")
PYTHON
echo "The official client $("$work/venv/bin/pip" show vastai 2>/dev/null | sed -n 's/^Version: //p') works against the simulator."
