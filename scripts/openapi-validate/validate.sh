#!/bin/sh
# validate.sh FILE… judges OpenAPI documents, in JSON or YAML, by three validators that Vade did not write:
#
#   @seriousme/openapi-schema-validator  the JSON Schema of the OpenAPI Initiative, and every reference
#   @redocly/cli                         the rules of the specification that a schema cannot say, and every example
#   @stoplight/spectral-cli              the same, as others read it
#
# A NAME.yaml that has a NAME.json beside it must say the same, as the package yaml reads it.
#
# It needs node (20.19 or newer) and npm, and installs them, pinned, beside itself on first use. The exit code is 0 when
# every document is accepted, 1 when one is not, 2 on misuse.
set -eu

if [ $# -eq 0 ]; then
	echo "usage: validate.sh FILE..." >&2
	exit 2
fi

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
modules=$here/node_modules

# npm writes the hidden lockfile last: it is newer than ours when an installation is complete and up to date.
current() { [ "$modules/.package-lock.json" -nt "$here/package-lock.json" ]; }

# The installation is made aside and moved into place, because two runs may get here at once.
if ! current; then
	aside=$(mktemp -d "$here/node_modules.XXXXXX")
	trap 'rm -rf "$aside"' EXIT INT TERM
	cp "$here/package.json" "$here/package-lock.json" "$aside"
	(cd "$aside" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2
	current || { rm -rf "$modules" && mv "$aside/node_modules" "$modules"; }
fi

failed=0
node "$here/validate.mjs" "$@" || failed=1
report=$(REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true NO_COLOR=1 \
	node "$modules/@redocly/cli/bin/cli.js" lint --config "$here/redocly.yaml" --format=stylish "$@" 2>&1) || {
	failed=1
	printf '%s\n' "$report" >&2
}
report=$(NO_COLOR=1 node "$modules/@stoplight/spectral-cli/dist/index.js" lint --ruleset "$here/spectral.yaml" \
	--fail-severity=warn --quiet "$@" 2>&1) || {
	failed=1
	printf '%s\n' "$report" >&2
}
exit $failed
