#!/usr/bin/env bash
# Usage: client/ts/build.sh [--pack | --modules]      (or: make ts)
# Builds the package stemma in build/ts, where it installs what package-lock.json names; with --pack it packs there what npm
# would publish, with --modules it only installs. Needs Node 20.19 or newer with npm.
set -euo pipefail
cd "$(dirname "$0")"
root=$PWD/../..

command -v npm >/dev/null || { echo "no npm; install Node 20.19 or newer" >&2; exit 1; }

dir=$root/build/ts
mkdir -p "$dir"
rm -rf "$dir"/{src,test,examples,dist,verify,x402,*.tgz}
cp -R src test examples verify x402 package.json package-lock.json tsconfig.json tsconfig.examples.json .npmrc README.md "$dir/"
rm -rf "$dir/verify/node_modules"

cd "$dir"
# npm ci is slow and asks the network: only when the lock file is another
cmp -s package-lock.json node_modules/.installed || {
	npm ci --no-fund --no-audit
	cp package-lock.json node_modules/.installed
}
[ "${1-}" != --modules ] || exit 0
npm run --silent build
[ "${1-}" != --pack ] || npm pack --silent
