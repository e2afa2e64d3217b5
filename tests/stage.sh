#!/usr/bin/env bash
# Runs a command with `stage0` as its last argument: an interface in a network
# namespace of its own, with a handful of senders. Removes all of it at the end.
# usage: stage.sh COMMAND ARGUMENT…
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

namespace=xdptally-stage-$$
cleanup() {
	ip netns pids "$namespace" | xargs -r kill 2>/dev/null || true
	ip netns del "$namespace"
	"$root/toolchain/give_back.sh"
}
ip netns add "$namespace"
trap cleanup EXIT
trap : INT # Ctrl-C ends the command; then this script removes the namespace

inside() { ip netns exec "$namespace" "$@"; }

inside sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
ip -n "$namespace" link add name stage0 type veth peer name senders
ip -n "$namespace" link set dev stage0 up
ip -n "$namespace" link set dev senders up
echo "On a stage of its own: namespace $namespace, interface stage0, with IPv4, IPv6 and VLAN senders" >&2

ip netns exec "$namespace" "$root/.toolchain/bin/deno" run --quiet --no-check \
	--allow-all "$root/tests/lib/senders.ts" senders &
disown # bash would report that the senders were killed
inside "$@" stage0
