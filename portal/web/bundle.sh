#!/usr/bin/env bash
# Usage: portal/web/bundle.sh [--check]      (or: make portal-web)
# Writes what the portal's pages run in browsers into portal/pages/static, from portal/web/src and client/ts, and the licences of
# what is in it into portal/web/licences; with --check it says whether what is there is that. Needs Node 20.19 or newer with npm.
set -euo pipefail
cd "$(dirname "$0")/../.."

command -v npm >/dev/null || { echo "no npm; install Node 20.19 or newer" >&2; exit 1; }

portal/web/install.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
SOURCES=$PWD/portal/web/src node build/web/bundle.mjs "$tmp"
gzip -9n "$tmp"/*.js # large, and served as they are
for made in "$tmp"/*.gz; do
	kept=portal/pages/static/$(basename "$made")
	if [ "${1-}" != --check ]; then
		cp "$made" "$kept"
	elif ! cmp -s "$made" "$kept"; then
		echo "$kept is not what its sources make: run make portal-web" >&2
		exit 1
	fi
done
cp portal/web/licences.mjs build/web/
node build/web/licences.mjs "$tmp/licences"
if [ "${1-}" = --check ]; then
	diff -r "$tmp/licences" portal/web/licences || { echo "portal/web/licences is out of date: run make portal-web" >&2; exit 1; }
else
	rm -rf portal/web/licences
	cp -R "$tmp/licences" portal/web/licences
fi
