#!/usr/bin/env bash
# Usage: scripts/upgrade/build-from.sh
# Builds the binary of the last version before the upgrade, whose commit scripts/upgrade/from names, into
# build/upgrade/from, unless it is there.
set -euo pipefail
cd "$(dirname "$0")/../.."

commit=$(cat scripts/upgrade/from)
to=build/upgrade/from
[ "$(cat "$to/commit" 2>/dev/null)" != "$commit" ] || exit 0
git cat-file -e "$commit^{commit}" 2>/dev/null || {
	echo "commit $commit is not in this clone: fetch the history first (git fetch --unshallow)" >&2
	exit 1
}
rm -rf "$to"
mkdir -p "$to/src"
git archive "$commit" | tar -x -C "$to/src"
# By its own flags: what it was built with is in its Makefile.
(cd "$to/src" && env -u GOFLAGS -u CGO_ENABLED -u MAKEFLAGS make --no-print-directory -s build)
cp "$to/src/build/stemmad" "$to/stemmad"
rm -rf "$to/src"
echo "$commit" >"$to/commit"
