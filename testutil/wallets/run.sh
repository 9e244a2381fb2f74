#!/usr/bin/env bash
# Usage: testutil/wallets/run.sh      (or: make test-web)
# Has a network of one node write its files for wallets, and Keplr's own validator judge the one for Keplr. Needs Node 20.19 or newer with
# npm, and build/stemmad. The node listens on loopback, on ten ports from WALLETS_PORT (19390) on.
set -euo pipefail
cd "$(dirname "$0")/../.."
stemmad=$PWD/build/stemmad
[ -x "$stemmad" ] || { echo "no build/stemmad; run make build" >&2; exit 1; }
command -v npm >/dev/null || { echo "no npm; install Node 20.19 or newer" >&2; exit 1; }

modules=$PWD/build/wallets
mkdir -p "$modules"
cp testutil/wallets/{package.json,package-lock.json,.npmrc,keplr.test.cjs} "$modules/"
# npm ci is slow and asks the network: only when the lock file is another
cmp -s "$modules/package-lock.json" "$modules/node_modules/.installed" || {
	(cd "$modules" && npm ci --ignore-scripts --no-fund --no-audit)
	cp "$modules/package-lock.json" "$modules/node_modules/.installed"
}

dir=$(mktemp -d)
node=
trap '[ -z "$node" ] || { kill "$node" 2>/dev/null || true; wait "$node" || true; }; rm -rf "$dir"' EXIT
"$stemmad" testnet init-files --validators 1 --output-dir "$dir/net" --base-port "${WALLETS_PORT:-19390}" --blocktime 200ms >/dev/null
"$stemmad" start --home "$dir/net/node0" >"$dir/log" 2>&1 &
node=$!
for _ in $(seq 300); do
	"$stemmad" network files --home "$dir/net/node0" --network-type devnet --rpc https://rpc.example.org --rest https://api.example.org \
		--provider "Example <nodes@example.org>" --website https://example.org --out "$dir/files" >"$dir/said" 2>&1 && break
	kill -0 "$node" || { tail "$dir/log" >&2; exit 1; }
	sleep 0.2
done
[ -f "$dir/files/keplr.json" ] || { cat "$dir/said" >&2; exit 1; }
export FILES=$dir/files
cd "$modules"
node --test --test-reporter=spec keplr.test.cjs
