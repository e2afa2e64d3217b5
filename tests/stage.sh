#!/usr/bin/env bash
# Runs a command, with the interface `stage0` as its last argument, in a network
# namespace of its own that has a handful of senders, and removes all of it.
# usage: stage.sh COMMAND ARGUMENT…
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

namespace=xdptally-stage-$$
cleanup() {
	ip netns pids "$namespace" | xargs -r kill 2>/dev/null || true
	ip netns del "$namespace"
	"$root/toolchain/chown_to_caller.sh"
}
ip netns add "$namespace"
trap cleanup EXIT
trap : INT # the command ends by itself; then this script does

inside() { ip netns exec "$namespace" "$@"; }

inside sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
ip -n "$namespace" link add name stage0 type veth peer name senders
ip -n "$namespace" link set dev stage0 up
ip -n "$namespace" link set dev senders up
echo "On a stage of its own: namespace $namespace, interface stage0, with IPv4, IPv6 and VLAN senders" >&2

ip netns exec "$namespace" "$root/.toolchain/bin/deno" run --quiet --no-check \
	--allow-all "$root/tests/lib/senders.ts" senders &
disown # or bash reports how it ended
inside "$@" stage0
