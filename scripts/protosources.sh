#!/usr/bin/env bash
# Usage: scripts/protosources.sh DIR
# Copies the chain's definitions to DIR, a folder that does not exist yet, and
# those that they import to DIR/third_party. These come from the module cache, so
# no registry is asked.
set -euo pipefail
[ $# -eq 1 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 1; }
dir=$1
cd "$(dirname "$0")/.."

mkdir -p "$dir/third_party/google"
cp -r proto/stemma proto/buf*.yaml "$dir/"

# The folder of a module of go.mod, fetched when a fresh machine lacks it.
folder() { go mod download "$1" && go list -m -f '{{.Dir}}' "$1"; }
sdk=$(folder github.com/cosmos/cosmos-sdk)
gogoproto=$(folder github.com/cosmos/gogoproto)
cosmosproto=$(folder github.com/cosmos/cosmos-proto)
ibc=$(folder github.com/cosmos/ibc-go/v11)
gateway=$(folder github.com/grpc-ecosystem/grpc-gateway)
cp -r "$sdk"/proto/{amino,cosmos,tendermint} "$dir/third_party/"
cp -r "$gogoproto/gogoproto" "$dir/third_party/"
cp -r "$cosmosproto/proto/cosmos_proto" "$dir/third_party/"
cp -r "$ibc/proto/ibc" "$dir/third_party/"
# IBC's commitments import proofs whose module has no definitions; what is generated here needs their names only.
mkdir -p "$dir/third_party/cosmos/ics23/v1"
printf 'syntax = "proto3";\npackage cosmos.ics23.v1;\noption go_package = "github.com/cosmos/ics23/go";\nmessage CommitmentProof {}\nmessage ProofSpec {}\n' \
	>"$dir/third_party/cosmos/ics23/v1/proofs.proto"
cp -r "$gateway/third_party/googleapis/google/api" "$dir/third_party/google/"
chmod -R u+w "$dir/third_party"
find "$dir/third_party" -type f ! -name '*.proto' -delete
