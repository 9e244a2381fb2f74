#!/usr/bin/env bash
# Usage: scripts/ops/install.sh
# Unpacks Debian's Prometheus into build/tools/prometheus, where there is none yet, installs nothing, and prints the folder of
# prometheus and promtool.
set -euo pipefail
cd "$(dirname "$0")/../.."

dir=$PWD/build/tools/prometheus
if [ ! -x "$dir/usr/bin/promtool" ]; then
	mkdir -p "$dir"
	cd "$dir"
	apt-get -o APT::Sandbox::User=root download -qq prometheus >&2 || { apt-get update -qq >&2 && apt-get -o APT::Sandbox::User=root download -qq prometheus >&2; }
	dpkg -x prometheus_*.deb .
	rm -f prometheus_*.deb
fi
echo "$dir/usr/bin"
