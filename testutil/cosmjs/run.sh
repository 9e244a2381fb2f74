#!/usr/bin/env bash
# Usage: testutil/cosmjs/run.sh [--built]      (or: make test-web)
# Signs every message of the chain with CosmJS, by the types of client/ts, which it builds unless it was just done. Needs
# Node 20.19 or newer with npm, and build/stemmad. The node that it starts listens on loopback, on ten ports from
# COSMJS_PORT (19310) on.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ -x build/stemmad ] || { echo "no build/stemmad; run make build" >&2; exit 1; }
[ "${1-}" = --built ] || client/ts/build.sh

rm -rf build/ts/cosmjs
mkdir build/ts/cosmjs
cp testutil/cosmjs/*.js build/ts/cosmjs/
export VECTORS_DIR="$PWD/testutil/vectors"
cd build/ts
node --test --test-reporter=spec cosmjs/sign.test.js
