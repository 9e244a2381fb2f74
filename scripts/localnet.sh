#!/usr/bin/env bash
# Usage: scripts/localnet.sh start | status | stop | reset | logs N | kill N | start N
# Four validators of a chain of their own on this machine, in the background.
#   start    makes the network on first use and starts what does not run
#   status   processes and heights
#   stop     stops all; data stays, start goes on from there
#   reset    stops all and deletes the data
#   logs N   follows the log of node N (0 to 3)
#   kill N   ends node N at once, as a power cut would; start N brings it back
# Settings: LOCALNET_DIR (build/localnet), LOCALNET_PORT (first of ten ports per
# node; unset: the usual ports, ten apart), LOCALNET_BLOCKTIME (1s), STEMMAD.
set -euo pipefail
cd "$(dirname "$0")/.."

dir=${LOCALNET_DIR:-build/localnet}
stemmad=${STEMMAD:-build/stemmad}
validators=4

usage() {
	sed -n '2,12s/^# \{0,1\}//p' "$0" >&2
	exit 1
}

homes() { for home in "$dir"/node*/; do [ ! -d "$home" ] || echo "${home%/}"; done; }

home_of() {
	[[ ${1-} =~ ^[0-9]+$ ]] || usage
	[ -d "$dir/node$1" ] || { echo "no node $1 in $dir; start the network first" >&2; exit 1; }
	echo "$dir/node$1"
}

# Prints the process id of a running node. A stale pid file, or one whose number
# another program got meanwhile, counts as not running.
pid_of() {
	local pid
	pid=$(cat "$1/pid" 2>/dev/null) || return 1
	[[ $(ps -p "$pid" -o args= 2>/dev/null) == *"start --home $1"* ]] && echo "$pid"
}

# Prints nothing while the node does not answer.
height_of() {
	{ "$stemmad" status --home "$1" 2>/dev/null || true; } |
		sed -n 's/.*"latest_block_height":[[:space:]]*"\([0-9]*\)".*/\1/p' | head -1
}

setting() { sed -n "s|^$2 = \"\(.*\)\"|\1|p" "$1" | head -1; }

require_binary() {
	[ -x "$stemmad" ] || { echo "no $stemmad; run make build" >&2; exit 1; }
}

make_network() {
	"$stemmad" testnet init-files --validators "$validators" --output-dir "$dir" --accounts alice,bob,carol,fan \
		--blocktime "${LOCALNET_BLOCKTIME:-1s}" ${LOCALNET_PORT:+--base-port "$LOCALNET_PORT"}
}

start_node() {
	local home=$1 pid
	if pid_of "$home" >/dev/null; then
		return
	fi
	nohup "$stemmad" start --home "$home" </dev/null >>"$home/log" 2>&1 &
	pid=$!
	echo "$pid" >"$home/pid"
	# For a moment it has the name of this script: on a busy machine, long enough to be taken for gone.
	for _ in $(seq 100); do
		if pid_of "$home" >/dev/null || ! kill -0 "$pid" 2>/dev/null; then
			return
		fi
		sleep 0.1
	done
}

stop_node() {
	local home=$1 pid
	if pid=$(pid_of "$home"); then
		kill "$pid"
		for _ in $(seq 100); do
			pid_of "$home" >/dev/null || break
			sleep 0.2
		done
		if pid_of "$home" >/dev/null; then
			echo "${home##*/} did not stop within 20 s, ending it" >&2
			kill -9 "$pid"
		fi
	fi
	rm -f "$home/pid"
}

# Waits until the node has passed two blocks more than it had.
wait_for_blocks() {
	local home=$1 first='' height
	for _ in $(seq 120); do
		if ! pid_of "$home" >/dev/null; then
			echo "${home##*/} stopped; the end of its log:" >&2
			tail -n 5 "$home/log" >&2
			return 1
		fi
		height=$(height_of "$home")
		if [ -n "$height" ]; then
			first=${first:-$height}
			[ "$height" -lt $((first + 2)) ] || return 0
		fi
		sleep 0.5
	done
	echo "no new blocks within a minute; see $home/log" >&2
	return 1
}

start() {
	require_binary
	if [ $# -gt 0 ]; then
		local home
		home=$(home_of "$1")
		start_node "$home"
		wait_for_blocks "$home"
		status
		return
	fi
	[ -d "$dir" ] || make_network
	for home in $(homes); do
		start_node "$home"
	done
	wait_for_blocks "$dir/node0"
	status
	local account
	account=$("$stemmad" keys list --list-names --home "$dir/node0" 2>/dev/null | grep -v '^node' || true)
	account=${account%%$'\n'*}
	cat <<EOF

Ask      $stemmad balance ${account:-node0} --home $dir/node0
         REST at $(setting "$dir/node0/config/app.toml" address | sed 's|tcp|http|'), described in /openapi.json
Act      $stemmad keys list --home $dir/node0
         The keys it lists are funded; add --home $dir/node0 to any command
EOF
	local last again=scripts/localnet.sh
	[ "$dir" = build/localnet ] || again="LOCALNET_DIR=$dir $again"
	last=$(homes | wc -l)
	if [ "$last" -gt 1 ]; then
		echo "Lose one $again kill $((last - 1)); $again start $((last - 1)) brings it back"
	fi
	echo "Stop     $again stop (the data stays), $again reset (deletes it)"
}

status() {
	local state height home
	printf '%-7s %-9s %8s  %s\n' NODE PROCESS HEIGHT RPC
	for home in $(homes); do
		state=$(pid_of "$home") || state=stopped
		height=
		[ "$state" = stopped ] || height=$(height_of "$home")
		printf '%-7s %-9s %8s  %s\n' "${home##*/}" "$state" "${height:--}" "$(setting "$home/config/client.toml" node)"
	done
}

kill_node() {
	local home pid
	home=$(home_of "${1-}")
	if ! pid=$(pid_of "$home"); then
		echo "${home##*/} does not run"
		return
	fi
	kill -9 "$pid"
	rm -f "$home/pid"
	echo "${home##*/} is gone"
}

case "${1-}" in
start) shift; start "$@" ;;
status) require_binary; status ;;
stop) for home in $(homes); do stop_node "$home"; done ;;
reset) for home in $(homes); do stop_node "$home"; done; rm -rf "$dir" ;;
logs) home=$(home_of "${2-}"); tail -n 20 -f "$home/log" ;;
kill) kill_node "${2-}" ;;
*) usage ;;
esac
