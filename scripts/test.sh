#!/usr/bin/env bash
# Runs every test: installs what they need, then the unit and conformance tests under the race detector, then the built
# programs from outside. Servers are started by the tests themselves, on free ports, and stopped by them.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/needs.sh
path=$(scripts/needs.sh --path)
export PATH="$path$PATH"

echo "== unit and conformance tests, race detector on"
packages=$(go list ./...)
mapfile -t packages < <(grep -v -e '/e2e$' -e '/internal/archtest$' <<<"$packages")
CGO_ENABLED=1 go test -race -shuffle=on -timeout=15m "${packages[@]}"

echo "== allocations, which the race detector would change"
CGO_ENABLED=0 go test -count=1 -run='BudgetOfAllocations$' ./api

echo "== floors and weight"
CGO_ENABLED=0 go test -count=1 -timeout=5m ./internal/archtest

echo "== end to end"
CGO_ENABLED=0 go test -count=1 -timeout=15m ./e2e
