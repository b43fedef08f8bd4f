#!/usr/bin/env bash
# Runs every fuzz test for the given time each: scripts/fuzz.sh 30s
set -euo pipefail
cd "$(dirname "$0")/.."

time=${1:-30s}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

fuzz() { go test -run='^$' -fuzz="^$2\$" -fuzztime="$time" -fuzzminimizetime=20x "$1" 2>&1 | tee "$log"; }

# Before Go 1.27 the end of the time is now and then taken for a failure, with nothing to say and no input to show
# (go.dev/issue/75804). A real one has a line of the test itself, a panic, or an input that is written to testdata.
mistimed() { grep -q '^    context deadline exceeded$' "$log" && ! grep -q -e '_test\.go:[0-9]' -e 'panic' -e 'Failing input' "$log"; }

grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u | while read -r dir; do
  grep -ho '^func Fuzz[A-Za-z0-9_]*' "$dir"/*_test.go | sed 's/^func //' | sort -u | while read -r name; do
    echo "== $dir $name for $time"
    fuzz "$dir" "$name" || mistimed || exit 1
  done
done
