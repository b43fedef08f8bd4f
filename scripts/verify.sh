#!/usr/bin/env bash
# Regenerates what is generated and committed, and fails when it differs from what is committed.
set -euo pipefail
cd "$(dirname "$0")/.."

tools/airportdata/convert.sh
tools/swaggerui/refresh.sh
if ! git diff --exit-code --stat -- examples api || [ -n "$(git status --porcelain -- examples api)" ]; then
  echo "generated files differ from what is committed; commit them or mend the generator" >&2
  exit 1
fi
