#!/usr/bin/env bash
# Usage: portal/web/install.sh
# Installs what package-lock.json names into build/web, where bundles are made and tests of pages run.
set -euo pipefail
cd "$(dirname "$0")/../.."

dir=build/web
mkdir -p "$dir"
cp portal/web/{package.json,package-lock.json,bundle.mjs,.npmrc} "$dir/"
cd "$dir"
# npm ci is slow and asks the network: only when the lock file is another
cmp -s package-lock.json node_modules/.installed || {
	npm ci --no-fund --no-audit
	cp package-lock.json node_modules/.installed
}
