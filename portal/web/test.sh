#!/usr/bin/env bash
# Usage: portal/web/test.sh      (or: make test-web)
# Opens the portal's pages in Debian's Chromium, which it installs where it is root and there is none. Needs Node 20.19 or newer with
# npm, and build/stemmad. SHOTS=FOLDER keeps pictures of the pages.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ -x build/stemmad ] || { echo "no build/stemmad; run make build" >&2; exit 1; }
portal/web/bundle.sh --check
export CHROMIUM=${CHROMIUM:-$(command -v chromium || true)}
if [ -z "$CHROMIUM" ]; then
	[ "$(id -u)" = 0 ] || { echo "no chromium; install Debian's package chromium, or name one with CHROMIUM" >&2; exit 1; }
	apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null
	export CHROMIUM=/usr/bin/chromium
fi
go build -o build/web/world ./portal/web/world
rm -rf build/web/test
cp -R portal/web/test build/web/
export ROOT=$PWD WORLD=$PWD/build/web/world
cd build/web
npm test --silent
