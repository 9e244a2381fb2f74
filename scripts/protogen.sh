#!/usr/bin/env bash
# Usage: scripts/protogen.sh [--check]      (or: make proto, make proto-check)
# Generates Go code, the REST gateway and docs/static/openapi.json from proto/.
# Third-party definitions come from the module cache, so no registry is asked.
# Everything is made in a temporary folder; with --check the definitions are
# linted, the outcome is compared with what is there and nothing is written.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
check=false
case "${1-}" in
'') ;;
--check) check=true ;;
*) echo "usage: scripts/protogen.sh [--check]" >&2; exit 1 ;;
esac

scripts/tools.sh buf protoc-gen-gocosmos protoc-gen-grpc-gateway protoc-gen-openapiv2
export PATH="$root/build/tools:$PATH"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/out"
scripts/protosources.sh "$tmp/proto"
third=$tmp/proto/third_party

cd "$tmp/proto"
if $check; then
	buf lint --path stemma
fi
buf generate --template buf.gen.go.yaml --path stemma -o "$tmp/out"

# The description covers all that the node serves: our queries, the SDK's and those of IBC.
described=(--path stemma)
for service in auth authz bank base/node base/tendermint consensus distribution evidence feegrant gov mint \
	slashing staking tx upgrade; do
	for file in third_party/cosmos/"$service"/v1*/{query,service}.proto; do
		[ ! -f "$file" ] || described+=(--path "$file")
	done
done
for file in third_party/ibc/{core/{client,connection,channel}/v[12],applications/{transfer,interchain_accounts/host,rate_limiting}/v1}/query.proto; do
	[ ! -f "$file" ] || described+=(--path "$file")
done
buf generate --template buf.gen.openapi.yaml "${described[@]}" -o "$tmp/out"
cd "$root"

# grpc-gateway reads strings and numbers; our ids read themselves (x/internal/rest).
find "$tmp/out" -name '*.pb.gw.go' | while read -r file; do
	sed -i \
		-e 's/protoReq\.\(\w*\), err = runtime\.String(val)/err = rest.Path(\&protoReq.\1, val)/' \
		-e 's/runtime\.PopulateQueryParameters(/rest.Query(/' \
		-e 's|^\t"google.golang.org/grpc/status"$|&\n\n\t"github.com/stemma-chain/stemma/x/internal/rest"|' \
		-e 's|^var _ = runtime\.String$|var _ = rest.Path|' \
		"$file"
done

made=$tmp/made
mkdir -p "$made/docs/static"
cp -r "$tmp/out/github.com/stemma-chain/stemma/x" "$made/"
go run ./scripts/openapi "$tmp/out/openapi.swagger.json" >"$made/docs/static/openapi.json"

if $check; then
	stale=$(
		(cd "$made" && find . -type f | LC_ALL=C sort) | while read -r file; do
			cmp -s "$made/$file" "$file" || echo "${file#./}"
		done
		# what no definition generates any more
		find x \( -name '*.pb.go' -o -name '*.pb.gw.go' \) | LC_ALL=C sort | while read -r file; do
			[ -f "$made/$file" ] || echo "$file (no longer generated)"
		done
	)
	if [ -n "$stale" ]; then
		printf 'generated files are out of date, run make proto:\n%s\n' "$stale" >&2
		exit 1
	fi
	echo "generated code is up to date"
	exit 0
fi

find x \( -name '*.pb.go' -o -name '*.pb.gw.go' \) | while read -r file; do
	[ -f "$made/$file" ] || rm "$file"
done
cp -r "$made"/. .
# git-ignored; for editors and for buf run by hand
rm -rf proto/third_party
cp -r "$third" proto/
