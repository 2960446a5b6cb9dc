#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The tour in README.md works as it stands there: its sh blocks run as one script, in a temporary folder and on a free
# port, with the program that SATCHEL_BIN names. Nothing is left behind, neither a process nor a file.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

fail() {
  echo "tour_test: $*" >&2
  exit 1
}

find_program() {
  local program
  for program in "${SATCHEL_PROGRAM:-}" "${SATCHEL_BIN:-}" "$root/build/satchel" "$root/build/release/bin/satchel"; do
    if [[ -n $program && -x $program ]]; then
      realpath "$program"
      return
    fi
  done
  fail "there's no program; build it with ./dev build"
}

# The sh blocks below the heading, up to the next heading of the same level.
tour_blocks() {
  awk '/^## / { inside = ($0 == "## A five-minute tour") }
       inside && /^```sh$/ { code = 1; next }
       /^```$/ { code = 0 }
       inside && code' "$root/README.md"
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# The tour has a process group of its own, so what it started is known by that group's id, whatever became of the tour.
tour_pid=
folder=$(mktemp -d)
cleanup() {
  if [[ -n $tour_pid ]]; then kill -KILL -- "-$tour_pid" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

program=$(find_program)
mkdir "$folder/build" "$folder/tmp"
ln -s "$program" "$folder/build/satchel"
tour_blocks >"$folder/tour.sh"
[[ -s $folder/tour.sh ]] || fail "README.md has no sh blocks under \"A five-minute tour\""
port=$(free_port)

set -m
(
  cd "$folder"
  TMPDIR="$folder/tmp" PORT="$port" exec env -u SATCHEL_STORE -u SATCHEL_PIN bash -euo pipefail tour.sh
) >"$folder/output" 2>&1 </dev/null &
tour_pid=$!
set +m
if ! wait "$tour_pid"; then
  cat "$folder/output" "$folder"/tmp/*/server.log >&2 2>/dev/null || true
  fail "the tour failed; its output is above"
fi

# What the tour tells its reader must be so.
expect() { grep -q -- "$1" "$folder/output" || { cat "$folder/output" >&2; fail "nothing says \"$1\""; }; }
expect "^Signed in to http://127.0.0.1:$port as Elena"
expect "^Pending changes   2$"
expect "Ada Byron"
expect "Lisbon"
expect "^Description .*Calls back in May"
expect "Calls back in June"
[[ -z $(ls -A "$folder/tmp") ]] || fail "the tour left files behind: $(ls -A "$folder/tmp")"
if kill -0 -- "-$tour_pid" 2>/dev/null; then fail "the tour left a process behind"; fi
echo ok
