#!/usr/bin/env bash
# gofmt, go vet, golangci-lint at a pinned version, go.mod tidiness and shell syntax.
set -euo pipefail
cd "$(dirname "$0")/.."

version=v2.15.0
unformatted=$(git ls-files '*.go' | xargs gofmt -l)
if [ -n "$unformatted" ]; then
  echo "not gofmt-ed:" "$unformatted" >&2
  exit 1
fi
go vet ./...
go mod tidy -diff
for script in scripts/*.sh scripts/*/*.sh tools/*/*.sh bench/*.sh .ci/run; do bash -n "$script"; done

bin="$(go env GOPATH)/bin/vade-lint-$version"
if [ ! -x "$bin/golangci-lint" ]; then
  echo "installing golangci-lint $version"
  GOBIN="$bin" go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$version"
fi
"$bin/golangci-lint" run ./...
(cd bench && "$bin/golangci-lint" run ./orders ./things ./report) # the rest of that module needs the other frameworks
