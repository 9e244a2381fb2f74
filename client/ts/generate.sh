#!/usr/bin/env bash
# Usage: client/ts/generate.sh [--check]      (or: make ts-proto)
# Generates src/gen from proto/ by buf and ts-proto, and tables of messages and of error codes; with --check it
# only says what is out of date. What it needs of npm is in build/ts, where client/ts/build.sh puts it.
set -euo pipefail
cd "$(dirname "$0")/../.."
scripts/tools.sh buf
export PATH="$PWD/build/tools:$PATH"

work=build/ts/generate
rm -rf "$work"
mkdir -p "$work/gen"
scripts/protosources.sh "$work/proto"
cp client/ts/buf.gen.yaml "$work/"
ln -s ../node_modules "$work/node_modules"

(
	cd "$work"
	asked=()
	for file in auth/v1beta1/query {bank,feegrant}/v1beta1/{query,tx} base/node/v1beta1/query tx/v1beta1/tx crypto/secp256k1/keys; do
		asked+=(--path "proto/third_party/cosmos/$file.proto")
	done
	buf generate proto --template buf.gen.yaml --path proto/stemma "${asked[@]}"
	buf build proto -o image.json
	# What options need and no message, and genesis where nothing asks for it.
	rm -rf gen/{amino,gogoproto,cosmos_proto,google/api,google/protobuf/descriptor.ts,cosmos/msg,cosmos/query}
	for genesis in gen/stemma/*/v1/genesis.ts; do
		grep -rq '"\./genesis.js"' "$(dirname "$genesis")" || rm "$genesis"
	done
)
node client/ts/scripts/tables.mjs "$work/image.json" testutil/vectors/codes.json "$work/gen"

if [ "${1-}" = --check ]; then
	diff -rq "$work/gen" client/ts/src/gen >&2 || { echo "client/ts/src/gen is out of date, run make ts-proto" >&2; exit 1; }
	exit 0
fi
rm -rf client/ts/src/gen
cp -r "$work/gen" client/ts/src/gen
