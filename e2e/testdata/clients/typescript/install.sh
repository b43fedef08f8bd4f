#!/bin/sh
# install.sh installs the generator and the compiler, pinned, in node_modules beside itself, unless they are there. It needs npm.
# The installation is made aside and moved into place, because two runs may get here at once.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
modules=$here/node_modules

# npm writes the hidden lockfile last: it is newer than ours when an installation is complete and up to date.
current() { [ "$modules/.package-lock.json" -nt "$here/package-lock.json" ]; }

if ! current; then
	aside=$(mktemp -d "$here/node_modules.XXXXXX")
	trap 'rm -rf "$aside"' EXIT INT TERM
	cp "$here/package.json" "$here/package-lock.json" "$aside"
	(cd "$aside" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2
	current || { rm -rf "$modules" && mv "$aside/node_modules" "$modules"; }
fi
