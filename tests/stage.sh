#!/usr/bin/env bash
# Runs a command in a temporary network namespace where several senders send to the
# interface `stage0`, which becomes the command's last argument.
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
trap : INT # Ctrl-C ends the command; this script goes on to clean up

inside() { ip netns exec "$namespace" "$@"; }

inside sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
ip -n "$namespace" link add name stage0 type veth peer name senders
ip -n "$namespace" link set dev stage0 up
ip -n "$namespace" link set dev senders up
echo "Demo: interface stage0 in the temporary namespace $namespace, with IPv4, IPv6 and VLAN senders" >&2

ip netns exec "$namespace" "$root/.toolchain/bin/deno" run --quiet --no-check \
	--allow-all "$root/tests/lib/senders.ts" senders &
disown # or bash would report that it was killed
inside "$@" stage0
