#!/usr/bin/env bash
# Usage: client/ts/test.sh      (or: make test-web)
# Builds the package in build/ts, says whether generated code is up to date, and has them judge testutil/vectors; runs the
# examples and what sending promises against a network of one node on loopback, on ten ports from COSMJS_PORT (19310) on, and
# payments by x402 against another and build/stemma-portal, from 19350 to 19361. Needs Node 20.19 or newer with npm, and both binaries.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ -x build/stemmad ] && [ -x build/stemma-portal ] || { echo "no build/stemmad or build/stemma-portal; run make build" >&2; exit 1; }
client/ts/build.sh
client/ts/generate.sh --check
export VECTORS_DIR="$PWD/testutil/vectors"
export VECTORS="$VECTORS_DIR/proofs.json"

cd build/ts
npm run --silent examples
npm test --silent
cd verify
npm run --silent build
npm test --silent
