#!/usr/bin/env bash
# Usage: scripts/deploy/horcrux.sh
# Builds Horcrux, a remote signer that shares the validator's key among several machines, into build/tools, where there is
# none yet, by its own list of modules and not by ours, and prints the program. Its sources are those of the sum below.
set -euo pipefail
cd "$(dirname "$0")/../.."

module=github.com/strangelove-ventures/horcrux/v3
version=v3.3.2
sum=h1:2uPB4SpnuAyxyJ0BLK8QQJ7haeiIeVaRpVl2C1rvGgk=

program=$PWD/build/tools/horcrux
if [ ! -x "$program" ]; then
	mkdir -p build/tools
	tmp=$(mktemp -d)
	trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
	cd "$tmp"
	said=$(GOFLAGS=-mod=mod go mod download -json "$module@$version")
	grep -qF "\"Sum\": \"$sum\"" <<<"$said" || { echo "$module@$version is not what it was" >&2; exit 1; }
	cp -R "$(sed -n 's/.*"Dir": "\(.*\)".*/\1/p' <<<"$said")" src
	chmod -R u+w src
	cd src
	rm -f go.work # of its repository, whose other modules are not here
	GOFLAGS=-buildvcs=false go build -trimpath -o "$program" ./cmd/horcrux >&2
fi
echo "$program"
