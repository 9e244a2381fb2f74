#!/usr/bin/env bash
# Usage: client/ts/test.sh      (or: make test-web)
# Builds client/ts/verify and has it judge testutil/vectors/proofs.json, in build/verify, where it installs what package-lock.json
# names. Needs Node 20.19 or newer with npm.
set -euo pipefail
cd "$(dirname "$0")/../.."

command -v npm >/dev/null || { echo "no npm; install Node 20.19 or newer" >&2; exit 1; }

dir=build/verify
mkdir -p "$dir"
rm -rf "$dir"/{src,test,dist}
cp -R client/ts/verify/{src,test,package.json,package-lock.json,tsconfig.json,tsconfig.node.json,.npmrc} "$dir/"
export VECTORS="$PWD/testutil/vectors/proofs.json"

cd "$dir"
# npm ci is slow and asks the network: only when the lock file is another
cmp -s package-lock.json node_modules/.installed || {
	npm ci --no-fund --no-audit
	cp package-lock.json node_modules/.installed
}
npm run --silent build
npm test --silent
