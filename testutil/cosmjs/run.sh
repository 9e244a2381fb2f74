#!/usr/bin/env bash
# Usage: testutil/cosmjs/run.sh      (or: make test-web)
# Signs every message of the chain with CosmJS, for which it generates types and
# installs what package-lock.json names. All of it lies in build/cosmjs. Needs
# Node 20 or newer with npm, and build/stemmad. The node that it starts listens on
# loopback, on ten ports from COSMJS_PORT (43310) on.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ -x build/stemmad ] || { echo "no build/stemmad; run make build" >&2; exit 1; }
command -v npm >/dev/null || { echo "no npm; install Node 20 or newer" >&2; exit 1; }
scripts/tools.sh buf
export PATH="$PWD/build/tools:$PATH"

dir=build/cosmjs
mkdir -p "$dir"
rm -rf "$dir"/{proto,gen,js}
for file in testutil/cosmjs/{*.js,*.json,.npmrc,buf.gen.yaml}; do cp "$file" "$dir/"; done
scripts/protosources.sh "$dir/proto"
cp testutil/vectors/messages.json "$dir/"

cd "$dir"
# npm ci is slow and asks the network: only when the lock file is another
cmp -s package-lock.json node_modules/.installed || {
	npm ci --no-fund --no-audit
	cp package-lock.json node_modules/.installed
}
npm run --silent generate
npm test --silent
