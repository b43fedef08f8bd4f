#!/usr/bin/env bash
# Installs what the comparisons need on a bare Debian or Ubuntu machine that has Go. Idempotent: what is there is left alone.
#   wrk      sends the load
#   fastapi  with uvicorn, uvloop and httptools: Debian's packages for Debian's Python
# What cannot be had is left out: its rows say "not available". In CI (the variable CI is set) that is an error.
set -uo pipefail

missing=()
command -v wrk >/dev/null || missing+=(wrk)
for module in fastapi uvicorn uvloop httptools; do
  /usr/bin/python3 -c "import $module" 2>/dev/null || missing+=("python3-$module")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "installing ${missing[*]}"
if ! command -v apt-get >/dev/null; then
  echo "bench/needs.sh: please install ${missing[*]}; this script knows apt-get only" >&2
else
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  for package in "${missing[@]}"; do # one by one: what one lacks is no loss of the others
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null ||
      echo "bench/needs.sh: $package cannot be had here" >&2
  done
fi
exit 0
