#!/usr/bin/env bash
# Usage: testutil/relayer/run.sh [--built]      (or: make test-web)
# Connects two chains of one node each by a relayer that others wrote, and shows with real transactions that stablecoins arrive, pay works,
# go home and come back where they must. Builds build/stemmad unless it was just done. Needs Node 20.19 or newer with npm, and the network
# for npm's modules when they change. The nodes listen on loopback, on twenty ports from RELAYER_PORT (19410) on.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ "${1-}" = --built ] || make --no-print-directory build
[ -x build/stemmad ] || { echo "no build/stemmad; run make build" >&2; exit 1; }
command -v npm >/dev/null || { echo "no npm; install Node 20.19 or newer" >&2; exit 1; }

dir=build/relayer
mkdir -p "$dir"
cp testutil/relayer/{*.js,package.json,package-lock.json,.npmrc} "$dir/"
cd "$dir"
# npm ci is slow and asks the network: only when the lock file is another
cmp -s package-lock.json node_modules/.installed || {
	npm ci --no-fund --no-audit --ignore-scripts
	cp package-lock.json node_modules/.installed
}
# half a minute where nothing else runs
STEMMAD=$PWD/../stemmad exec timeout 600 node show.js
