#!/usr/bin/env bash
# Usage: testutil/c2pa/run.sh [FOLDER]      (or: make test-web)
# Has the library of C2PA's makers and ours read the files of a folder, and says where they differ: those of ../shared/data/c2pa, or of
# another folder such as image/jpeg of github.com/c2pa-org/public-testfiles. C2PA_ANCHORS names a file of certificates in PEM that both
# trust. Needs Node 20.19 or newer with npm, and the network for npm's modules when they change; reading asks no network.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=${1:-../shared/data/c2pa}
[ -d "$folder" ] || { echo "no $folder; get the data, or name another folder" >&2; [ $# -eq 0 ] && exit 0; exit 1; }
command -v npm >/dev/null || { echo "no npm; install Node 20.19 or newer" >&2; exit 1; }
folder=$(cd "$folder" && pwd)
[ -z "${C2PA_ANCHORS-}" ] || C2PA_ANCHORS=$(realpath "$C2PA_ANCHORS")
export C2PA_ANCHORS=${C2PA_ANCHORS-}

modules=$PWD/build/c2pa
mkdir -p "$modules/stub"
cp testutil/c2pa/{check.js,package.json,package-lock.json,.npmrc} "$modules/"
cp testutil/c2pa/stub/* "$modules/stub/"
# npm ci is slow and asks the network: only when the lock file is another
cmp -s "$modules/package-lock.json" "$modules/node_modules/.installed" || {
	(cd "$modules" && npm ci --ignore-scripts --no-fund --no-audit)
	cp "$modules/package-lock.json" "$modules/node_modules/.installed"
}
said=$modules/said.jsonl
find "$folder" -maxdepth 1 -type f -regextype posix-extended -iregex '.*\.(jpe?g|png|webp|avif|heic|heif|mp4|mov|pdf)' -print0 |
	sort -z | (cd "$modules" && xargs -0 -r node check.js) >"$said"
C2PA_FILES=$folder C2PA_SAID=$said go test ./client/c2pa -run '^TestAgreesWithTheMakersLibrary$' -count=1 -v | grep -E '^(---|===|ok|FAIL|PASS|panic)|agree_test' |
	grep -vE '^=== (RUN|CONT|PAUSE)'
