#!/usr/bin/env bash
# Usage: scripts/tools.sh [NAME...]      (or: make tools)
# Installs the named tools, or all of them, into build/tools at the versions
# pinned here. What is already there at the right version is left alone.
set -euo pipefail
cd "$(dirname "$0")/.."

# name | module | package within it | version
pinned='
buf                     github.com/bufbuild/buf                      /cmd/buf                v1.75.0
protoc-gen-gocosmos     github.com/cosmos/gogoproto                  /protoc-gen-gocosmos    v1.7.2
protoc-gen-grpc-gateway github.com/grpc-ecosystem/grpc-gateway       /protoc-gen-grpc-gateway v1.16.0
protoc-gen-openapiv2    github.com/grpc-ecosystem/grpc-gateway/v2    /protoc-gen-openapiv2   v2.29.0
golangci-lint           github.com/golangci/golangci-lint/v2         /cmd/golangci-lint      v2.15.0
gofumpt                 mvdan.cc/gofumpt                             /                       v0.12.0
grpcurl                 github.com/fullstorydev/grpcurl              /cmd/grpcurl            v1.9.3
'

dir=$PWD/build/tools
mkdir -p "$dir"

install() {
	local name=$1 module=$2 package=${3%/} version=$4
	if [ -x "$dir/$name" ] && go version -m "$dir/$name" | grep -qF "$(printf '\tmod\t%s\t%s\t' "$module" "$version")"; then
		return
	fi
	echo "installing $name $version" >&2
	# The tool's own go.mod decides: our build tags have no say.
	(cd "$dir" && GOFLAGS= GOBIN=$dir go install "$module$package@$version")
}

wanted=" $* "
known=
while read -r name module package version; do
	[ -n "$name" ] || continue
	known+=" $name"
	if [ $# -eq 0 ] || [[ $wanted == *" $name "* ]]; then
		install "$name" "$module" "$package" "$version"
	fi
done <<<"$pinned"

for name in "$@"; do
	if [[ " $known " != *" $name "* ]]; then
		echo "tools.sh: no tool $name; known:$known" >&2
		exit 1
	fi
done
