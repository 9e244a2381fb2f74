#!/usr/bin/env bash
# Usage: scripts/upgrade/breaking.sh
# Fails where proto/ changes what the last version has, by buf's rules (proto/buf.yaml): who was built for that version
# would misread this one's messages.
set -euo pipefail
cd "$(dirname "$0")/../.."

commit=$(cat scripts/upgrade/from)
git cat-file -e "$commit^{commit}" 2>/dev/null || {
	echo "commit $commit is not in this clone: fetch the history first (git fetch --unshallow)" >&2
	exit 1
}
scripts/tools.sh buf
buf=$PWD/build/tools/buf
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
scripts/protosources.sh "$tmp/new"
cp -r "$tmp/new" "$tmp/old"
rm -r "$tmp/old/stemma"
git archive "$commit" proto/stemma | tar -x --strip-components=1 -C "$tmp/old"
for side in old new; do
	(cd "$tmp/$side" && "$buf" build --path stemma -o "$tmp/$side.binpb")
done
cd "$tmp/new"
"$buf" breaking "$tmp/new.binpb" --against "$tmp/old.binpb"
