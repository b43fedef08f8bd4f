#!/usr/bin/env bash
# Installs what the tests need on a bare Debian or Ubuntu machine that has Go. Idempotent: what is there is left alone.
#   gcc      the race detector links with it
#   node     runs the independent OpenAPI validator
#   curl     the command lines that the program prints are tested as they are
# NATS needs nothing: its server is built from the module in go.mod by the tests that use it.
set -euo pipefail

missing=()
command -v gcc >/dev/null || missing+=(gcc libc6-dev)
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
command -v curl >/dev/null || missing+=(curl)

if [ ${#missing[@]} -gt 0 ]; then
  echo "installing ${missing[*]}"
  if ! command -v apt-get >/dev/null; then
    echo "scripts/needs.sh: please install ${missing[*]}; this script knows apt-get only" >&2
    exit 1
  fi
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
