#!/usr/bin/env bash
# Usage: testutil/mcp/run.sh [--built]      (or: make test-web)
# Plays an agent's session on a chain of one node, by the client that the protocol's makers wrote: over standard input and output, and over
# HTTP. Builds the programs unless that was just done. Needs Node 20.19 or newer with npm, and the network for npm's modules when they
# change. Listens on loopback, on ten ports from MCP_PORT (19440) on.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ "${1-}" = --built ] || make --no-print-directory build
for program in stemmad stemma-portal; do
	[ -x "build/$program" ] || { echo "no build/$program; run make build" >&2; exit 1; }
done
command -v npm >/dev/null || { echo "no npm; install Node 20.19 or newer" >&2; exit 1; }

dir=build/mcp
mkdir -p "$dir"
cp testutil/mcp/{*.js,package.json,package-lock.json,.npmrc} testutil/relayer/chain.js "$dir/"
cd "$dir"
# npm ci is slow and asks the network: only when the lock file is another
cmp -s package-lock.json node_modules/.installed || {
	npm ci --no-fund --no-audit --ignore-scripts
	cp package-lock.json node_modules/.installed
}
# ten seconds where nothing else runs
STEMMAD=$PWD/../stemmad STEMMA_PORTAL=$PWD/../stemma-portal exec timeout 300 node session.js
