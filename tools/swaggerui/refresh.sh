#!/bin/sh
# refresh.sh makes the embedded assets of the documentation page anew from the pinned npm package swagger-ui-dist
# (Apache-2.0): the script and the style sheet, unchanged and compressed, and their licences and notice beside them.
#
# It needs npm, tar, gzip and sha256sum. The archive is checked against the sum below and gzip writes no name and no time, so
# every run gives identical bytes. A new version is a new version and sum here, and a look at the page.
set -eu

version=5.35.0
sum=1b8e891893404ea4c3558b6a87e2a3e494e7eedba41168c2ece5800a391a6ea6

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
out=$here/../../api/docs/assets
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

cd "$work"
npm pack --silent "swagger-ui-dist@$version" >/dev/null
echo "$sum  swagger-ui-dist-$version.tgz" | sha256sum --check --quiet
tar -xzf "swagger-ui-dist-$version.tgz" --strip-components=1

for file in swagger-ui-bundle.js swagger-ui.css; do
	gzip -9 -n -c "$file" >"$out/$file.gz"
done
cp LICENSE "$out/LICENSE-swagger-ui.txt"
cp NOTICE "$out/NOTICE-swagger-ui.txt"
cp swagger-ui-bundle.js.LICENSE.txt "$out/swagger-ui-bundle.js.LICENSE.txt"
chmod 644 "$out"/*
